package io.bellwether.replication;

/**
 * The random name that a data directory gets when it is created. A wiped disk makes another store, so that a node which
 * comes back empty is never taken for the one that had acknowledged writes (Rule 3.1).
 */
public record StoreId(String id) implements Comparable<StoreId> {
    public StoreId {
        if (id.isEmpty() || id.length() > 64) {
            throw new IllegalArgumentException("a store id has 1 to 64 characters, but '" + id + "' does not");
        }
    }

    @Override
    public int compareTo(StoreId other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id;
    }
}
