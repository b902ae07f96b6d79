package io.bellwether.service.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that takes all the room of a file system. */
final class Ballast {
    private static final String NAME = "ballast";

    private Ballast() {}

    static void fill(Path root) {
        try {
            // Other files grow meanwhile, so the room that was just measured may not be there any more.
            for (int attempt = 0; attempt < 3; attempt++) {
                long room = Files.getFileStore(root).getUsableSpace();
                String size = Long.toString(Math.max(0, room - 16_384 * (long) attempt));
                if (room == 0
                        || Commands.succeeds(
                                "fallocate",
                                "-l",
                                size,
                                root.resolve(NAME + attempt).toString())) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void free(Path root) {
        try {
            for (int attempt = 0; attempt < 3; attempt++) {
                Files.deleteIfExists(root.resolve(NAME + attempt));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
