package io.bellwether.simulation;

import io.bellwether.gateway.GatewaySettings;
import io.bellwether.gateway.Outcomes;
import io.bellwether.gateway.ServingNode;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Member;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Position;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One node of the simulated world: a disk that lives on, and one process after another that runs the very classes of
 * production on it. Everything that reaches a process goes through {@link #event}, so that a paused one finds it all at
 * once when it wakes.
 */
final class SimulatedNode {
    static final long KEY_RETENTION_MILLIS = 24 * 3_600_000L;
    static final GatewaySettings GATEWAY =
            new GatewaySettings(1 << 20, 200, 4_096, 16_384, 50, 1_000, 10_000, KEY_RETENTION_MILLIS);

    /** Longer than a replica waits by itself. */
    private static final long MAX_GATHERING_MICROS = 12_000;

    private final World world;
    private final NodeId id;
    private final SimulatedDisk disk;
    private final long tickMicros;
    private int lives;
    private int version = 1;
    private boolean off;
    private @Nullable Life process;

    /** One life. */
    private final class Life implements CoordinationEvents, ServingNode.Owner, Snapshots {
        final int life = lives;
        final ServingNode serving;
        final SimulatedCoordination coordination;
        final ArrayDeque<Consumer<ServingNode>> backlog = new ArrayDeque<>();
        final List<Runnable> connectionsLost = new ArrayList<>();
        final long bornMicros = world.nowMicros();
        final long clockOffsetMillis = world.dice().nextLong(1_000_000);
        final double rate;
        final MemoryLog log = disk.log();
        final MemoryTables tables = disk.tables();
        final ReplicaId replicaId = disk.replicaId();
        long awakeSinceMicros = world.nowMicros();
        long wallOffsetMillis = world.dice().nextLong(-20_000, 20_000);
        boolean paused;
        boolean syncing;
        boolean gathers;
        boolean fetching;

        @Nullable
        MemoryTables fetched;
        /** When it last ran. */
        long ranMicros = world.nowMicros();

        /** The highest epoch that it has vouched for to anybody. */
        long vouchedEpoch;

        long checkedIndex;
        long lastCommit;

        Life() {
            double drift = world.weather().maxDriftPercent() / 100.0;
            rate = drift == 0 ? 1 : 1 + world.dice().nextDouble(-drift, drift);
            String name = id + "-" + life;
            Member member = new Member(replicaId, "http://" + id, String.valueOf(version), "now");
            coordination = world.zooKeeper().start(member, name, this);
            Bootstrap bootstrap = new Bootstrap(
                    world.clusterId(),
                    world.weather().writeQuorum(),
                    world.weather().minInSync());
            ReplicatedLog door = disk.door();
            Replica replica = new Replica(
                    replicaId,
                    name,
                    String.valueOf(version),
                    world.weather().settings(),
                    bootstrap,
                    door,
                    tables.applied().index(),
                    world.dice().nextLong());
            Outcomes outcomes = new Outcomes(tables, new Registers(tables, world.truth()));
            serving =
                    new ServingNode(replica, door, outcomes, this, this::send, coordination, GATEWAY, name, life, this);
            checkedIndex = tables.applied().index();
        }

        long monotonicMillis() {
            return clockOffsetMillis + (long) ((world.nowMicros() - bornMicros) * rate / 1_000);
        }

        void send(Envelope envelope) {
            vouch(envelope.message());
            world.exercised().sent(envelope, log.hasStaged());
            world.network().send(envelope);
        }

        /** What a message vouches for is on the disk before it leaves (Rules 2.2 and 4.1). */
        private void vouch(Message message) {
            if (message instanceof Message.Promised answer) {
                vouch(answer.epoch(), "a promise is durable before it is given");
            } else if (message instanceof Message.Appended answer) {
                vouch(answer.epoch(), "an epoch is durable before anything is acknowledged");
                world.truth()
                        .check(
                                answer.matchIndex() <= log.durableEnd(),
                                "an entry is durable before it is acknowledged");
            }
        }

        private void vouch(long epoch, String rule) {
            world.truth().check(log.durableRecord().promise().epoch() >= epoch, rule);
            if (epoch > vouchedEpoch) {
                vouchedEpoch = epoch;
                world.truth().promised(replicaId.store(), epoch);
            }
        }

        /** Takes a while, in which the source may end, and what it gave may come late or not at all. */
        @Override
        public void fetch(NodeId from) {
            if (fetching) {
                return;
            }
            fetching = true;
            world.at(world.lasting(20, 2_000), () -> {
                SimulatedNode source = world.node(from);
                Optional<Backup> made = Backup.of(source);
                boolean reached = process == this
                        && !source.paused()
                        && world.network().connects(id, from)
                        && world.dice().nextInt(5) > 0;
                if (made.isEmpty() || !reached) {
                    fetching = false;
                    return;
                }
                Backup copy = made.get();
                Snapshot snapshot =
                        new Snapshot(copy.clusterId(), copy.position(), copy.logTime(), copy.promisedEpoch());
                world.at(world.lasting(0, 1_000), () -> {
                    fetching = false;
                    if (process == this) {
                        fetched = copy.tables();
                        world.trace(() -> id + " has fetched " + snapshot + " from " + from);
                        event(life, serving -> serving.fetched(snapshot));
                        world.exercised().fetched(tables.applied().equals(snapshot.position()));
                    }
                });
            });
        }

        @Override
        public void install(Snapshot snapshot) {
            MemoryTables whole = fetched;
            world.onlyWhereNothingElseHelps(tables.applied());
            world.truth()
                    .check(
                            whole != null && whole.applied().equals(snapshot.position()),
                            "what is installed is what was fetched");
            if (log.hasStaged()) {
                long number = log.sync(log.staged().size());
                world.soon(id, life, serving -> serving.written(number));
            }
            syncing = false;
            log.restartAfter(snapshot.position(), snapshot.logTime());
            if (whole != null) {
                tables.replaceBy(whole);
            }
            world.truth().installed(snapshot.position());
            checkedIndex = snapshot.position().index();
        }

        @Override
        public void viewChanged() {
            world.soon(id, life, serving -> world.exercised()
                    .saw(serving.replica().complaint().isPresent()));
        }

        @Override
        public void answered(long request, Coordination.Answer answer) {
            world.exercised().answered(answer);
            world.soon(id, life, serving -> serving.answered(request, answer));
        }

        @Override
        public void latchRead(long request, List<Coordination.LatchPlace> queue) {
            world.soon(id, life, serving -> serving.latchRead(request, queue));
        }

        @Override
        public void trouble(String what) {
            world.truth().check(false, "ZooKeeper is well in this world, but: " + what);
        }

        @Override
        public void changed(List<Notice> notices) {
            for (Notice notice : notices) {
                world.trace(() -> id + " " + notice.text());
                world.exercised().noticed(notice);
                boolean ofStates =
                        notice.text().startsWith("state") && world.wrongStates().ever();
                boolean ofBackup = notice.text().startsWith("guard: This store was restored")
                        && world.onCall().isMisplaced(replicaId);
                world.truth()
                        .check(
                                notice.level() != Notice.Level.ERROR || ofStates || ofBackup,
                                "nobody complains in this world without a reason: ",
                                notice.text());
            }
        }

        @Override
        public void stop(String why) {
            Position committed = log.durablePosition(Math.min(serving.replica().commitIndex(), log.durableEnd()));
            boolean givenUp =
                    why.contains("an operator has recovered") && world.truth().isGivenUp(committed);
            world.truth().check(givenUp, "no disk is rolled back in this world, but: ", why);
            world.exercised().setAside();
            startWithAnother();
        }

        @Override
        public void beginAnew(String why) {
            world.exercised().beganAnew();
            startWithAnother();
        }

        /** The store is set aside, and the node comes back with an empty one. */
        private void startWithAnother() {
            ControlRecord record = world.zooKeeper().record().record();
            world.truth()
                    .check(
                            record == null || !record.inSync().contains(replicaId),
                            "a store goes only when nobody counts on it: ",
                            replicaId);
            world.at(world.nowMicros(), () -> {
                if (process == this) {
                    wipe();
                    world.at(world.lasting(200, 3_000), SimulatedNode.this::start);
                }
            });
        }
    }

    SimulatedNode(World world, NodeId id) {
        this.world = world;
        this.id = id;
        this.disk = new SimulatedDisk(world, id);
        this.tickMicros = 1_000L * world.weather().tickMillis();
    }

    NodeId id() {
        return id;
    }

    ReplicaId replicaId() {
        return disk.replicaId();
    }

    /** Of the software that runs, or ran last. */
    int version() {
        return version;
    }

    SimulatedDisk disk() {
        return disk;
    }

    MemoryTables tables() {
        return disk.tables();
    }

    MemoryLog log() {
        return disk.log();
    }

    boolean paused() {
        Life running = process;
        return running != null && running.paused;
    }

    boolean up() {
        return process != null;
    }

    /** For how long a process has run without a pause; 0 while none does. */
    long awakeMicros() {
        Life running = process;
        return running == null || running.paused ? 0 : world.nowMicros() - running.awakeSinceMicros;
    }

    @Nullable
    ServingNode serving() {
        Life running = process;
        return running == null ? null : running.serving;
    }

    /** Whether it runs and knows its state to be wrong: then it counts, and does not lead (Rule 14.4). */
    boolean distrustsItsState() {
        Life running = process;
        return running != null && !running.serving.replica().sound();
    }

    int life() {
        return lives;
    }

    // --- its life --------------------------------------------------------------------------------------------------

    void start() {
        if (process != null || off) {
            return;
        }
        if (disk.rotten() && world.dice().nextBoolean()) {
            world.exercised().stopped(DiskFailed.What.DAMAGED);
            replaceDamagedDisk();
        }
        lives++;
        MemoryLog log = disk.log();
        world.trace(() -> id + " starts, log to " + log.end() + ", promise "
                + log.record().promise().epoch());
        world.exercised().starts(disk.replicaId(), world.zooKeeper().record().record());
        world.truth().opened(disk.replicaId().store(), log.record().promise().epoch());
        world.logChanged(id);
        Life started = new Life();
        process = started;
        tick(started);
    }

    /** Each event tells a process the time; where none came for a while, a tick does. */
    private void tick(Life ticking) {
        world.at(ticking.ranMicros + tickMicros, () -> {
            if (process == ticking) {
                if (ticking.paused) {
                    ticking.ranMicros = world.nowMicros();
                } else if (world.nowMicros() - ticking.ranMicros >= tickMicros) {
                    run(ticking, serving -> {});
                }
                tick(ticking);
            }
        });
    }

    void crash() {
        Life dying = process;
        if (dying == null) {
            return;
        }
        process = null;
        dying.coordination.crash();
        if (disk.crash()) {
            world.totals().count("torn writes");
        }
        world.trace(() -> id + " crashes, log to " + disk.log().end());
        dying.connectionsLost.forEach(Runnable::run);
    }

    /** The process dies, and none starts again before {@link #switchOn}. */
    void switchOff() {
        off = true;
        crash();
    }

    void switchOn() {
        off = false;
        start();
    }

    boolean off() {
        return off;
    }

    /** The process ends in order, and comes back with another version of the software. */
    void stopForNewVersion(long untilMicros) {
        Life ending = process;
        if (ending == null || ending.paused) {
            return;
        }
        world.trace(() -> id + " ends for version " + (version + 1));
        ending.serving.stop();
        process = null;
        version++;
        ending.coordination.close();
        disk.close();
        ending.connectionsLost.forEach(Runnable::run);
        world.at(untilMicros, this::start);
    }

    /** The process dies and its disk with it; the next one starts with an empty one, which is another store. */
    void wipe() {
        crash();
        disk.renew();
        world.trace(() -> id + " loses its disk");
    }

    /** The process dies; the next one starts with what was made of a backup, which is another store. */
    void restore(Backup backup) {
        crash();
        disk.restore(backup);
        world.trace(() -> id + " has a backup of " + backup.position());
    }

    /** Its disk fails the process, which stops and is started again, with another store if this one is damaged. */
    private void fail(DiskFailed why) {
        world.exercised().stopped(why.what());
        world.trace(() -> id + " stops: " + why.getMessage());
        crash();
        if (why.what() == DiskFailed.What.DAMAGED) {
            replaceDamagedDisk();
        }
        world.at(world.lasting(200, 3_000), this::start);
    }

    /** Only where a good copy of everything remains: otherwise the disk is sound after all. */
    private void replaceDamagedDisk() {
        if (world.goodCopies().remainWithout(this)) {
            disk.renew();
            world.totals().count("damaged stores replaced");
            world.trace(() -> id + " comes back as another store");
        } else {
            disk.readWell();
        }
    }

    boolean setWallClock(long offsetMillis) {
        Life running = process;
        if (running != null) {
            running.wallOffsetMillis = offsetMillis;
        }
        return running != null;
    }

    /** The process stops until then. Returns whether one was running. */
    boolean pause(long untilMicros) {
        Life pausing = process;
        if (pausing == null || pausing.paused) {
            return false;
        }
        world.trace(() -> id + " is paused for " + (untilMicros - world.nowMicros()) / 1_000 + " ms");
        pausing.paused = true;
        if (untilMicros - world.nowMicros() >= 1_000 * World.SESSION_TIMEOUT_MILLIS) {
            pausing.coordination.freeze();
        }
        world.at(untilMicros, () -> resume(pausing));
        return true;
    }

    void resume() {
        Life running = process;
        if (running != null) {
            resume(running);
        }
    }

    private void resume(Life resuming) {
        if (process != resuming || !resuming.paused) {
            return;
        }
        world.trace(() -> id + " wakes with " + resuming.backlog.size() + " events");
        resuming.paused = false;
        resuming.awakeSinceMicros = world.nowMicros();
        while (!resuming.backlog.isEmpty() && process == resuming) {
            run(resuming, resuming.backlog.removeFirst());
        }
        resuming.coordination.thaw();
    }

    // --- events ----------------------------------------------------------------------------------------------------

    /** Something reaches the process of this life; it is lost if that one is gone. */
    void event(int life, Consumer<ServingNode> event) {
        Life running = process;
        if (running == null || running.life != life) {
            return;
        }
        if (running.paused) {
            running.backlog.add(event);
        } else {
            run(running, event);
        }
    }

    /** What to do when the connection to the process of this life breaks; at once if it is gone. */
    void onConnectionLost(int life, Runnable action) {
        Life running = process;
        if (running == null || running.life != life) {
            action.run();
        } else {
            running.connectionsLost.add(action);
        }
    }

    private void run(Life running, Consumer<ServingNode> event) {
        running.ranMicros = world.nowMicros();
        try {
            running.serving.tick(running.monotonicMillis(), world.nowMicros() / 1_000 + running.wallOffsetMillis);
            running.serving.room(disk.room());
            event.accept(running.serving);
            running.serving.run();
        } catch (DiskFailed why) {
            fail(why);
            return;
        }
        if (process == running) {
            checkApplied(running);
            sync(running);
            endGatheringSoon(running);
        }
    }

    /** Rule 4.9: the host of a leader gives those it waits for some time. */
    private void endGatheringSoon(Life running) {
        if (running.gathers || running.serving.replica().gathersFor() == 0) {
            return;
        }
        running.gathers = true;
        world.at(world.nowMicros() + world.dice().nextLong(MAX_GATHERING_MICROS), () -> {
            running.gathers = false;
            event(running.life, serving -> {
                world.exercised().gathered(serving.replica().gathersFor() > 0);
                serving.replica().endGathering();
            });
        });
    }

    private void checkApplied(Life running) {
        Replica replica = running.serving.replica();
        world.truth().check(replica.commitIndex() >= running.lastCommit, "a commit index never goes back");
        running.lastCommit = replica.commitIndex();
        if (replica.appliedIndex() > running.checkedIndex) {
            long applied = running.tables.applied().index();
            List<Entry> entries = running.log.durableEntries(running.checkedIndex + 1, applied);
            world.truth().applied(entries, replica.leaderEpoch());
            running.checkedIndex = applied;
        }
    }

    private void sync(Life running) {
        if (running.syncing || !running.log.hasStaged()) {
            return;
        }
        running.syncing = true;
        int writes = running.log.staged().size();
        LogWrite last = running.log.lastStaged();
        long beganMicros = world.nowMicros();
        world.at(beganMicros + disk.syncMicros(), () -> {
            if (process != running || !running.log.isStaged(last)) {
                return; // the process is another, or a snapshot took the place of the log meanwhile
            }
            if (disk.syncFails()) {
                fail(new DiskFailed(DiskFailed.What.WRITE));
                return;
            }
            world.exercised().synced(running.serving.replica().leading(), world.nowMicros() - beganMicros);
            running.syncing = false;
            long number = running.log.sync(writes);
            event(running.life, serving -> serving.written(number));
            sync(running);
        });
    }
}
