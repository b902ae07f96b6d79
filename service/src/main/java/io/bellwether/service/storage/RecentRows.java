package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows that were written or read latest, as they were committed last, up to a number of bytes: who applies a write
 * looks at the row before it, and that is mostly one of these. Of the owning thread alone.
 */
final class RecentRows {
    /** What an entry of the map takes beside its bytes, roughly. */
    private static final int OVERHEAD_BYTES = 150;

    private final long maxBytes;
    private final LinkedHashMap<Bytes, Bytes> rows = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** @param maxBytes 0 keeps none */
    RecentRows(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Nullable
    Bytes get(Bytes key) {
        return rows.get(key);
    }

    void put(Bytes key, Bytes value) {
        remove(key);
        rows.put(key, value);
        bytes += weight(key, value);
        Iterator<Map.Entry<Bytes, Bytes>> oldest = rows.entrySet().iterator();
        while (bytes > maxBytes) {
            Map.Entry<Bytes, Bytes> row = oldest.next();
            bytes -= weight(row.getKey(), row.getValue());
            oldest.remove();
        }
    }

    void remove(Bytes key) {
        Bytes removed = rows.remove(key);
        if (removed != null) {
            bytes -= weight(key, removed);
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

    private static long weight(Bytes key, Bytes value) {
        return (long) key.size() + value.size() + OVERHEAD_BYTES;
    }
}
