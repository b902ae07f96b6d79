package io.bellwether.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What happened in one run, or in many together: a zero among them means that something was not tested. */
final class Totals {
    /** What has to happen besides the troubles and the rules. */
    private static final List<String> OF_ANY_KIND = List.of(
            "acknowledged writes",
            "commits",
            "damaged stores replaced",
            "keys at two nodes at once",
            "lost messages",
            "repeated messages",
            "retries",
            "torn writes",
            "unknown writes");

    /** Sorted when they are shown: counting is done millions of times. */
    private final HashMap<String, Long> counts = new HashMap<>();

    void count(String what) {
        add(what, 1);
    }

    void add(String what, long times) {
        counts.merge(what, times, Long::sum);
    }

    void addAll(Totals other) {
        other.counts.forEach(this::add);
    }

    long get(String what) {
        return counts.getOrDefault(what, 0L);
    }

    /** What has never happened though it should have: each kind of trouble, and each rule that shows from outside. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        Stream.of(OF_ANY_KIND, Forecast.names(), Exercised.names())
                .flatMap(List::stream)
                .filter(what -> get(what) == 0)
                .forEach(missing::add);
        return missing;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(counts).forEach((what, times) -> text.append("  %,15d  %s%n".formatted(times, what)));
        return text.toString();
    }
}
