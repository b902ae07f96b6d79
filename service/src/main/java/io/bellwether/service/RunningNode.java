package io.bellwether.service;

import io.bellwether.coordination.CoordinationSettings;
import io.bellwether.coordination.ZooKeeperCoordination;
import io.bellwether.gateway.GatewaySettings;
import io.bellwether.gateway.Outcomes;
import io.bellwether.gateway.ServingNode;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Pausing;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.service.data.Records;
import io.bellwether.service.http.Answers;
import io.bellwether.service.http.ClientFaces;
import io.bellwether.service.http.Identity;
import io.bellwether.service.http.Limits;
import io.bellwether.service.http.SendingRate;
import io.bellwether.service.http.peer.HttpPeers;
import io.bellwether.service.http.peer.Lane;
import io.bellwether.service.http.peer.PeerEvents;
import io.bellwether.service.node.NodeLoop;
import io.bellwether.service.storage.Store;
import io.bellwether.service.storage.StoreDamaged;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.exporter.servlet.jakarta.PrometheusMetricsServlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;
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
    /** For handing over leadership and leaving the in-sync set, of the 30 s in which a node ends. */
    private static final Duration DEPARTURE = Duration.ofSeconds(8);

    private static final Duration ROOM_WATCH = Duration.ofSeconds(1);

    /** How many nodes fetch the state from this one at once. */
    private static final int SNAPSHOT_SENDERS = 2;

    private final SecureRandom random = new SecureRandom();
    private final BellwetherConfiguration configuration;
    private final String connect;
    private final Halt halt;
    private final StartGuard guard;
    private final ZooKeeperContact zooKeeperContact;
    private final LeaderContact leaderContact = new LeaderContact();
    private final AtomicBoolean leaving = new AtomicBoolean();
    private volatile boolean joined;
    private final NodeLoop loop;
    private final Store store;
    private final HttpPeers peers;
    private final SnapshotFetching fetching;
    private final ClientFaces faces;
    private final ZooKeeperCoordination coordination;
    private final ServingNode node;
    private final RoomWatch roomWatch;
    private final ScheduledExecutorService roomWatcher;
    private @Nullable ScheduledFuture<?> roomWatches;
    private final Scrub scrub;

    /**
     * @param zooKeeper asked once, when the data directory is held: an embedded ZooKeeper keeps its data in there
     * @throws IOException if the embedded ZooKeeper does not start
     */
    RunningNode(BellwetherConfiguration configuration, ZooKeeperAddress zooKeeper, Environment environment, Halt halt)
            throws IOException, InterruptedException {
        this.configuration = configuration;
        this.halt = halt;
        NodeId id = configuration.node().nodeId();
        this.guard = new StartGuard(configuration.replication(), halt::because);
        this.loop = new NodeLoop(
                "node-" + id,
                configuration.gateway().maxQueuedRequests(),
                configuration.gateway().maxHeldSize().toBytes(),
                halt::because);
        this.store = openStore(id);
        this.connect = zooKeeper.find();
        this.zooKeeperContact = new ZooKeeperContact(connect);
        ReplicaId replicaId = new ReplicaId(id, store.log().storeId());
        String process = id + "-" + HexFormat.of().toHexDigits(random.nextInt());
        Identity identity = new Identity(
                replicaId,
                configuration.node().cluster(),
                configuration.node().advertisedUrl().toString(),
                version(),
                Instant.now());
        Limits limits = configuration.clients().limits();

        NodeMetrics metrics = new NodeMetrics(
                identity.version(),
                id,
                new NodeLevels(loop, configuration.node().data()),
                environment.metrics());
        store.tellBatchesTo(metrics.batches());
        environment
                .admin()
                .addServlet("prometheus", new PrometheusMetricsServlet(metrics.registry()))
                .addMapping("/prometheus");

        Answers answers = Answers.of(environment, "answers-%d", halt::because);
        this.peers = new HttpPeers(
                id,
                configuration.peers().settings(),
                configuration.peers().urls().byNode(),
                answers);
        for (Lane lane : Lane.values()) {
            var servlet = environment.servlets().addServlet("peer-" + lane.path(), peers.servlet(lane));
            servlet.setAsyncSupported(true);
            servlet.addMapping(lane.path());
        }
        SendingRate rate = new SendingRate(configuration.peers().snapshotRate().toBytes(), System::nanoTime);
        offerSnapshots(environment, rate);
        ClientFaces.registerBackups(
                environment, loop, new OfferedBackups(id.name(), store.outgoing(), loop), rate, limits, identity);
        ClientFaces.registerPause(environment, this::pause, limits);
        this.faces = ClientFaces.register(
                environment,
                loop,
                loop,
                answers,
                limits,
                identity,
                configuration.peers().urls().byNode(),
                this::lowOnSpace,
                System::nanoTime,
                metrics::ended,
                halt::because);
        Member self = new Member(
                replicaId,
                identity.url(),
                identity.version(),
                identity.started().toString());
        this.coordination =
                new ZooKeeperCoordination(coordinationSettings(connect), self, process, faces::storeAnsweringAt, loop);
        GatewaySettings gateway = configuration
                .gateway()
                .settings(
                        configuration.clients().maxTimeout(),
                        configuration.peers().maxQueuedControlSize());
        Replica replica = new Replica(
                replicaId,
                process,
                identity.version(),
                configuration.replication().settings(),
                bootstrap(),
                store.log(),
                store.tables().applied().index(),
                random.nextLong());
        this.fetching = new SnapshotFetching(
                store.incoming(),
                store::install,
                peers::url,
                replica::clusterId,
                configuration.peers().connectTimeout().toJavaDuration(),
                loop::fetched,
                halt::because);
        this.node = new ServingNode(
                replica,
                store.log(),
                new Outcomes(store.tables(), new Records(store.tables())),
                fetching,
                peers,
                coordination,
                gateway,
                process,
                random.nextLong() >>> 1,
                new Owner());
        this.roomWatch = new RoomWatch(
                configuration.node().data(),
                configuration.store().minFreeSize().toBytes(),
                () -> Files.getFileStore(configuration.node().data()).getUsableSpace(),
                faces::moveToRoom,
                loop::room);
        this.roomWatcher = environment
                .lifecycle()
                .scheduledExecutorService("room-watch")
                .threads(1)
                .build();
        this.scrub = new Scrub(
                configuration.store().scrubEvery().toJavaDuration(),
                configuration.store().scrubRate().toBytes(),
                store::check,
                damaged -> loop.distrust(damaged.damage()),
                halt::because);
        NodeHealth.register(
                environment.healthChecks(),
                loop,
                configuration.node().maxLag().toJavaDuration(),
                configuration.node().data(),
                configuration.store().minFreeSize().toBytes());
        environment.lifecycle().addServerLifecycleListener(this::join);
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            /** Before Jetty turns anybody away: what is under way is still answered, and others take over meanwhile. */
            @Override
            public void lifeCycleStopping(LifeCycle stopping) {
                if (stopping instanceof Server) {
                    leave();
                }
            }
        });
    }

    /** A store that is damaged begins anew when others can do without it (Rule 14.7). */
    private Store openStore(NodeId id) throws InterruptedException {
        Path data = configuration.node().data();
        if (!configuration.store().rebuildDamaged() || configuration.zookeeper().embedded()) {
            return tryToOpenStore(id);
        }
        Rebuilding rebuilding = new Rebuilding(
                coordinationSettings(configuration.zookeeper().connect()),
                id,
                configuration.peers().urls().byNode());
        Optional<String> suspicion = Store.suspicion(data);
        if (suspicion.isPresent()) {
            rebuilding
                    .ifAnotherLeads(suspicion.get())
                    .ifPresent(clusterId -> Store.renew(data, clusterId, suspicion.get()));
        }
        try {
            return tryToOpenStore(id);
        } catch (StoreDamaged damaged) {
            Store.renew(data, rebuilding.whenAnotherLeads(damaged.damage()), damaged.damage());
            return tryToOpenStore(id);
        }
    }

    private Store tryToOpenStore(NodeId id) {
        return Store.open(
                configuration.node().data(),
                id,
                configuration.node().cluster(),
                configuration.store().settings(),
                loop::written,
                this::storeFailed);
    }

    /** The next start does not go on with it, if others can do without it. */
    private void storeFailed(RuntimeException why) {
        try {
            if (why instanceof StoreDamaged damaged) {
                Store.suspect(configuration.node().data(), damaged.damage());
            }
        } finally {
            halt.because(why);
        }
    }

    private CoordinationSettings coordinationSettings(String connectString) {
        return new CoordinationSettings(
                connectString,
                configuration.node().cluster(),
                configuration.zookeeper().sessionTimeout().toJavaDuration(),
                CoordinationSettings.DEFAULT_POLL_INTERVAL);
    }

    /** Finds out where ZooKeeper is, and may start one for that. */
    interface ZooKeeperAddress {
        String find() throws IOException, InterruptedException;
    }

    /** Hears what the node has to tell. */
    private final class Owner implements ServingNode.Owner {
        @Override
        public void changed(List<Notice> notices) {
            guard.changed(notices);
        }

        /** Rule 14.4: nobody counts on this store, and what it holds is wrong. */
        @Override
        public void beginAnew(String why) {
            store.renew(node.replica().clusterId(), why);
            halt.because(why + " Start this node again, if nothing does so by itself: what it has is moved to '"
                    + Store.ASIDE + "' in " + configuration.node().data()
                    + ", and it joins as a new store, which the leader fills");
        }

        /** Rule 3.4: this store has lost what it had acknowledged. It must not come back as if nothing had happened. */
        @Override
        public void stop(String why) {
            store.retire(why);
            halt.because(why + " Move the directory " + configuration.node().data()
                    + " away and start this node with an empty one: it joins as a new store, which the leader fills");
        }
    }

    /** Gives the state to nodes that are too far behind. */
    private void offerSnapshots(Environment environment, SendingRate rate) {
        ExecutorService senders = environment
                .lifecycle()
                .executorService("snapshot-sender-%d")
                .minThreads(0)
                .maxThreads(SNAPSHOT_SENDERS)
                .workQueue(new SynchronousQueue<>())
                .build();
        var servlet = environment
                .servlets()
                .addServlet(
                        "peer-snapshots",
                        peers.snapshotServlet(new OfferedSnapshots(store.outgoing(), loop), senders, rate));
        servlet.setAsyncSupported(true);
        servlet.addMapping(HttpPeers.SNAPSHOTS);
    }

    private Bootstrap bootstrap() {
        int minInSync = configuration.zookeeper().embedded() ? SOLO_MIN_IN_SYNC : MIN_IN_SYNC;
        return new Bootstrap(
                UUID.randomUUID().toString(),
                configuration.replication().requiredWriteQuorum().orElse(WriteQuorum.MAJORITY),
                configuration.replication().requiredInSync().orElse(minInSync));
    }

    private static String version() {
        String version = RunningNode.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    // --- its life --------------------------------------------------------------------------------------------------

    /** The server listens: others may be told of this node now. */
    private void join(Server server) {
        if (isExposed()) {
            LOG.warn(
                    "This node listens beyond loopback without a peer secret: whoever reaches its port can act as a node."
                            + " Let only nodes and clients reach it");
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
                Throwable cause = refused instanceof CompletionException ? refused.getCause() : null;
                halt.because(String.valueOf((cause == null ? refused : cause).getMessage()));
            }
        });
        loop.start(node, store.tables(), coordination, this::viewSeen);
        roomWatches =
                roomWatcher.scheduleWithFixedDelay(this::watchDisk, 0, ROOM_WATCH.toMillis(), TimeUnit.MILLISECONDS);
        scrub.start();
        joined = true;
        LOG.info(
                "node up id={} store={} cluster={} url={} zookeeper={} data={}",
                configuration.node().id(),
                store.log().storeId(),
                configuration.node().cluster(),
                configuration.node().advertisedUrl(),
                connect,
                configuration.node().data().toAbsolutePath().normalize());
    }

    /** A mistake of our own must not end the watch in silence. */
    private void watchDisk() {
        try {
            roomWatch.run();
            fetching.forgetWhatIsIdle(SnapshotFetching.IDLE);
        } catch (RuntimeException | Error e) {
            halt.because(e);
        }
    }

    private CompletionStage<Pausing> pause(boolean wanted) {
        return coordination.pause(wanted);
    }

    private boolean lowOnSpace() {
        return roomWatch.low();
    }

    /** Whether strangers can reach the port of clients and peers. */
    private boolean isExposed() {
        return configuration.getServerFactory() instanceof DefaultServerFactory server
                && server.getApplicationConnectors().stream()
                        .anyMatch(connector -> connector instanceof HttpConnectorFactory http
                                && !"127.0.0.1".equals(http.getBindHost())
                                && !"::1".equals(http.getBindHost())
                                && !"localhost".equals(http.getBindHost()));
    }

    /** On the loop's thread, with every tick. */
    private void viewSeen(Coordination.View view) {
        guard.view(view);
        zooKeeperContact.seen(view.session(), monotonicMillis()).ifPresent(StartGuard::say);
        leaderContact.seen(node.replica().leader(), node.replica().epoch()).ifPresent(StartGuard::say);
        peers.members(view.members());
        peers.clusterId(node.replica().clusterId());
    }

    private static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /**
     * The process was told to end. Nobody is told any more that the node is ready; whoever waits is answered; then the
     * session with ZooKeeper is closed, so that the others need not wait for it to expire.
     */
    private void leave() {
        if (!leaving.compareAndSet(false, true)) {
            return;
        }
        if (joined) {
            LOG.info("node stopping id={}", configuration.node().id());
        }
        faces.stopping();
        ScheduledFuture<?> watches = roomWatches;
        if (watches != null) {
            watches.cancel(false);
        }
        depart();
        faces.endEvents();
        fetching.close();
        loop.close();
        coordination.close();
        peers.close();
    }

    /** Others lead before this node goes, and count without it, so that nobody waits for it. */
    private void depart() {
        if (!joined) {
            return;
        }
        Optional<DepartureOutcome> outcome = loop.depart(DEPARTURE);
        if (outcome.isEmpty()) {
            LOG.warn("This node could not hand over and leave the in-sync set within {} s", DEPARTURE.toSeconds());
        } else if (outcome.get() instanceof DepartureOutcome.Stays stays) {
            LOG.warn(
                    "This node ends {}: {}",
                    stays.leads() ? "as the leader" : "as one of the in-sync set",
                    stays.why());
        }
    }

    /** After the last answer has gone out. */
    @Override
    public void stop() {
        leave();
        scrub.close();
        if (loop.hasEnded()) {
            store.close();
        }
        if (joined) {
            LOG.info("node stopped id={}", configuration.node().id());
        }
    }

    /** Where an embedded ZooKeeper keeps its data. */
    static Path embeddedZooKeeperData(BellwetherConfiguration configuration) {
        return configuration.node().data().resolve(Store.ZOOKEEPER);
    }
}
