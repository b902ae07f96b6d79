package io.bellwether.service.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of the system that end by themselves. */
final class Commands {
    private static final int PATIENCE_SECONDS = 60;

    private Commands() {}

    /**
     * What it printed.
     *
     * @throws IllegalStateException if it failed
     */
    static String run(List<String> command) {
        Ended ended = execute(command);
        if (ended.code() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " failed with " + ended);
        }
        return ended.output();
    }

    static String run(String... command) {
        return run(List.of(command));
    }

    static boolean succeeds(String... command) {
        return execute(List.of(command)).code() == 0;
    }

    /** Whether there is such a command. */
    static boolean exist(String... names) {
        for (String name : names) {
            if (!succeeds("/bin/sh", "-c", "command -v " + name)) {
                return false;
            }
        }
        return true;
    }

    private record Ended(int code, String output) {}

    private static Ended execute(List<String> command) {
        try {
            Path output = Files.createTempFile("chaos", ".out");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectInput(Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return new Ended(-1, "no end within " + PATIENCE_SECONDS + " s");
                }
                return new Ended(process.exitValue(), Files.readString(output, UTF_8));
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + command, e);
        }
    }
}
