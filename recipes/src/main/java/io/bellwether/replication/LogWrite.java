package io.bellwether.replication;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write to a {@link ReplicatedLog}: first the record, then the cut, then the entries, then what goes in front; all of
 * it or, after a crash, some prefix of it in that order.
 *
 * @param number names this write when it is durable; grows by one with each write of a process
 * @param cutFrom entries from this index on, inclusive, are removed first (and kept in a side file); 0 for no cut
 * @param entries appended after the cut, with consecutive indexes; may be empty
 * @param record replaces the store's record; null to leave it
 * @param compactTo entries up to this index, inclusive, go: the log then starts after it (Rule 13.1); 0 for none. It is
 *     below the last entry
 */
public record LogWrite(
        long number,
        long cutFrom,
        List<Entry> entries,
        @Nullable StoreRecord record,
        long compactTo) {
    public LogWrite {
        entries = List.copyOf(entries);
    }
}
