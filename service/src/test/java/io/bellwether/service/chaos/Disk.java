package io.bellwether.service.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/** Where a node keeps its data. */
interface Disk extends AutoCloseable {
    /** The node's data directory. */
    Path data();

    /** Takes all the room that is left. */
    void fill();

    /** Gives it back. */
    void free();

    /** All that was not yet forced to it is lost. The node's process is gone already, or falls with it. */
    void cutPower();

    /** As after a power cut, with what is on it. Whoever used it has ended. */
    void restore();

    /** From now on nothing can be read from it or written to it. */
    void fail();

    /** Everything in the data directory goes; the node's next life begins with an empty one. Its process has ended. */
    default void wipe() {
        try {
            if (!Files.exists(data())) {
                return;
            }
            Files.walkFileTree(data(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files in the data directory, in order. */
    default List<Path> files() {
        try (Stream<Path> all = Files.walk(data())) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void close();
}
