package io.bellwether.service.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.concurrent.TimeUnit;

/** {@code strace}, which changes what a running process gets from the system. */
final class Tracer {
    private static final int PATIENCE_SECONDS = 20;

    private final Process process;

    private Tracer(Process process) {
        this.process = process;
    }

    /** @param what is done at each fsync, in strace's words */
    static Tracer inject(ChaosNode node, String what) {
        try {
            return new Tracer(new ProcessBuilder(
                            "strace",
                            "-f",
                            "-q",
                            "-e",
                            "trace=fsync,fdatasync",
                            "-e",
                            "inject=fsync,fdatasync:" + what,
                            "-o",
                            "/dev/null",
                            "-p",
                            Long.toString(node.process().process().id()))
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It lets go; the process goes on. */
    void end() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
