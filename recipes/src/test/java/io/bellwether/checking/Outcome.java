package io.bellwether.checking;

/** What a client was told. An index is that of {@code Bellwether-Index}, 0 where it was not told. */
public sealed interface Outcome {
    /** It was written, or deleted, at this index, which is the version of what was written. */
    record Wrote(long index) implements Outcome {}

    /**
     * It was read.
     *
     * @param index the log position that the answer reflects
     * @param stalenessMillis the upper bound that was told; 0 for a linearizable read, -1 if none was told
     */
    record Saw(Content content, long index, long stalenessMillis) implements Outcome {}

    /**
     * The condition did not hold, and nothing was written: 412, or 404 of a delete.
     *
     * @param index the log position at which that was decided
     * @param current the version that was there instead, if it was told; else 0
     */
    record Unmet(long index, long current) implements Outcome {}

    /** It did not happen and never will. */
    record None() implements Outcome {}

    /** It may have happened, or happen yet. */
    record Unknown() implements Outcome {}
}
