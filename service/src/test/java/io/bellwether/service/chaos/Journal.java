package io.bellwether.service.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What happens, as it happens: to the standard error, and into a file. */
final class Journal implements AutoCloseable {
    private final long start = System.nanoTime();
    private final BufferedWriter file;

    Journal(Path path) {
        try {
            file = Files.newBufferedWriter(path, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void say(String sentence) {
        double seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 1e3;
        String line = String.format(Locale.ROOT, "%8.1f %s", seconds, sentence);
        System.err.println(line);
        try {
            file.write(line + "\n");
            file.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
