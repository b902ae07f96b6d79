package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows that were written or read latest, as they were committed last, up to a number of bytes: who applies a write
 * looks at the row before it, and that is mostly one of these. Of the owning thread alone.
 *
 * <p>Which are the latest is told nearly, by a second chance ("clock"): a row that was used since it came up for removal
 * last stays. So to use a row changes one bit of it, and moves no other.
 */
final class RecentRows {
    /** What an entry of the map takes beside its bytes, roughly. */
    private static final int OVERHEAD_BYTES = 150;

    private final long maxBytes;
    /** In the order in which they came, or were given their second chance. */
    private final LinkedHashMap<Bytes, Row> rows = new LinkedHashMap<>();

    private long bytes;

    private static final class Row {
        Bytes value;
        boolean used;

        Row(Bytes value) {
            this.value = value;
        }
    }

    /** @param maxBytes 0 keeps none */
    RecentRows(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Nullable
    Bytes get(Bytes key) {
        Row row = rows.get(key);
        if (row == null) {
            return null;
        }
        row.used = true;
        return row.value;
    }

    void put(Bytes key, Bytes value) {
        Row row = rows.get(key);
        if (row == null) {
            rows.put(key, new Row(value));
            bytes += weight(key, value);
        } else {
            bytes += value.size() - row.value.size();
            row.value = value;
            row.used = true;
        }
        while (bytes > maxBytes) {
            removeOldestUnlessUsed();
        }
    }

    void remove(Bytes key) {
        Row removed = rows.remove(key);
        if (removed != null) {
            bytes -= weight(key, removed.value);
        }
    }

    void clear() {
        rows.clear();
        bytes = 0;
    }

    /** What is kept now, in bytes. */
    long bytes() {
        return bytes;
    }

    /** The oldest row goes, or has its second chance as the newest. */
    private void removeOldestUnlessUsed() {
        Iterator<Map.Entry<Bytes, Row>> fromOldest = rows.entrySet().iterator();
        Map.Entry<Bytes, Row> oldest = fromOldest.next();
        Row row = oldest.getValue();
        fromOldest.remove();
        if (row.used) {
            row.used = false;
            rows.put(oldest.getKey(), row);
        } else {
            bytes -= weight(oldest.getKey(), row.value);
        }
    }

    private static long weight(Bytes key, Bytes value) {
        return (long) key.size() + value.size() + OVERHEAD_BYTES;
    }
}
