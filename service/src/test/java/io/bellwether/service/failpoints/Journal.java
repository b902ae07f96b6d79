package io.bellwether.service.failpoints;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What happened to a cluster, for whoever has to find out why; and what must never happen. Any thread. */
final class Journal {
    private final List<String> lines = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private long beganNanos = System.nanoTime();

    /** What was said before is of no interest any more. */
    synchronized void begin() {
        lines.clear();
        beganNanos = System.nanoTime();
    }

    synchronized void say(String what) {
        lines.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos) + " ms: " + what);
    }

    /** Something is broken that no failpoint breaks. */
    synchronized void problem(String what) {
        say("PROBLEM " + what);
        problems.add(what);
    }

    /** @throws IllegalStateException if something is broken: there is nothing to wait for then */
    synchronized void checkSound() {
        if (!problems.isEmpty()) {
            throw new IllegalStateException("something is broken: " + problems.get(0));
        }
    }

    /** What was told to {@link #problem} since the last time. */
    synchronized List<String> takeProblems() {
        List<String> taken = List.copyOf(problems);
        problems.clear();
        return taken;
    }

    synchronized String text() {
        return String.join("\n", lines);
    }
}
