package io.bellwether.replication;

/**
 * What a store remembers beside its log. Written whole, and in the order of the log's own writes, so that a promise is
 * never durable before what was staged ahead of it (Rule 2.2).
 *
 * @param clusterId the cluster that the store belongs to; empty until it has met one
 * @param promise the highest promise given or adopted
 * @param generation the highest generation of the control record seen (Rule 11.1)
 */
public record StoreRecord(String clusterId, Promise promise, long generation) {
    public static final StoreRecord NEW = new StoreRecord("", Promise.NONE, 0);
}
