package io.bellwether.fuzzing;

import java.util.List;

/** Something that reads bytes which anybody may have sent, or a disk may have changed. */
public interface FuzzTarget {
    String name();

    /** Inputs that are taken; all others are made of them. */
    List<byte[]> samples();

    /**
     * Reads the input.
     *
     * @return whether it was taken; false if it was refused in the way that the reader promises
     * @throws Exception anything else: a finding
     */
    boolean take(byte[] input) throws Exception;

    /** Gives a changed input back what would get it refused at once, such as a checksum. */
    default byte[] repair(byte[] input) {
        return input;
    }
}
