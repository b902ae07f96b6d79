package io.bellwether.service.storage;

import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.StateSum;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The row that says where the tables are: the position that all other rows bring the state to, and the sum over these.
 *
 * @param sum {@link StateSum}; null in tables of a version that kept none
 */
record Applied(Position position, @Nullable Long sum) {
    /** Before the first batch. */
    static final Applied NOTHING = new Applied(Position.ZERO, StateSum.EMPTY);

    private static final int POSITION_BYTES = 2 * Long.BYTES;

    /** The sum in tables that are open: what was found without one was summed up before. */
    long knownSum() {
        Long known = sum;
        if (known == null) {
            throw new InvariantViolation("tables that are open have a sum");
        }
        return known;
    }

    byte[] encode() {
        Long known = sum;
        ByteBuffer row = ByteBuffer.allocate(known == null ? POSITION_BYTES : POSITION_BYTES + Long.BYTES)
                .put(EntryFormat.encode(position));
        return (known == null ? row : row.putLong(known)).array();
    }

    /**
     * @param row null where there is none
     * @throws IllegalArgumentException if it is no such row
     */
    static Applied decode(byte @Nullable [] row) {
        if (row == null) {
            return NOTHING;
        }
        if (row.length == POSITION_BYTES) {
            return new Applied(EntryFormat.decodePosition(row), null);
        }
        if (row.length != POSITION_BYTES + Long.BYTES) {
            throw new IllegalArgumentException("a position and a sum have 24 bytes, not " + row.length);
        }
        ByteBuffer numbers = ByteBuffer.wrap(row);
        return new Applied(new Position(numbers.getLong(), numbers.getLong()), numbers.getLong());
    }
}
