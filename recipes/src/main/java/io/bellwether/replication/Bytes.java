package io.bellwether.replication;

import java.util.Arrays;

/**
 * An immutable sequence of bytes, compared by content and ordered as unsigned bytes. The array that was given to
 * {@link #wrap} belongs to this object from then on: nobody may change it.
 */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** Takes the array over without a copy. */
    public static Bytes wrap(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content);
    }

    /** Copies {@code length} bytes that begin at {@code offset}. */
    public static Bytes copyOf(byte[] source, int offset, int length) {
        return wrap(Arrays.copyOfRange(source, offset, offset + length));
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    public int size() {
        return content.length;
    }

    public byte at(int index) {
        return content[index];
    }

    public void copyTo(byte[] target, int offset) {
        System.arraycopy(content, 0, target, offset, content.length);
    }

    /** A copy that the caller may change. */
    public byte[] toArray() {
        return content.clone();
    }

    /**
     * The bytes themselves, for a reader that hands them on without changing them: a disk, a socket, a checksum. Changing
     * them breaks every invariant there is.
     */
    public byte[] unsafeArray() {
        return content;
    }

    public String utf8() {
        return new String(content, java.nio.charset.StandardCharsets.UTF_8);
    }

    public boolean startsWith(Bytes prefix) {
        return prefix.size() <= size() && Arrays.equals(content, 0, prefix.size(), prefix.content, 0, prefix.size());
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(content, other.content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    /** At most 32 bytes in hexadecimal: what is in a record never stands in a log line (STYLE). */
    @Override
    public String toString() {
        String hexadecimal = java.util.HexFormat.of().formatHex(content, 0, Math.min(32, content.length));
        return content.length > 32 ? hexadecimal + "…(" + content.length + ")" : hexadecimal;
    }
}
