package io.bellwether.simulation;

import java.util.Map;
import java.util.TreeMap;

/** What happened in one run, or in many together: a zero among them means that something was not tested. */
final class Totals {
    private final TreeMap<String, Long> counts = new TreeMap<>();

    static final String[] EXPECTED = {
        "elections",
        "crashes",
        "wiped disks",
        "keys at two nodes at once",
        "cuts",
        "changes of the set",
        "commits",
        "retries",
        "pauses",
        "disk stalls",
        "lost messages",
        "repeated messages",
        "zookeeper troubles",
        "acknowledged writes",
        "denied writes",
        "unknown writes",
        "linearizable reads",
        "bounded reads",
        "torn writes",
        "entries cut",
        "suspensions",
        "hand-offs",
        "departures",
    };

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

    Map<String, Long> counts() {
        return counts;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((what, times) -> text.append("  %,15d  %s%n".formatted(times, what)));
        return text.toString();
    }
}
