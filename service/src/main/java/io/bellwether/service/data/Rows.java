package io.bellwether.service.data;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.MalformedBytes;
import org.jspecify.annotations.Nullable;

/**
 * Records as rows of the tables. A row's key is {@code 'k'} and the record's key, so that rows stand in the order of
 * keys. No other part of the state uses that first byte.
 *
 * <pre>
 * row = version:1  index:number  created:number  writes:number  modified:number  contentType:bytes  value:rest
 * </pre>
 */
final class Rows {
    static final byte PREFIX = 'k';
    private static final int VERSION = 1;

    /** Exclusive end of all rows. */
    static final Bytes END = Bytes.wrap(new byte[] {PREFIX + 1});

    private Rows() {}

    static Bytes rowOf(Bytes key) {
        byte[] row = new byte[1 + key.size()];
        row[0] = PREFIX;
        key.copyTo(row, 1);
        return Bytes.wrap(row);
    }

    static Bytes keyOf(Bytes row) {
        return Bytes.copyOf(row.unsafeArray(), 1, row.size() - 1);
    }

    /** The first row that is greater than all that begin with {@code row}. */
    static Bytes afterAllThatBeginWith(Bytes row) {
        byte[] end = row.toArray();
        for (int i = end.length - 1; i > 0; i--) {
            if (end[i] != (byte) 0xff) {
                end[i]++;
                return Bytes.copyOf(end, 0, i + 1);
            }
        }
        return END;
    }

    /** The first row that is greater than {@code row}. */
    static Bytes next(Bytes row) {
        byte[] next = new byte[row.size() + 1];
        row.copyTo(next, 0);
        return Bytes.wrap(next);
    }

    static Bytes encode(StoredRecord stored) {
        return new ByteSink(40 + stored.contentType().length() + stored.value().size())
                .octet(VERSION)
                .number(stored.index())
                .number(stored.createdIndex())
                .number(stored.version())
                .number(stored.lastModified())
                .ascii(stored.contentType())
                .raw(stored.value())
                .toBytes();
    }

    static @Nullable StoredRecord decode(@Nullable Bytes row) {
        if (row == null) {
            return null;
        }
        ByteSource source = new ByteSource(row);
        try {
            int version = source.octet();
            if (version != VERSION) {
                throw new MalformedBytes("it is of version " + version + ", and this node reads version " + VERSION);
            }
            return new StoredRecord(
                    source.number(), source.number(), source.number(), source.number(), source.ascii(), source.rest());
        } catch (MalformedBytes e) {
            throw new InvariantViolation("a row is what a node of this version wrote: " + e.getMessage());
        }
    }
}
