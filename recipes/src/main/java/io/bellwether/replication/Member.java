package io.bellwether.replication;

/** A live node, as its ephemeral znode tells it: its replica and where it is reached. */
public record Member(ReplicaId replica, String url, String version, String started) {}
