package io.bellwether.checking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: a checker that accepts everything would let every bug through. Method: histories by hand, each a file that says at
 * its head what is wrong in it and which promises it breaks; and others that look odd and are right.
 */
class HandMadeHistoriesTest {
    private static final Path HISTORIES = Path.of("src/test/resources/histories");
    private static final String BREAKS = "# breaks: ";
    private static final long NO_SLACK = 0;

    static List<Path> bad() throws IOException {
        return filesIn("bad");
    }

    static List<Path> good() throws IOException {
        return filesIn("good");
    }

    private static List<Path> filesIn(String folder) throws IOException {
        try (Stream<Path> files = Files.list(HISTORIES.resolve(folder))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadHistoryIsRefusedForWhatIsWrongInIt(Path file) throws IOException {
        assertThat(brokenPromises(file)).containsExactlyElementsOf(expected(file));
    }

    @ParameterizedTest
    @MethodSource("good")
    void anOddHistoryPasses(Path file) throws IOException {
        assertThat(History.read(file).breaches(NO_SLACK)).isEmpty();
    }

    @Test
    void thereAreManyOfBoth() throws IOException {
        assertThat(bad()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(good()).hasSizeGreaterThanOrEqualTo(15);
    }

    @Test
    void aHistoryIsTheSameAfterItWasWrittenAndRead() throws IOException {
        for (Path file : Stream.concat(bad().stream(), good().stream()).toList()) {
            History history = History.read(file);
            Stream<String> lines = Stream.concat(history.operations().stream(), history.transactions().stream())
                    .map(String::valueOf);
            assertThat(History.parse(lines)).isEqualTo(history);
        }
    }

    private static Set<String> brokenPromises(Path file) throws IOException {
        return History.read(file).breaches(NO_SLACK).stream()
                .map(Breach::promise)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> expected(Path file) throws IOException {
        return Files.readAllLines(file, UTF_8).stream()
                .filter(line -> line.startsWith(BREAKS))
                .flatMap(line -> Stream.of(line.substring(BREAKS.length()).split("; ")))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
