package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.StoreRecord;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * How the log's values stand on the disk, all numbers big-endian. Format {@link DataDirectory#FORMAT}.
 *
 * <pre>
 * entry     key: index 8      value: epoch 8, log time 8, checksum 4, kind 1, payload
 * record    value: generation 8, promised epoch 8, cluster id and claim, each a length 4 and UTF-8
 * position  value: epoch 8, index 8
 * </pre>
 */
final class EntryFormat {
    private static final int ENTRY_HEADER_BYTES = 21;

    private EntryFormat() {}

    static byte[] number(long number) {
        byte[] bytes = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[i] = (byte) (number >>> (56 - 8 * i));
        }
        return bytes;
    }

    static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    static byte[] encode(Entry entry) {
        byte[] value = new byte[ENTRY_HEADER_BYTES + entry.payload().size()];
        ByteBuffer.wrap(value)
                .putLong(entry.epoch())
                .putLong(entry.logTime())
                .putInt(entry.checksum())
                .put((byte) entry.kind().number());
        entry.payload().copyTo(value, ENTRY_HEADER_BYTES);
        return value;
    }

    /** @throws IllegalArgumentException if this is not the entry that was written; the message says why */
    static Entry decode(long index, byte[] value) {
        if (value.length < ENTRY_HEADER_BYTES) {
            throw new IllegalArgumentException("entry " + index + " has only " + value.length + " bytes");
        }
        ByteBuffer header = ByteBuffer.wrap(value);
        long epoch = header.getLong();
        long logTime = header.getLong();
        int checksum = header.getInt();
        Entry.Kind kind = Entry.Kind.of(header.get());
        Bytes payload = Bytes.copyOf(value, ENTRY_HEADER_BYTES, value.length - ENTRY_HEADER_BYTES);
        Entry entry = new Entry(index, epoch, logTime, kind, payload, checksum);
        if (!entry.intact()) {
            throw new IllegalArgumentException("the checksum of entry " + index + " does not fit its content");
        }
        return entry;
    }

    static byte[] encode(Position position) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(position.epoch())
                .putLong(position.index())
                .array();
    }

    /** @throws IllegalArgumentException if this is no position */
    static Position decodePosition(byte[] value) {
        if (value.length != 2 * Long.BYTES) {
            throw new IllegalArgumentException("a position has 16 bytes, not " + value.length);
        }
        ByteBuffer numbers = ByteBuffer.wrap(value);
        return new Position(numbers.getLong(), numbers.getLong());
    }

    static byte[] encode(StoreRecord record) {
        Bytes clusterId = Bytes.utf8(record.clusterId());
        Bytes claim = Bytes.utf8(record.promise().claim());
        return ByteBuffer.allocate(2 * Long.BYTES + 2 * Integer.BYTES + clusterId.size() + claim.size())
                .putLong(record.generation())
                .putLong(record.promise().epoch())
                .putInt(clusterId.size())
                .put(clusterId.unsafeArray())
                .putInt(claim.size())
                .put(claim.unsafeArray())
                .array();
    }

    /** @throws IllegalArgumentException if this is no record of a store */
    static StoreRecord decodeRecord(byte[] value) {
        ByteBuffer fields = ByteBuffer.wrap(value);
        try {
            long generation = fields.getLong();
            long epoch = fields.getLong();
            String clusterId = text(fields);
            String claim = text(fields);
            return new StoreRecord(clusterId, new Promise(epoch, claim), generation);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(
                    "a record of a store ends too early, after " + value.length + " bytes", e);
        }
    }

    private static String text(ByteBuffer fields) {
        int length = fields.getInt();
        if (length < 0 || length > fields.remaining()) {
            throw new IllegalArgumentException(
                    "a record of a store states a text of " + length + " bytes, and has " + fields.remaining());
        }
        byte[] text = new byte[length];
        fields.get(text);
        return Bytes.wrap(text).utf8();
    }
}
