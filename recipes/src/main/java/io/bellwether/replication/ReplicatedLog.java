package io.bellwether.replication;

import java.util.List;

/**
 * The door to the disk: one store's log and the little it remembers beside it.
 *
 * <p>Everything here is called on the thread that owns the replica. {@link #write} returns at once; when the write and
 * all before it are fsynced, whoever stands behind this door has {@link Replica#written} called with its number, on the
 * owning thread, in the order of the numbers. Numbers may be left out: the completion of n stands for all up to n. A
 * failed write or fsync is never reported and never repeated: the process stops (Rule 12.1).
 *
 * <p>After a crash the log holds every write that was reported, and a prefix of those that were not: never a later
 * write without an earlier one, never half an entry. Within one write the record comes first, then the cut, then the
 * entries: a log that was cut for a leader whose epoch the store forgot would look rolled back to the one before (Rule
 * 3.4).
 */
public interface ReplicatedLog {
    /** The store's name, made when it was created. */
    StoreId storeId();

    /** What the store remembered when it was opened. */
    StoreRecord record();

    /** Where the log begins: the position before its first entry; {@link Position#ZERO} until something is compacted. */
    Position start();

    /** A log time not before that of the entry at {@link #start}; 0 if that is not known (Rule 9.6). */
    long startLogTime();

    /** The last entry when the log was opened; {@link #start} if there was none. */
    Position end();

    /**
     * When each epoch began, as the log was opened: the position of the first entry of each epoch in the log, in
     * ascending order. The core keeps this up to date by itself from then on.
     */
    List<Position> epochStarts();

    /**
     * Entries from {@code from}, inclusive, in order: as many as fit into {@code maxBytes} by {@link
     * Entry#weightBytes}, but at least one. Only asked for entries whose write was reported durable, and not cut since.
     */
    List<Entry> read(long from, int maxBytes);

    /**
     * Up to which entry, inclusive, the log may go as far as size and age tell: followers that were away for a short time
     * will not ask for these. 0 for none. What else must hold is not this door's business (Rule 13.1).
     */
    long dispensable();

    /** Stages a write. It becomes durable later, in order, many together where they come faster than the disk. */
    void write(LogWrite write);
}
