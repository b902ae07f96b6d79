package io.bellwether.service.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was found to be broken, as it is found. */
final class Findings {
    /** What is promised, in the words of the report. */
    enum Promise {
        /** Any promise but the two below. */
        VIOLATION,
        LOST,
        APPLIED_TWICE
    }

    private static final int SHOWN_OF_EACH = 20;

    private final Journal journal;
    private final Map<Promise, List<String>> found = new TreeMap<>();

    Findings(Journal journal) {
        this.journal = journal;
    }

    synchronized void add(Promise promise, String evidence) {
        List<String> same = found.computeIfAbsent(promise, any -> new ArrayList<>());
        same.add(evidence);
        if (same.size() <= SHOWN_OF_EACH) {
            journal.say(promise + ": " + evidence);
        }
    }

    synchronized int count(Promise promise) {
        return found.getOrDefault(promise, List.of()).size();
    }

    synchronized boolean any() {
        return !found.isEmpty();
    }
}
