package io.bellwether.replication;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The digest of a state as a sum over its rows (Rule 14.1): whoever changes a row takes its old share out and puts its new
 * one in, so that the digest costs what a batch changes and not what the state holds. Equal states have equal sums, in
 * whatever order they came about; different ones have equal sums once in 2<sup>64</sup>, as far as chance has made them
 * different. It is no seal against forgers.
 */
public final class StateSum {
    /** The sum of a state without rows. */
    public static final long EMPTY = 0;

    private StateSum() {}

    /** The share of one row; sums are taken with overflow. */
    public static long share(Bytes key, Bytes value) {
        CRC32 first = new CRC32();
        CRC32C second = new CRC32C();
        first.update(key.unsafeArray());
        second.update(key.unsafeArray());
        first.update(value.unsafeArray());
        second.update(value.unsafeArray());
        // Where the key ends tells "ab" + "c" from "a" + "bc".
        return mixed((first.getValue() << 32 | second.getValue()) + mixed(key.size()));
    }

    /** Without this, sums of checksums would be as linear as checksums are: two like changes would cancel each other out. */
    private static long mixed(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
