package io.bellwether.replication;

/**
 * What the first control record of a cluster will say, should this replica be the one that writes it.
 *
 * @param clusterId a new random id
 */
public record Bootstrap(String clusterId, WriteQuorum writeQuorum, int minInSync) {}
