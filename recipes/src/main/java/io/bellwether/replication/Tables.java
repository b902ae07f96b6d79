package io.bellwether.replication;

import org.jspecify.annotations.Nullable;

/**
 * The door to where a state machine keeps its state: one ordered table of bytes, changed in batches, each of which
 * becomes visible and, after a crash, is there whole or not at all, together with the position that it brings the state to.
 * A crash may lose the latest batches (they are applied again from the log), never one before one that it keeps.
 *
 * <p>All but {@link #view} is called on the thread that owns the replica. Keys are ordered as unsigned bytes; the first
 * byte of a key names the part of the state that it belongs to.
 */
public interface Tables {
    /** The position of the last batch that was committed; {@link Position#ZERO} at first. */
    Position applied();

    /** Sees the changes of the batch that is being gathered. */
    @Nullable
    Bytes get(Bytes key);

    void put(Bytes key, Bytes value);

    /** Removes the key if it is there. */
    void delete(Bytes key);

    /**
     * Rows from {@code from}, inclusive, up to {@code to}, exclusive, in ascending order, until the visitor has enough.
     * Sees the changes of the batch that is being gathered. The visitor changes nothing.
     */
    void scan(Bytes from, Bytes to, Visitor visitor);

    /** Ends the batch: its changes and the position become visible to views at once. */
    void commit(Position applied);

    /** {@link StateSum} over all rows, as of the last batch that was committed (Rule 14.1). */
    long sum();

    /**
     * The index of the last batch that would still be there after a crash. If that is below what is wanted, begins to
     * bring all that was committed by now to the disk, unless it is doing so, and returns at once.
     */
    long durableIndex(long wanted);

    /** A consistent view of the last committed batch, for any thread. Must be closed. */
    View view();

    /** Takes rows one after another. */
    interface Visitor {
        /** @return whether to go on */
        boolean row(Bytes key, Bytes value);
    }

    /** The state at one position. Belongs to the thread that asked for it. */
    interface View extends AutoCloseable {
        Position applied();

        /** What {@link Tables#sum} said then. */
        long sum();

        @Nullable
        Bytes get(Bytes key);

        /** Rows from {@code from}, inclusive, up to {@code to}, exclusive, in ascending order. */
        void scan(Bytes from, Bytes to, Visitor visitor);

        @Override
        void close();
    }
}
