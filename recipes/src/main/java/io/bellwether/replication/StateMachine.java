package io.bellwether.replication;

import java.util.List;

/**
 * The door to the replicated state. Deterministic: the same entries give the same state on every replica, whatever the
 * machine, the clock or the batches. Called on the thread that owns the replica.
 */
public interface StateMachine {
    /** The last entry that the state contains; {@link Position#ZERO} at first. May fall back after a crash, never on. */
    Position applied();

    /**
     * Applies committed entries, which follow each other and {@link #applied} without a gap. Entries of every kind come
     * by; log time moves on with each.
     */
    void apply(List<Entry> committed);

    /** The log time at which something in the state falls due (Rule 9.6); {@link Long#MAX_VALUE} if nothing does. */
    long nextDue();
}
