package io.bellwether.service.http.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Writes the format's primitives, big-endian, into an array that grows and is used again. One thread at a time. */
final class WireWriter {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private static final int INITIAL_BYTES = 4 << 10;
    /** A larger array is not kept for the next batch: a lane that once carried a catch-up is not fat for ever. */
    private static final int KEPT_BYTES = 256 << 10;

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int size;

    void clear() {
        size = 0;
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[INITIAL_BYTES];
        }
    }

    int size() {
        return size;
    }

    /** The bytes themselves; the first {@link #size} count, until {@link #clear}. */
    byte[] buffer() {
        return buffer;
    }

    void uint8(int value) {
        room(1);
        buffer[size++] = (byte) value;
    }

    void flag(boolean value) {
        uint8(value ? 1 : 0);
    }

    void int32(int value) {
        room(4);
        INT.set(buffer, size, value);
        size += 4;
    }

    void int64(long value) {
        room(8);
        LONG.set(buffer, size, value);
        size += 8;
    }

    /** Two bytes of length, then UTF-8. */
    void text(String value) {
        byte[] utf8 = value.getBytes(UTF_8);
        if (utf8.length > Weight.MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "a text in a message has at most " + Weight.MAX_TEXT_BYTES + " bytes, not " + utf8.length);
        }
        room(2 + utf8.length);
        SHORT.set(buffer, size, (short) utf8.length);
        System.arraycopy(utf8, 0, buffer, size + 2, utf8.length);
        size += 2 + utf8.length;
    }

    /** Four bytes of length, then the bytes. */
    void bytes(Bytes value) {
        int32(value.size());
        room(value.size());
        value.copyTo(buffer, size);
        size += value.size();
    }

    void position(Position position) {
        int64(position.epoch());
        int64(position.index());
    }

    void entries(List<Entry> entries) {
        int32(entries.size());
        for (Entry entry : entries) {
            int64(entry.index());
            int64(entry.epoch());
            int64(entry.logTime());
            uint8(entry.kind().number());
            int32(entry.checksum());
            bytes(entry.payload());
        }
    }

    void listOfBytes(List<Bytes> list) {
        int32(list.size());
        list.forEach(this::bytes);
    }

    /** Replaces four bytes that were written before. */
    void patchInt32(int offset, int value) {
        INT.set(buffer, offset, value);
    }

    /** CRC-32C over all that was written. */
    int checksum() {
        CRC32C sum = new CRC32C();
        sum.update(buffer, 0, size);
        return (int) sum.getValue();
    }

    private void room(int needed) {
        if (buffer.length - size < needed) {
            buffer = Arrays.copyOf(buffer, Math.max(size + needed, buffer.length * 2));
        }
    }
}
