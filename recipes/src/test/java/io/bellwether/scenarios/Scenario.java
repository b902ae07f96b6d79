package io.bellwether.scenarios;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One file: its story, its commands, and what is expected of each. {@code Scenario FOLDER [RULE]} plays all that are in a
 * folder, those of one rule first, until one goes otherwise, and then says which, where, and how: what {@code scripts/simulate --mutants} calls.
 */
public final class Scenario {
    private static final String INDENT = "  ";
    /** Begins what no recording makes right. */
    private static final String BROKEN = "BROKEN: ";

    private static final int NOT_AS_EXPECTED = 1;

    private static final boolean REWRITE = System.getProperty("rewrite") != null;

    private final Path file;

    Scenario(Path file) {
        this.file = file;
    }

    public static void main(String[] arguments) throws IOException {
        List<Scenario> scenarios = new ArrayList<>(in(Path.of(arguments[0])));
        String first = arguments.length > 1 ? arguments[1] + "-" : "-";
        scenarios.sort(Comparator.comparing(scenario -> !scenario.name().startsWith(first)));
        boolean unexpected = false;
        for (Scenario scenario : scenarios) {
            String difference = scenario.difference();
            if (!difference.isEmpty()) {
                System.out.println(scenario.name() + ", " + difference);
                unexpected = true;
                if (!REWRITE) {
                    break;
                }
            }
        }
        System.out.println(unexpected ? "not as expected" : scenarios.size() + " scenarios as expected");
        System.exit(unexpected ? NOT_AS_EXPECTED : 0);
    }

    /** All that a folder holds, in the order of their names. */
    static List<Scenario> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .map(Scenario::new)
                    .toList();
        }
    }

    String name() {
        return file.getFileName().toString().replace(".txt", "");
    }

    /**
     * The first line that is not as expected, and what stands there instead; empty if all are. With {@code -Drewrite} what
     * the nodes say now becomes what is expected.
     */
    String difference() throws IOException {
        if (REWRITE) {
            Files.write(file, played(Files.readAllLines(file, UTF_8)), UTF_8);
        }
        List<String> expected = Files.readAllLines(file, UTF_8);
        List<String> played = played(expected);
        for (int i = 0; i < Math.max(expected.size(), played.size()); i++) {
            String wanted = i < expected.size() ? expected.get(i) : "nothing more";
            String got = i < played.size() ? played.get(i) : "nothing more";
            if (!wanted.equals(got) || got.startsWith(INDENT + BROKEN)) {
                return "line " + (i + 1) + ": expected '" + wanted.trim() + "', but it was '" + got.trim() + "'";
            }
        }
        return "";
    }

    /** The file as it would be if all that the nodes say now were expected. */
    private static List<String> played(List<String> lines) {
        Script script = new Script();
        List<String> played = new ArrayList<>();
        boolean broken = false;
        for (String line : lines) {
            if (line.startsWith(INDENT)) {
                continue;
            }
            played.add(line);
            if (!broken && !line.isBlank() && !line.startsWith("#")) {
                try {
                    script.perform(line).forEach(said -> played.add(INDENT + said));
                } catch (RuntimeException e) { // a rule is broken, or the script is wrong: there is no going on
                    played.add(INDENT + BROKEN + e);
                    broken = true;
                }
            }
        }
        return played;
    }
}
