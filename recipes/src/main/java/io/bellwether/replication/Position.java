package io.bellwether.replication;

/**
 * A place in the log: the entry at {@code index}, written in {@code epoch}. Ordered by epoch first, which is the order
 * in which recovery prefers logs (Rule 2.4). {@link #ZERO} stands before the first entry, whose index is 1.
 */
public record Position(long epoch, long index) implements Comparable<Position> {
    public static final Position ZERO = new Position(0, 0);

    public Position {
        if (epoch < 0 || index < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " and index " + index + " must not be negative");
        }
    }

    @Override
    public int compareTo(Position other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(index, other.index);
    }

    /** {@code index@epoch}, as log lines and traces write it. */
    @Override
    public String toString() {
        return index + "@" + epoch;
    }
}
