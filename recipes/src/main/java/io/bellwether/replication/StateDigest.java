package io.bellwether.replication;

/**
 * The digest of a state (Rule 14.1).
 *
 * @param index of the last entry that it contains
 * @param sum {@link StateSum} over all of its rows
 */
public record StateDigest(long index, long sum) {}
