package io.bellwether;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The signs on the doors: every source package has a {@code package-info.java} that is {@code @NullMarked}. */
public final class PackageSigns {
    private static final String SIGN = "package-info.java";

    private PackageSigns() {}

    /** The folders below {@code sources} that hold Java files and no sign that tells of the room and marks it. */
    public static List<Path> missingBelow(Path sources) {
        return foldersWithCode(sources).stream()
                .filter(folder -> !isSigned(folder.resolve(SIGN)))
                .toList();
    }

    private static SortedSet<Path> foldersWithCode(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            SortedSet<Path> folders = new TreeSet<>();
            files.filter(file -> file.toString().endsWith(".java"))
                    .forEach(file -> folders.add(file.resolveSibling("")));
            return folders;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSigned(Path sign) {
        try {
            return Files.isRegularFile(sign)
                    && Files.readString(sign, UTF_8).contains("@NullMarked")
                    && Files.readString(sign, UTF_8).contains("/**");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
