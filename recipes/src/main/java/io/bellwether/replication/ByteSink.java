package io.bellwether.replication;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Gathers bytes. Numbers are 7 bits to a byte, lowest first, the eighth bit says that more follow. */
public final class ByteSink {
    private byte[] gathered;
    private int size;

    public ByteSink(int expectedSize) {
        gathered = new byte[expectedSize];
    }

    public ByteSink octet(int octet) {
        room(1);
        gathered[size++] = (byte) octet;
        return this;
    }

    /** @param number 0 to {@link Long#MAX_VALUE} */
    public ByteSink number(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("number " + number + " is negative");
        }
        room(9);
        long rest = number;
        while (rest >= 0x80) {
            gathered[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        gathered[size++] = (byte) rest;
        return this;
    }

    /** With their length before them. */
    public ByteSink bytes(Bytes bytes) {
        return number(bytes.size()).raw(bytes);
    }

    public ByteSink ascii(String text) {
        return bytes(Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Without their length: the last of all. */
    public ByteSink raw(Bytes bytes) {
        room(bytes.size());
        bytes.copyTo(gathered, size);
        size += bytes.size();
        return this;
    }

    public Bytes toBytes() {
        return Bytes.wrap(size == gathered.length ? gathered : Arrays.copyOf(gathered, size));
    }

    private void room(int more) {
        if (gathered.length - size < more) {
            gathered = Arrays.copyOf(gathered, Math.max(gathered.length * 2, size + more));
        }
    }
}
