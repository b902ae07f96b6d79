package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Tables.Visitor;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the batch that is being gathered makes of rows, until it is committed. Of the owning thread alone. */
final class GatheredRows {
    private final NavigableMap<Bytes, Change> changes = new TreeMap<>();

    /** What becomes of a row: its new value, or null where it is removed. */
    record Change(@Nullable Bytes value) {}

    /** What becomes of this row; null if it stays as it was committed. */
    @Nullable
    Change get(Bytes key) {
        return changes.get(key);
    }

    void put(Bytes key, Bytes value) {
        changes.put(checked(key), new Change(value));
    }

    void delete(Bytes key) {
        changes.put(checked(key), new Change(null));
    }

    private static Bytes checked(Bytes key) {
        if (key.size() == 0) {
            throw new InvariantViolation("a key has at least the byte that names its part of the state");
        }
        return key;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Each row that changes, in ascending order of the keys. */
    Set<Map.Entry<Bytes, Change>> entries() {
        return changes.entrySet();
    }

    void clear() {
        changes.clear();
    }

    /**
     * Puts the rows of this batch between those that were committed, as a visitor of the latter.
     *
     * @param from inclusive
     * @param to exclusive
     */
    Merge merge(Bytes from, Bytes to, Visitor visitor) {
        return new Merge(new TreeMap<>(changes.subMap(from, true, to, false)), visitor);
    }

    /** Visits rows in ascending order, as they will be. */
    static final class Merge implements Visitor {
        private final NavigableMap<Bytes, Change> left;
        private final Visitor visitor;

        private Merge(NavigableMap<Bytes, Change> left, Visitor visitor) {
            this.left = left;
            this.visitor = visitor;
        }

        @Override
        public boolean row(Bytes key, Bytes value) {
            while (!left.isEmpty() && left.firstKey().compareTo(key) < 0) {
                if (!visitFirstChange()) {
                    return false;
                }
            }
            if (!left.isEmpty() && left.firstKey().equals(key)) {
                return visitFirstChange();
            }
            return visitor.row(key, value);
        }

        /** What comes behind the last committed row. */
        void rest() {
            while (!left.isEmpty() && visitFirstChange()) {
                // Each turn takes one away.
            }
        }

        private boolean visitFirstChange() {
            Map.Entry<Bytes, Change> first = left.pollFirstEntry();
            Bytes value = first.getValue().value();
            return value == null || visitor.row(first.getKey(), value);
        }
    }
}
