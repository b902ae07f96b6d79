package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Findings.Promise;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The table at the end. */
record Report(
        long seed,
        List<FaultKind> kinds,
        Map<String, String> notRun,
        Storm storm,
        Map<String, Map<String, Integer>> operations,
        Findings findings) {
    void print(PrintStream out) {
        out.println("seed " + seed);
        out.println();
        out.println("faults injected");
        int total = 0;
        int run = 0;
        for (FaultKind kind : kinds) {
            int times = storm.struck().getOrDefault(kind.name(), 0);
            if (times > 0) {
                out.printf("  %-32s %6d%n", kind.name(), times);
                total += times;
                run++;
            }
        }
        out.printf("  %-32s %6d, of %d kinds%n", "all", total, run);
        Map<String, String> reasons = new TreeMap<>(notRun);
        kinds.stream()
                .filter(kind -> !storm.struck().containsKey(kind.name()))
                .forEach(kind -> reasons.putIfAbsent(kind.name(), "the time was over before it came"));
        out.println();
        out.println("kinds not run: " + reasons.size());
        reasons.forEach((kind, reason) -> out.printf("  %-32s %s%n", kind, reason));
        if (!storm.missed().isEmpty()) {
            out.println("  found nobody to strike: " + storm.missed());
        }
        out.println();
        out.printf("%-34s %10s %10s %10s %10s%n", "operations", "done", "unmet", "none", "unknown");
        Map<String, Integer> sums = new TreeMap<>();
        operations.forEach((kind, counts) -> {
            line(out, kind, counts);
            counts.forEach((word, count) -> sums.merge(word, count, Integer::sum));
        });
        line(out, "all", sums);
        out.println();
        out.printf(
                "  %-32s %6d s%n", "longest recovery", storm.longestRecovery().toSeconds());
        out.printf("  %-32s %6d%n", "violations", findings.count(Promise.VIOLATION));
        out.printf("  %-32s %6d%n", "acknowledged and lost", findings.count(Promise.LOST));
        out.printf("  %-32s %6d%n", "applied twice", findings.count(Promise.APPLIED_TWICE));
    }

    private static void line(PrintStream out, String kind, Map<String, Integer> counts) {
        out.printf("  %-32s", kind);
        for (String word : List.of("done", "unmet", "none", "unknown")) {
            out.printf(" %10d", counts.getOrDefault(word, 0));
        }
        out.println();
    }
}
