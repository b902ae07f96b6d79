package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The files below a folder, and the keys under which they are stored.
 *
 * @param files in the order of their keys
 * @param skipped what can't be stored, a line for each, with the reason
 */
record Folder(List<StoredFile> files, List<String> skipped) {
    static final String PREFIX = "quickstart/";
    /** A node's default; {@code clients.maxValueSize}. */
    static final long LARGEST_VALUE = 1 << 20;

    static final int LONGEST_KEY = 512;

    Folder {
        files = List.copyOf(files);
        skipped = List.copyOf(skipped);
    }

    /**
     * Reads the names, following links.
     *
     * @param root the keys are the paths below it
     * @param parts what to read of it, itself or folders in it
     */
    static Folder read(Path root, List<Path> parts) throws IOException {
        Reader reader = new Reader(root);
        for (Path part : parts) {
            Files.walkFileTree(part, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, reader);
        }
        reader.files.sort(Comparator.comparing(StoredFile::key));
        return new Folder(reader.files, reader.skipped);
    }

    /** Why this can't be a key, or nothing if it can. */
    static Optional<String> reasonAgainst(String key) {
        if (key.getBytes(UTF_8).length > LONGEST_KEY) {
            return Optional.of("its key is longer than " + LONGEST_KEY + " bytes");
        }
        boolean forbidden =
                key.chars().anyMatch(letter -> "%\\;".indexOf(letter) >= 0 || Character.isISOControl(letter));
        return forbidden ? Optional.of("its name holds one of % \\ ; or a control character") : Optional.empty();
    }

    private static final class Reader extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<StoredFile> files = new ArrayList<>();
        private final List<String> skipped = new ArrayList<>();

        Reader(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            Path below = root.relativize(file);
            String key = PREFIX + below;
            Optional<String> reason = reasonAgainst(key);
            if (!Path.of(below.toString()).equals(below)) {
                reason = Optional.of("its name is not UTF-8");
            } else if (!attributes.isRegularFile()) {
                reason = Optional.of("it is no file");
            } else if (attributes.size() > LARGEST_VALUE) {
                reason = Optional.of("it is larger than " + LARGEST_VALUE + " bytes");
            } else if (!Files.isReadable(file)) {
                reason = Optional.of("it can't be read");
            }
            reason.ifPresentOrElse(words -> skip(file, words), () -> files.add(new StoredFile(file, key)));
            return FileVisitResult.CONTINUE;
        }

        /** A folder that may not be read, a link that leads nowhere or in a circle. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            skip(file, "it can't be read: " + e);
            return FileVisitResult.CONTINUE;
        }

        private void skip(Path file, String reason) {
            skipped.add(printable(root.relativize(file).toString()) + ": " + reason);
        }

        /** A name must not write on the terminal what it likes. */
        private static String printable(String name) {
            return name.replaceAll("\\p{Cntrl}", "?");
        }
    }
}
