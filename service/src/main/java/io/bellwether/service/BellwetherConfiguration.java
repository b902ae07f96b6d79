package io.bellwether.service;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.core.Configuration;
import io.dropwizard.util.DataSize;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What {@code config.yml} says, as a tree. The file names every setting with its default, and what is missing there is an
 * error that names it; a test holds it equal to the defaults of the rooms. Here stands what settings of several rooms have
 * to do with each other.
 */
public final class BellwetherConfiguration extends Configuration {
    /** What goes along with a value: its key, its type, its conditions, its request id. */
    private static final long BESIDE_A_VALUE_BYTES = 16 << 10;

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

    @Valid
    @NotNull
    private final GatewayConfiguration gateway;

    @Valid
    @NotNull
    private final StoreConfiguration store;

    @JsonCreator
    BellwetherConfiguration(
            @JsonProperty("node") NodeConfiguration node,
            @JsonProperty("zookeeper") ZooKeeperConfiguration zookeeper,
            @JsonProperty("replication") ReplicationConfiguration replication,
            @JsonProperty("peers") PeersConfiguration peers,
            @JsonProperty("clients") ClientsConfiguration clients,
            @JsonProperty("gateway") GatewayConfiguration gateway,
            @JsonProperty("store") StoreConfiguration store) {
        this.node = node;
        this.zookeeper = zookeeper;
        this.replication = replication;
        this.peers = peers;
        this.clients = clients;
        this.gateway = gateway;
        this.store = store;
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

    public GatewayConfiguration gateway() {
        return gateway;
    }

    public StoreConfiguration store() {
        return store;
    }

    @ValidationMethod(
            message =
                    "peers.maxPostSize is at least clients.maxValueSize and 16KiB: else the largest value could not be"
                            + " sent to another node")
    public boolean isLargestValueCarried() {
        return !isComplete() || isAtLeast(peers.maxPostSize(), clients.maxValueSize(), BESIDE_A_VALUE_BYTES);
    }

    @ValidationMethod(
            message =
                    "peers.maxPostSize is at least replication.maxAppendSize and 16KiB: else a full append could not be"
                            + " sent")
    public boolean isFullAppendCarried() {
        return !isComplete() || isAtLeast(peers.maxPostSize(), replication.maxAppendSize(), BESIDE_A_VALUE_BYTES);
    }

    @ValidationMethod(
            message = "peers.maxPostSize is at least twice gateway.maxForwardSize: else many small writes could not be"
                    + " forwarded together")
    public boolean isFullForwardCarried() {
        return !isComplete()
                || peers.maxPostSize().toBytes() >= 2 * gateway.maxForwardSize().toBytes();
    }

    @ValidationMethod(
            message =
                    "gateway.maxHeldSize is at least clients.maxValueSize and 16KiB: else the largest value would always"
                            + " be refused")
    public boolean isLargestValueHeld() {
        return !isComplete() || isAtLeast(gateway.maxHeldSize(), clients.maxValueSize(), BESIDE_A_VALUE_BYTES);
    }

    @ValidationMethod(
            message =
                    "replication.maxUncommittedSize is at least clients.maxValueSize and 16KiB: else the largest value"
                            + " would always be refused")
    public boolean isLargestValueProposed() {
        return !isComplete()
                || isAtLeast(replication.maxUncommittedSize(), clients.maxValueSize(), BESIDE_A_VALUE_BYTES);
    }

    /** What is missing is named by its own complaint. */
    private boolean isComplete() {
        return Stream.of(replication, peers, clients, gateway).allMatch(Objects::nonNull)
                && Stream.of(
                                peers.maxPostSize(),
                                clients.maxValueSize(),
                                replication.maxAppendSize(),
                                replication.maxUncommittedSize(),
                                gateway.maxForwardSize(),
                                gateway.maxHeldSize())
                        .allMatch(Objects::nonNull);
    }

    private static boolean isAtLeast(DataSize limit, DataSize content, long besideBytes) {
        return limit.toBytes() >= content.toBytes() + besideBytes;
    }
}
