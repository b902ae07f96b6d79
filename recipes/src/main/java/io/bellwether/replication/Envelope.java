package io.bellwether.replication;

/**
 * A message on its way.
 *
 * @param clusterId the sender's cluster; empty while it has met none. Mail of another cluster is dropped
 * @param from who says it: an answer from a store that the in-sync set does not name counts for nothing (Rule 3.1)
 * @param to the node that it is for
 * @param generation the highest generation of the control record that the sender has seen (Rule 11.1)
 */
public record Envelope(String clusterId, ReplicaId from, NodeId to, long generation, Message message) {}
