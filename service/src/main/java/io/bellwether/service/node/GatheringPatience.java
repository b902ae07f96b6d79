package io.bellwether.service.node;

/**
 * How long a leader's entries wait for more of them (Rule 4.9): as long as it takes those to write again that have just been
 * answered, one after another. Of the loop's thread; times are those of {@link System#nanoTime}.
 */
final class GatheringPatience {
    private static final long NANOS_PER_ENTRY = 40_000;
    private static final long MAX_NANOS = 5_000_000;

    private long missing;
    private long untilNanos;

    /**
     * Takes notice of how many entries are missing; see {@link io.bellwether.replication.Replica#gathersFor}.
     *
     * @return whether they have been waited for long enough
     */
    boolean isOver(long missingNow, long nowNanos) {
        if (missingNow > missing) {
            untilNanos = nowNanos + Math.min(missingNow * NANOS_PER_ENTRY, MAX_NANOS);
        }
        boolean over = missingNow > 0 && nowNanos - untilNanos >= 0;
        missing = over ? 0 : missingNow;
        return over;
    }

    /** How many entries are waited for; 0 for none. */
    long missing() {
        return missing;
    }

    /** How long they are still waited for. */
    long leftNanos(long nowNanos) {
        return untilNanos - nowNanos;
    }
}
