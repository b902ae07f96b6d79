package io.bellwether.service.failpoints;

import io.bellwether.coordination.CoordinationSettings;
import io.bellwether.coordination.ZooKeeperCoordination;
import io.bellwether.gateway.GatewaySettings;
import io.bellwether.gateway.Outcomes;
import io.bellwether.gateway.ServingNode;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.Tables;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.service.SnapshotParts;
import io.bellwether.service.cluster.FreePorts;
import io.bellwether.service.cluster.Link;
import io.bellwether.service.cluster.Mood;
import io.bellwether.service.data.Records;
import io.bellwether.service.http.SendingRate;
import io.bellwether.service.http.peer.HttpPeers;
import io.bellwether.service.http.peer.Lane;
import io.bellwether.service.http.peer.PeerEvents;
import io.bellwether.service.http.peer.PeerSettings;
import io.bellwether.service.node.NodeLoop;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.storage.Store;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * One process of a node, from its start to its end: the parts of {@code RunningNode}, held together as it does, with a
 * decorator around each door. It can be gone at any moment, on any of its threads.
 */
final class Life {
    private static final Settings TIMES = new Settings(80, 600, 1_200, 1 << 20, 32 << 20, 4 << 20, 500, 2_000);
    private static final GatewaySettings GATEWAY =
            new GatewaySettings(64L << 20, 10_000, 1 << 20, 4 << 20, 50, 500, 60_000, 24 * 3_600_000L + 120_000);
    private static final Duration SESSION = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int MOST_CLIENTS = 1_000;
    private static final long MOST_CLIENT_BYTES = 64 << 20;
    private static final int MIN_IN_SYNC = 2;
    private static final long SNAPSHOT_BYTES_PER_SECOND = 64 << 20;

    private final Machine machine;
    private final Journal journal;
    private final Gate gate = new Gate(() -> die("crashed at the failpoint"));
    private final AtomicBoolean dying = new AtomicBoolean();
    private final CompletableFuture<Void> buried = new CompletableFuture<>();
    private final LogDoor.Unsynced unsynced = new LogDoor.Unsynced();
    private final ExecutorService answers = Executors.newSingleThreadExecutor(task -> daemon(task, "answers"));
    private final ExecutorService senders = Executors.newCachedThreadPool(task -> daemon(task, "snapshot-sender"));
    private final NodeLoop loop;
    private final Store store;
    private final Link zooKeeperLink;
    private final HttpPeers peers;
    private final Server server;
    private final ZooKeeperCoordination coordination;
    private final ServingNode node;
    private final Tables tables;
    private final ClientsDoor clients;
    private final PeersDoor peersDoor;
    private final SnapshotParts.Fetching fetching;

    /** @param number which of this machine's lives it is */
    Life(Machine machine, int number, @Nullable Failpoint armed) {
        this.machine = machine;
        this.journal = machine.journal();
        gate.arm(armed);
        String process = machine.id() + "-" + number;
        Random dice = new Random();
        this.loop = new NodeLoop(machine.cluster() + "-" + process, MOST_CLIENTS, MOST_CLIENT_BYTES, this::broken);
        this.store = machine.disk().open(new LogDoor.Synced(loop::written, unsynced, gate), this::broken);
        ReplicaId self = new ReplicaId(machine.id(), store.log().storeId());
        this.zooKeeperLink = new Link(
                FreePorts.next(), new InetSocketAddress(InetAddress.getLoopbackAddress(), machine.zooKeeperPort()));
        this.peers = new HttpPeers(machine.id(), PeerSettings.DEFAULT, Map.of(), answers);
        this.server = server();
        CoordinationDoor.Events events = new CoordinationDoor.Events(loop, gate);
        this.coordination = new ZooKeeperCoordination(
                new CoordinationSettings(
                        "127.0.0.1:" + zooKeeperLink.entrance().getPort() + "/failpoints",
                        machine.cluster(),
                        SESSION,
                        POLL),
                new Member(self, machine.url(), "test", "2026-01-05T10:00:00Z"),
                process,
                url -> CompletableFuture.completedFuture(Optional.empty()),
                events);
        this.tables = new TablesDoor(store.tables(), gate);
        LogDoor log = new LogDoor(store.log(), gate, unsynced);
        Replica replica = new Replica(
                self,
                process,
                "1",
                TIMES,
                new Bootstrap(UUID.randomUUID().toString(), WriteQuorum.MAJORITY, MIN_IN_SYNC),
                log,
                store.tables().applied().index(),
                dice.nextLong());
        this.fetching = SnapshotParts.fetching(
                store, peers, replica::clusterId, SnapshotsDoor.telling(loop::fetched, gate), this::broken);
        this.peersDoor = new PeersDoor(peers, gate, loop::unreachable);
        this.node = new ServingNode(
                replica,
                log,
                new Outcomes(tables, new Records(tables)),
                new SnapshotsDoor(fetching.door(), gate, this::toFetchFrom),
                peersDoor,
                new CoordinationDoor(coordination, gate, events, this::resetZooKeeper),
                GATEWAY,
                process,
                dice.nextLong() >>> 1,
                new Owner());
        this.clients = new ClientsDoor(loop, gate);
    }

    private Server server() {
        Server server = new Server(new QueuedThreadPool(32, 4));
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        connector.setPort(machine.port());
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        for (Lane lane : Lane.values()) {
            ServletHolder holder = new ServletHolder(peers.servlet(lane));
            holder.setAsyncSupported(true);
            context.addServlet(holder, lane.path());
        }
        SendingRate rate = new SendingRate(SNAPSHOT_BYTES_PER_SECOND, System::nanoTime);
        ServletHolder snapshots =
                new ServletHolder(peers.snapshotServlet(SnapshotParts.source(store, loop), senders, rate));
        snapshots.setAsyncSupported(true);
        context.addServlet(snapshots, HttpPeers.SNAPSHOTS);
        server.setHandler(context);
        return server;
    }

    /** It listens, and takes part. */
    void begin() {
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(machine.id() + " can't listen", e);
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
                broken(refused);
            }
        });
        loop.start(node, tables, coordination, this::seen);
    }

    /** On the loop's thread, with every step. */
    private void seen(Coordination.View view) {
        gate.leads(node.replica().leading());
        peers.members(view.members());
        peers.clusterId(node.replica().clusterId());
    }

    private void resetZooKeeper() {
        journal.say(machine.id() + "'s connection to ZooKeeper is reset");
        zooKeeperLink.mood(Mood.CUT);
        zooKeeperLink.mood(Mood.CALM);
    }

    private void toFetchFrom(NodeId other) {
        if (machine.logs() == Logs.WHOLE) {
            journal.problem(machine.id() + " is to fetch a snapshot from " + other + ", though all logs are whole");
        }
    }

    private final class Owner implements ServingNode.Owner {
        @Override
        public void changed(List<Notice> notices) {
            notices.forEach(notice -> journal.say(machine.id() + " " + notice.text()));
        }

        @Override
        public void stop(String why) {
            journal.problem(machine.id() + " must stop: " + why);
            die(why);
        }

        @Override
        public void beginAnew(String why) {
            journal.problem(machine.id() + " must begin anew, though all apply the same: " + why);
            die(why);
        }
    }

    // --- what is asked of it -----------------------------------------------------------------------------------------

    ClientsDoor clients() {
        return clients;
    }

    void arm(@Nullable Failpoint failpoint) {
        gate.arm(failpoint);
    }

    CompletableFuture<NodeStatus> status() {
        return clients.status();
    }

    CompletableFuture<HandOffOutcome> handOff() {
        CompletableFuture<HandOffOutcome> outcome = new CompletableFuture<>();
        loop.handOff(HandOffWish.ANY, outcome::complete);
        return outcome;
    }

    /** It is to claim leadership, whoever leads. */
    void force() {
        loop.force(null, outcome -> journal.say(machine.id() + " was forced: " + outcome));
    }

    /** From now on no entries that it sends reach these nodes. */
    void withholdEntriesFrom(Set<NodeId> nodes) {
        peersDoor.withholdEntriesFrom(nodes);
    }

    /** Whether it stands in the queue of the latch, as far as it knows. */
    boolean isQueued() {
        return coordination.view().queued();
    }

    /** It is to leave the in-sync set. */
    void depart() {
        loop.leave(outcome -> journal.say(machine.id() + " departs: " + outcome));
    }

    void returnToDuty() {
        loop.returnToDuty(() -> {});
    }

    /** After which entry the log here begins. */
    long logStart() {
        return store.log().start().index();
    }

    /** The state as it is here. To be closed. */
    Tables.View view() {
        return store.tables().view();
    }

    // --- its end -----------------------------------------------------------------------------------------------------

    boolean isGone() {
        return gate.isShut();
    }

    /** Completes when nothing of it is left, and its disk is as a crash leaves it. */
    CompletableFuture<Void> buried() {
        return buried;
    }

    /** A process of production stops when a part of it is broken. */
    private void broken(Throwable why) {
        if (gate.isShut()) {
            return; // what a process that is gone stumbles over
        }
        if (!isTheFailpoint(why)) {
            journal.problem(machine.id() + " is broken: " + why + " " + List.of(why.getStackTrace()));
        }
        die(String.valueOf(why.getMessage()));
    }

    private static boolean isTheFailpoint(Throwable why) {
        return why instanceof DoorFailed || why.getCause() instanceof DoorFailed;
    }

    /** At this moment. Any thread. */
    void die(String how) {
        if (dying.compareAndSet(false, true)) {
            gate.shut();
            clients.breakAll();
            zooKeeperLink.close();
            journal.say(machine.id() + " is gone: " + how);
            daemon(this::bury, "burial").start();
        }
    }

    private void bury() {
        try {
            peers.close();
            server.stop();
            senders.shutdown();
            fetching.end().run();
            loop.close();
            store.close();
            // The session is left to expire: this end of it can't say goodbye any more.
            daemon(coordination::close, "coordination-end").start();
            answers.shutdown();
            machine.disk().afterCrash(unsynced);
            buried.complete(null);
        } catch (Exception e) {
            journal.problem(machine.id() + " could not be taken apart: " + e + " " + List.of(e.getStackTrace()));
            buried.completeExceptionally(e);
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
