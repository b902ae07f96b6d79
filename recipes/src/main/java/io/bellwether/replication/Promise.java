package io.bellwether.replication;

/**
 * A replica's durable word to accept nothing from an epoch below {@code epoch} (Rule 2.2).
 *
 * @param claim the claim that asked for it, or empty when the epoch was adopted from an append
 */
public record Promise(long epoch, String claim) {
    public static final Promise NONE = new Promise(0, "");
}
