package io.bellwether.service.data;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Tables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads records from a view: all that it answers is of one index. */
public final class RecordReader {
    private final Tables.View view;

    public RecordReader(Tables.View view) {
        this.view = view;
    }

    /** Null if there is no record. */
    public @Nullable StoredRecord get(Bytes key) {
        return Rows.decode(view.get(Rows.rowOf(key)));
    }

    /**
     * A page of records in the order of their keys, as unsigned bytes.
     *
     * @param prefix what the keys begin with; empty for all
     * @param after only keys greater than this one; null for no such wish. It need not exist
     * @param limit so many at most; at least 1
     * @param maxBytes the page ends before the record whose row would make the rows that were read larger than this; a first
     *     record that is larger stands alone
     */
    public Page list(Bytes prefix, @Nullable Bytes after, int limit, long maxBytes) {
        Bytes first = Rows.rowOf(prefix);
        Bytes next = after == null ? first : Rows.next(Rows.rowOf(after));
        PageMaker page = new PageMaker(limit, maxBytes);
        view.scan(first.compareTo(next) > 0 ? first : next, Rows.afterAllThatBeginWith(first), page);
        return page.page();
    }

    /** A key with its record. */
    public record Item(Bytes key, StoredRecord stored) {}

    /** @param more whether records that begin with the prefix follow the last one */
    public record Page(List<Item> items, boolean more) {
        public Page {
            items = List.copyOf(items);
        }
    }

    private static final class PageMaker implements Tables.Visitor {
        private final int limit;
        private final long maxBytes;
        private final List<Item> items = new ArrayList<>();
        private long bytes;
        private boolean more;

        PageMaker(int limit, long maxBytes) {
            this.limit = limit;
            this.maxBytes = maxBytes;
        }

        @Override
        public boolean row(Bytes key, Bytes value) {
            bytes += key.size() + (long) value.size();
            if (items.size() == limit || (bytes > maxBytes && !items.isEmpty())) {
                more = true;
                return false;
            }
            StoredRecord stored = Rows.decode(value);
            if (stored != null) {
                items.add(new Item(Rows.keyOf(key), stored));
            }
            return true;
        }

        Page page() {
            return new Page(items, more);
        }
    }
}
