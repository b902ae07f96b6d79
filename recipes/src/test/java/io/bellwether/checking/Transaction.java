package io.bellwether.checking;

import java.util.List;

/**
 * Several steps on several keys, each of which holds a list, that took effect together or not at all. Every element is
 * appended once in a history.
 *
 * @param process who asked; one thing after another
 * @param beginNanos before the request left, by a clock that all processes of the history share
 * @param endNanos after the answer came; where the fate is unknown, when the client gave up
 */
public record Transaction(String process, long beginNanos, long endNanos, List<Step> steps, Fate fate) {
    public Transaction {
        steps = List.copyOf(steps);
        if (endNanos < beginNanos) {
            throw new IllegalArgumentException(process + " ends before it begins: " + beginNanos + " to " + endNanos);
        }
    }

    /** What it does, in this order. */
    public sealed interface Step {
        String key();

        /** Puts an element at the end of a list. */
        record Append(String key, String element) implements Step {}

        /** Sees a list, its own earlier appends included; what an unknown transaction saw does not count. */
        record Look(String key, List<String> elements) implements Step {
            public Look {
                elements = List.copyOf(elements);
            }
        }
    }

    /** What became of it, as far as its client knows. */
    public enum Fate {
        COMMITTED,
        /** It did not happen and never will. */
        NONE,
        UNKNOWN
    }

    /** As it stands in a file. */
    @Override
    public String toString() {
        return TransactionLine.of(this);
    }
}
