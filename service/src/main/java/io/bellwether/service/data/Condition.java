package io.bellwether.service.data;

import java.util.List;

/** What must hold of a key for a command to change it, judged when the command is applied (RFC 9110, section 13). */
public sealed interface Condition {
    Condition ALWAYS = new Always();
    Condition PRESENT = new Present();
    Condition ABSENT = new Absent();

    /** @param index of the write that made the record as it is; 0 if there is none */
    boolean holds(long index);

    /** Nothing. */
    record Always() implements Condition {
        @Override
        public boolean holds(long index) {
            return true;
        }
    }

    /** There is a record: {@code If-Match: *}. */
    record Present() implements Condition {
        @Override
        public boolean holds(long index) {
            return index != 0;
        }
    }

    /** There is none: {@code If-None-Match: *}. */
    record Absent() implements Condition {
        @Override
        public boolean holds(long index) {
            return index == 0;
        }
    }

    /**
     * There is a record, made by one of these writes: {@code If-Match: "4698", "4702"}. Tags that can't be ours, weak ones
     * among them, are left out, so the list may be empty; then it never holds.
     */
    record MadeBy(List<Long> indexes) implements Condition {
        public MadeBy {
            indexes = List.copyOf(indexes);
            for (long index : indexes) {
                if (index < 1) {
                    throw new IllegalArgumentException("an index is at least 1, but " + index + " is not");
                }
            }
        }

        @Override
        public boolean holds(long index) {
            return indexes.contains(index);
        }
    }
}
