package io.bellwether.service;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.core.Configuration;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;

/**
 * What {@code config.yml} says, as a tree. The defaults stand in that file and nowhere else: what is missing there is
 * an error that names it.
 */
public final class BellwetherConfiguration extends Configuration {
    @Valid
    @NotNull
    private final NodeConfiguration node;

    @Valid
    @NotNull
    private final ZooKeeperConfiguration zookeeper;

    @Valid
    @NotNull
    private final ReplicationConfiguration replication;

    @Valid
    @NotNull
    private final PeersConfiguration peers;

    @Valid
    @NotNull
    private final ClientsConfiguration clients;

    @JsonCreator
    BellwetherConfiguration(
            @JsonProperty("node") NodeConfiguration node,
            @JsonProperty("zookeeper") ZooKeeperConfiguration zookeeper,
            @JsonProperty("replication") ReplicationConfiguration replication,
            @JsonProperty("peers") PeersConfiguration peers,
            @JsonProperty("clients") ClientsConfiguration clients) {
        this.node = node;
        this.zookeeper = zookeeper;
        this.replication = replication;
        this.peers = peers;
        this.clients = clients;
    }

    public NodeConfiguration node() {
        return node;
    }

    public ZooKeeperConfiguration zookeeper() {
        return zookeeper;
    }

    public ReplicationConfiguration replication() {
        return replication;
    }

    public PeersConfiguration peers() {
        return peers;
    }

    public ClientsConfiguration clients() {
        return clients;
    }
}
