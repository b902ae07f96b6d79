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

    /**
     * The last index that the state would still contain after a crash. If that is below what is wanted, begins to bring
     * the state as it is to the disk, unless it is doing so, and returns at once.
     */
    long durableIndex(long wanted);

    /**
     * Digests of the state since the last call, each once: after every entry that is no command, since replicas that apply
     * the same entries in other batches take them at the same indexes (Rule 14.2); and of the state as it was opened, or
     * {@linkplain #replaced}.
     */
    List<StateDigest> takeDigests();

    /** The state was replaced by a snapshot's ({@link Snapshots#install}): nothing remembered of the old one is true. */
    void replaced();

    /** The log time at which something in the state falls due (Rule 9.6); {@link Long#MAX_VALUE} if nothing does. */
    long nextDue();
}
