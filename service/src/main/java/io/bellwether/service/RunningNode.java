package io.bellwether.service;

import io.bellwether.coordination.CoordinationSettings;
import io.bellwether.coordination.ZooKeeperCoordination;
import io.bellwether.gateway.GatewaySettings;
import io.bellwether.gateway.Outcomes;
import io.bellwether.gateway.ServingNode;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.service.data.Records;
import io.bellwether.service.http.ClientFaces;
import io.bellwether.service.http.Identity;
import io.bellwether.service.http.Limits;
import io.bellwether.service.http.peer.HttpPeers;
import io.bellwether.service.http.peer.Lane;
import io.bellwether.service.http.peer.PeerEvents;
import io.bellwether.service.http.peer.PeerSettings;
import io.bellwether.service.node.NodeLoop;
import io.bellwether.service.storage.Store;
import io.bellwether.service.storage.StoreSettings;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.Managed;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All the parts of one node, and how they hold together. Made before the server takes requests, joined to the cluster when
 * it does, taken apart when the process ends.
 */
final class RunningNode implements Managed {
    private static final Logger LOG = LoggerFactory.getLogger(RunningNode.class);
    private static final int SOLO_MIN_IN_SYNC = 1;
    private static final int MIN_IN_SYNC = 2;

    private final SecureRandom random = new SecureRandom();
    private final BellwetherConfiguration configuration;
    private final Halt halt;
    private final StartGuard guard;
    private final NodeLoop loop;
    private final Store store;
    private final HttpPeers peers;
    private final ClientFaces faces;
    private final ZooKeeperCoordination coordination;
    private final ServingNode node;

    /**
     * @param connect where ZooKeeper is
     * @throws IOException if the data directory cannot be used
     */
    RunningNode(BellwetherConfiguration configuration, String connect, Environment environment, Halt halt)
            throws IOException {
        this.configuration = configuration;
        this.halt = halt;
        NodeId id = configuration.node().nodeId();
        this.guard = new StartGuard(configuration.replication(), halt::because);
        this.loop = new NodeLoop("node-" + id, halt::because);
        this.store = Store.open(
                configuration.node().data(),
                id,
                configuration.node().cluster(),
                StoreSettings.DEFAULT,
                loop::written,
                halt::because);
        ReplicaId replicaId = new ReplicaId(id, store.log().storeId());
        String process = id + "-" + HexFormat.of().toHexDigits(random.nextInt());
        Identity identity = new Identity(
                replicaId,
                configuration.node().cluster(),
                configuration.node().advertisedUrl().toString(),
                version(),
                Instant.now());
        Limits limits = limits();

        this.peers = new HttpPeers(
                id, PeerSettings.DEFAULT, configuration.peers().urls().byNode());
        for (Lane lane : Lane.values()) {
            var servlet = environment.servlets().addServlet("peer-" + lane.path(), peers.servlet(lane));
            servlet.setAsyncSupported(true);
            servlet.addMapping(lane.path());
        }
        this.faces = ClientFaces.register(
                environment,
                loop,
                limits,
                identity,
                configuration.peers().urls().byNode(),
                System::nanoTime);
        Member self = new Member(
                replicaId,
                identity.url(),
                identity.version(),
                identity.started().toString());
        this.coordination = new ZooKeeperCoordination(
                new CoordinationSettings(
                        connect,
                        configuration.node().cluster(),
                        configuration.zookeeper().sessionTimeout().toJavaDuration(),
                        CoordinationSettings.DEFAULT_POLL_INTERVAL),
                self,
                process,
                faces::storeAnsweringAt,
                loop);
        GatewaySettings gateway = gatewaySettings(limits);
        Replica replica = new Replica(
                replicaId,
                process,
                settings(),
                bootstrap(),
                store.log(),
                store.tables().applied().index(),
                random.nextLong());
        this.node = new ServingNode(
                replica,
                store.log(),
                new Outcomes(store.tables(), new Records(store.tables()), gateway),
                peers,
                coordination,
                gateway,
                process,
                random.nextLong() >>> 1,
                new Owner());
        environment.lifecycle().addServerLifecycleListener(this::join);
    }

    /** Hears what the node has to tell. */
    private final class Owner implements ServingNode.Owner {
        @Override
        public void changed(List<Notice> notices) {
            guard.changed(notices);
        }

        @Override
        public void stop(String why) {
            halt.because(why);
        }
    }

    private Settings settings() {
        Settings defaults = Settings.DEFAULT;
        ReplicationConfiguration replication = configuration.replication();
        long leaderTimeout = replication.leaderTimeout().toMilliseconds();
        return new Settings(
                Math.min(defaults.heartbeatMillis(), leaderTimeout / 5),
                leaderTimeout,
                replication.evictAfter().toMilliseconds(),
                defaults.maxAppendBytes(),
                defaults.maxUncommittedBytes(),
                defaults.recentBytes());
    }

    private Bootstrap bootstrap() {
        int minInSync = configuration.zookeeper().embedded() ? SOLO_MIN_IN_SYNC : MIN_IN_SYNC;
        return new Bootstrap(
                UUID.randomUUID().toString(),
                configuration.replication().requiredWriteQuorum().orElse(WriteQuorum.MAJORITY),
                configuration.replication().requiredInSync().orElse(minInSync));
    }

    private Limits limits() {
        Limits defaults = Limits.DEFAULT;
        int maxValueSize =
                Math.toIntExact(configuration.clients().maxValueSize().toBytes());
        return new Limits(
                maxValueSize,
                defaults.defaultTimeout(),
                defaults.maxTimeout(),
                defaults.defaultPageLimit(),
                defaults.maxPageLimit(),
                defaults.maxPageSize(),
                Math.max(defaults.maxReceivingSize(), maxValueSize));
    }

    private static GatewaySettings gatewaySettings(Limits limits) {
        GatewaySettings defaults = GatewaySettings.DEFAULT;
        long longest = limits.maxTimeout().toMillis();
        return new GatewaySettings(
                defaults.maxHeldBytes(),
                defaults.maxHeldRequests(),
                defaults.maxForwardBytes(),
                defaults.retryMillis(),
                defaults.patienceMillis(),
                longest,
                defaults.keyRetentionMillis());
    }

    private static String version() {
        String version = RunningNode.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    // --- its life --------------------------------------------------------------------------------------------------

    /** The server listens: others may be told of this node now. */
    private void join(Server server) {
        if (!configuration.node().advertisedUrl().getHost().startsWith("127.")
                && configuration.peers().secret().isEmpty()) {
            LOG.warn(
                    "This node is advertised beyond loopback without a peer secret: whoever reaches its port can act as"
                            + " a node. Set BELLWETHER_PEER_SECRET on all nodes");
        }
        peers.start(new PeerEvents() {
            @Override
            public void received(List<Envelope> batch, Runnable whenProcessed) {
                loop.received(batch, whenProcessed);
            }

            @Override
            public void unreachable(NodeId other) {
                loop.unreachable(other);
            }
        });
        coordination.start();
        coordination.announced().whenComplete((done, refused) -> {
            if (refused != null) {
                halt.because(String.valueOf(refused.getMessage()));
            }
        });
        loop.start(node, store.tables(), coordination, this::viewSeen);
        LOG.info(
                "node {} store {} of cluster '{}' is up at {}",
                configuration.node().id(),
                store.log().storeId(),
                configuration.node().cluster(),
                configuration.node().advertisedUrl());
    }

    /** On the loop's thread, with every tick. */
    private void viewSeen(Coordination.View view) {
        guard.view(view);
        peers.members(view.members());
        peers.clusterId(node.replica().clusterId());
    }

    /** Nobody is told any more that it is ready; whoever waits hears what is known; then the disk is closed. */
    @Override
    public void stop() {
        faces.stopping();
        loop.close();
        coordination.close();
        peers.close();
        store.close();
    }

    /** Where an embedded ZooKeeper keeps its data. */
    static Path embeddedZooKeeperData(BellwetherConfiguration configuration) {
        return configuration.node().data().resolve("zookeeper");
    }
}
