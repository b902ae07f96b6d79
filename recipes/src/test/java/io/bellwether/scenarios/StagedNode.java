package io.bellwether.scenarios;

import io.bellwether.gateway.GatewaySettings;
import io.bellwether.gateway.Outcomes;
import io.bellwether.gateway.ServingNode;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import io.bellwether.simulation.MemoryLog;
import io.bellwether.simulation.MemoryTables;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One node: a disk that lives on, and one process after another that runs the classes of production on it. */
final class StagedNode {
    /** Limits are small, so that scripts reach them. */
    static final Settings SETTINGS = new Settings(100, 1_000, 3_000, 500, 2_000, 16_384, 60_000, 2_000);

    static final GatewaySettings GATEWAY = new GatewaySettings(1 << 20, 200, 4_096, 16_384, 50, 1_000, 10_000, 120_000);

    private final Stage stage;
    private final NodeId id;
    private ReplicaId replicaId;
    private MemoryLog log;
    private MemoryTables tables = new MemoryTables();
    private String software = "1";
    private int disks = 1;
    private int lives;
    private boolean diskHeld;
    private long wallOffsetMillis = 1_000_000;
    private @Nullable Life process;
    /** Whom it has asked for a snapshot that has not come yet. */
    private @Nullable NodeId snapshotSource;

    private MemoryTables fetched = new MemoryTables();
    private long fetchedLogTime;
    private long fetchedEpoch;

    /** One life. */
    private final class Life implements CoordinationEvents, ServingNode.Owner, Snapshots {
        final String name = id + "-" + lives;
        final StagedCoordination coordination;
        final ServingNode serving;
        final ArrayDeque<Consumer<ServingNode>> backlog = new ArrayDeque<>();
        final long clockOffsetMillis;
        boolean paused;
        boolean syncing;
        long checkedIndex = tables.applied().index();

        Life(Bootstrap bootstrap, long clockMillis) {
            clockOffsetMillis = clockMillis - stage.nowMillis();
            Member member = new Member(replicaId, "http://" + id, software, name);
            coordination = new StagedCoordination(stage.zooKeeper(), stage::nowMillis, member, name, this);
            long dice = 1_000L * lives + id.name().hashCode();
            Replica replica = new Replica(
                    replicaId,
                    name,
                    software,
                    SETTINGS,
                    bootstrap,
                    log,
                    tables.applied().index(),
                    dice);
            Outcomes outcomes = new Outcomes(tables, new Words(tables));
            serving =
                    new ServingNode(replica, log, outcomes, this, this::send, coordination, GATEWAY, name, lives, this);
        }

        void send(Envelope envelope) {
            stage.ledger().sent(replicaId.store(), envelope.message(), log.durableRecord(), log.durableEnd());
            stage.network().send(envelope);
        }

        @Override
        public void fetch(NodeId from) {
            if (snapshotSource == null) {
                snapshotSource = from;
                stage.say(id + " asks " + from + " for a snapshot");
            }
        }

        @Override
        public void install(Snapshot snapshot) {
            if (log.hasStaged()) {
                long number = log.sync(log.staged().size());
                stage.later(() -> event(this, node -> node.written(number)));
            }
            log.restartAfter(snapshot.position(), snapshot.logTime());
            tables.replaceBy(fetched);
            checkedIndex = snapshot.position().index();
        }

        @Override
        public void viewChanged() {}

        @Override
        public void answered(long request, Coordination.Answer answer) {
            stage.later(() -> event(this, node -> node.answered(request, answer)));
        }

        @Override
        public void latchRead(long request, List<Coordination.LatchPlace> queue) {
            stage.later(() -> event(this, node -> node.latchRead(request, queue)));
        }

        @Override
        public void trouble(String what) {
            stage.say(id + " ZooKeeper: " + what);
        }

        @Override
        public void changed(List<Notice> notices) {
            for (Notice notice : notices) {
                String level = notice.level() == Notice.Level.INFO ? "" : notice.level() + " ";
                stage.say(id + " " + level + notice.text());
            }
        }

        @Override
        public void stop(String why) {
            stage.say(id + " stops: " + why);
            stage.later(() -> crash(0, 0, 0));
        }

        @Override
        public void beginAnew(String why) {
            stage.say(id + " stops, to begin anew: " + why);
            stage.later(() -> {
                crash(0, 0, 0);
                wipe();
            });
        }
    }

    StagedNode(Stage stage, NodeId id) {
        this.stage = stage;
        this.id = id;
        this.replicaId = new ReplicaId(id, new StoreId("s-" + id + "-1"));
        this.log = new MemoryLog(replicaId.store());
    }

    NodeId id() {
        return id;
    }

    ReplicaId replicaId() {
        return replicaId;
    }

    boolean up() {
        return process != null;
    }

    MemoryTables tables() {
        return tables;
    }

    MemoryLog log() {
        return log;
    }

    boolean paused() {
        return life().paused;
    }

    ServingNode serving() {
        return life().serving;
    }

    StagedCoordination coordination() {
        return life().coordination;
    }

    private Life life() {
        Life running = process;
        if (running == null) {
            throw new ScriptException(id + " is down");
        }
        return running;
    }

    // --- its life --------------------------------------------------------------------------------------------------

    void start(Bootstrap bootstrap, long clockMillis) {
        if (process != null) {
            throw new ScriptException(id + " is up already");
        }
        lives++;
        stage.ledger().opened(replicaId.store(), log.durableRecord());
        process = new Life(bootstrap, clockMillis);
    }

    void crash(int keptWrites, int keptSteps, int forgottenBatches) {
        Life dying = process;
        if (dying != null) {
            process = null;
            dying.coordination.crash();
            log.crash(keptWrites, keptSteps);
            tables.crash(forgottenBatches);
        }
    }

    /** Ends in order: all that is staged is synced, and its session ends. */
    void stop() {
        Life ending = life();
        ending.serving.stop();
        crash(log.staged().size(), 0, 0);
        stage.zooKeeper().expire(id);
    }

    void pause() {
        life().paused = true;
    }

    void wake() {
        Life waking = life();
        waking.paused = false;
        while (!waking.backlog.isEmpty() && process == waking) {
            run(waking, waking.backlog.remove());
        }
    }

    /** Its state gets a row that the others' do not have; no client and no rule looks at it (Rule 14.3). */
    void spoil(String with) {
        tables.put(Bytes.utf8("~"), Bytes.utf8(with));
        tables.commit(tables.applied());
    }

    /** The version that starts next. */
    void software(String version) {
        software = version;
    }

    void wipe() {
        mustBeDown();
        disks++;
        replicaId = new ReplicaId(id, new StoreId("s-" + id + "-" + disks));
        log = new MemoryLog(replicaId.store());
        tables = new MemoryTables();
    }

    /** An empty disk on which a backup of another node's state, as it is now, was restored (Rule 11.3). */
    void restore(StagedNode source) {
        wipe();
        tables.replaceBy(source.tables);
        log.restartAfter(tables.applied(), source.serving().replica().logTime());
        log.crash(0, 0);
    }

    /** The same store as it once was. */
    void rollBack(int end, long promise) {
        mustBeDown();
        StoreRecord record = log.durableRecord();
        List<Entry> entries = List.copyOf(log.durableEntries().subList(0, end));
        Promise given = promise < 0 ? record.promise() : new Promise(promise, "");
        log = new MemoryLog(replicaId.store());
        log.write(new LogWrite(1, 0, entries, new StoreRecord(record.clusterId(), given, record.generation()), 0));
        log.sync(1);
        log.crash(0, 0);
        tables = new MemoryTables();
        stage.ledger().rolledBack(replicaId.store());
    }

    private void mustBeDown() {
        if (process != null) {
            throw new ScriptException(id + " must be down for that");
        }
    }

    void wall(long offsetMillis) {
        wallOffsetMillis += offsetMillis;
    }

    // --- snapshots -------------------------------------------------------------------------------------------------

    void keepEntries(int entries) {
        log.keepEntries(entries);
    }

    /** The state of another node, as it is now, is on its way. */
    void copy(StagedNode source) {
        fetched = new MemoryTables();
        fetched.replaceBy(source.tables);
        fetchedLogTime = source.serving().replica().logTime();
        fetchedEpoch = source.serving().replica().promisedEpoch();
    }

    /** The copy that was made last arrives, as the state of that cluster. */
    void fetched(String clusterId) {
        snapshotSource = null;
        Snapshot snapshot = new Snapshot(clusterId, fetched.applied(), fetchedLogTime, fetchedEpoch);
        event(node -> node.fetched(snapshot));
    }

    // --- its disk --------------------------------------------------------------------------------------------------

    void holdDisk() {
        diskHeld = true;
    }

    void releaseDisk() {
        diskHeld = false;
        syncSoon();
    }

    void fsync(int writes) {
        long number = log.sync(writes);
        event(life(), node -> node.written(number));
    }

    private void syncSoon() {
        Life running = process;
        if (running != null && !diskHeld && !running.syncing && log.hasStaged()) {
            running.syncing = true;
            stage.later(() -> {
                running.syncing = false;
                if (process == running && !diskHeld && log.hasStaged()) {
                    fsync(log.staged().size());
                }
            });
        }
    }

    // --- events ----------------------------------------------------------------------------------------------------

    void tick() {
        Life running = process;
        if (running != null && !running.paused) {
            running.coordination.tick();
            run(running, node -> {});
        }
    }

    /** Something reaches whatever process runs now. */
    void event(Consumer<ServingNode> event) {
        Life running = process;
        if (running != null) {
            event(running, event);
        }
    }

    private void event(Life running, Consumer<ServingNode> event) {
        if (process != running) {
            return;
        }
        if (running.paused) {
            running.backlog.add(event);
        } else {
            run(running, event);
        }
    }

    private void run(Life running, Consumer<ServingNode> event) {
        long now = stage.nowMillis();
        running.serving.tick(now + running.clockOffsetMillis, now + wallOffsetMillis);
        event.accept(running.serving);
        running.serving.run();
        int applied = Math.toIntExact(tables.applied().index());
        if (applied > running.checkedIndex) {
            stage.ledger().applied(log.durableEntries(running.checkedIndex + 1, applied));
            running.checkedIndex = applied;
        }
        syncSoon();
    }

    // --- what a script shows ---------------------------------------------------------------------------------------

    String show() {
        Life running = process;
        StringBuilder text = new StringBuilder(id.name());
        if (running == null) {
            return text.append(" is down, log=").append(positions()).toString();
        }
        Replica replica = running.serving.replica();
        text.append(replica.serving() ? " serves" : replica.leading() ? " leads" : " follows " + leader(replica));
        text.append(" epoch=").append(replica.epoch());
        text.append(" log=").append(positions());
        if (log.hasStaged()) {
            text.append(" staged-to=").append(replica.lastIndex());
        }
        text.append(" commit=").append(replica.commitIndex());
        text.append(" words=").append(Words.shown(tables));
        return text.toString();
    }

    private static String leader(Replica replica) {
        NodeId leader = replica.leader();
        return leader == null ? "nobody" : leader.name();
    }

    /** What is durable: {@code 1-2@1,3@4} for two entries of epoch 1 and one of epoch 4. */
    private String positions() {
        StringBuilder text = new StringBuilder();
        List<Entry> entries = log.durableEntries();
        for (int first = 0; first < entries.size(); ) {
            Position position = entries.get(first).position();
            int last = first;
            while (last + 1 < entries.size() && entries.get(last + 1).epoch() == position.epoch()) {
                last++;
            }
            text.append(text.length() == 0 ? "" : ",").append(position.index());
            if (last > first) {
                text.append('-').append(entries.get(last).index());
            }
            text.append('@').append(position.epoch());
            first = last + 1;
        }
        Position start = log.durableStart();
        String empty = start.index() == 0 ? "empty" : "after " + start.index() + "@" + start.epoch();
        return text.length() == 0 ? empty : text.toString();
    }
}
