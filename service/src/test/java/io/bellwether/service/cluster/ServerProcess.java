package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One process of the jar that is started, and started again after its end. Its log keeps all its lives. */
public final class ServerProcess implements AutoCloseable {
    private static final List<String> QUICK_TO_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final Duration GONE = Duration.ofSeconds(10);

    private final String name;
    private final Path log;
    private @Nullable Process process;
    private @Nullable Thread atExit;
    private long logStart;
    private Path build = jar();

    public ServerProcess(String name, Path folder) {
        this.name = name;
        this.log = folder.resolve(name + ".log");
    }

    /**
     * @param environment what the process sees of Bellwether's variables: these and no others
     * @param arguments flags of the JVM come before {@code -jar}
     */
    void start(Map<String, String> environment, List<String> jvm, List<String> arguments) {
        start(List.of(), environment, jvm, arguments);
    }

    /** @param prefix of the command, such as {@code ip netns exec}; it must become the process that it starts */
    public void start(List<String> prefix, Map<String, String> environment, List<String> jvm, List<String> arguments) {
        List<String> options = new ArrayList<>(jvm);
        options.add("-jar");
        options.add(build.toString());
        options.addAll(arguments);
        startJava(prefix, environment, options);
    }

    /** @param arguments all that follows {@code java} */
    public void startJava(List<String> prefix, Map<String, String> environment, List<String> arguments) {
        if (runs()) {
            throw new IllegalStateException(name + " runs already");
        }
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(QUICK_TO_START);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("BELLWETHER_"));
        builder.environment().putAll(environment);
        try {
            logStart = Files.exists(log) ? Files.size(log) : 0;
            Process started = builder.start();
            process = started;
            // Should this JVM be told to end in the middle of a test.
            Thread hook = new Thread(started::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(hook);
            atExit = hook;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another one than that which was built last. */
    void jar(Path other) {
        build = other;
    }

    public static Path jar() {
        return Path.of(System.getProperty("bellwether.jar", "target/bellwether.jar"));
    }

    String name() {
        return name;
    }

    public boolean runs() {
        return process != null && process.isAlive();
    }

    public long id() {
        return running().pid();
    }

    /** {@code kill -9}; it is gone when this returns. */
    public void kill() {
        running().destroyForcibly();
        ended(GONE);
    }

    /** {@code SIGTERM}, without waiting. */
    public void terminate() {
        running().destroy();
    }

    /** {@code SIGSTOP}: it is there, it holds its connections, and it does nothing. */
    public void pause() {
        signal("STOP");
    }

    /** {@code SIGCONT}. */
    public void resume() {
        signal("CONT");
    }

    /** The exit code, once it has ended by itself or after {@link #terminate}. */
    public int ended(Duration patience) {
        try {
            Process awaited = running();
            if (!awaited.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " hasn't ended within " + patience);
            }
            return awaited.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end of " + name, e);
        }
    }

    /** What it has said since it was last started. */
    public String output() {
        try {
            byte[] all = Files.readAllBytes(log);
            int from = (int) Math.min(logStart, all.length);
            return new String(all, from, all.length - from, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void signal(String signal) {
        try {
            // The shell's own kill: no package is needed for it.
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + id())
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new AssertionError("kill -s " + signal + " " + id() + " failed for " + name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while signalling " + name, e);
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return process;
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            ended(GONE);
        }
        if (atExit != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                // This JVM is ending, and the hook has found nothing left to do.
            }
            atExit = null;
        }
    }
}
