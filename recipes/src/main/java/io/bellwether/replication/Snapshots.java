package io.bellwether.replication;

/**
 * The door through which a replica that is too far behind gets the state whole (Rule 13.3). Called on the thread that owns
 * the replica.
 *
 * <p>Whoever stands behind this door has {@link Replica#fetched} called, on the owning thread, when a snapshot is here:
 * whole, checked, and on the disk. The last one that was told is kept until it is installed or another one is fetched.
 */
public interface Snapshots {
    /**
     * Begins to fetch the state of this node; goes on where it stands while a fetch is under way, from whomever that is.
     * Returns at once. A fetch may fail; it is asked for again and again as long as it is needed.
     */
    void fetch(NodeId from);

    /**
     * Makes what was fetched the state, and the beginning of the log: the log then has no entries, and starts after the
     * snapshot's position. What the store remembers beside it ({@link StoreRecord}) stays. Returns when that is so and
     * durable; a crash in between leaves both as they were, or both as they are to be (Rule 13.4).
     *
     * <p>All writes of the log that were staged before are completed first, and reported as ever; numbers go on.
     */
    void install(Snapshot snapshot);
}
