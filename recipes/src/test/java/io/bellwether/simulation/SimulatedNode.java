package io.bellwether.simulation;

import io.bellwether.gateway.GatewaySettings;
import io.bellwether.gateway.Outcomes;
import io.bellwether.gateway.ServingNode;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Member;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.StoreId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One node of the simulated world: a disk that lives on, and one process after another that runs the very classes of
 * production on it. Everything that reaches a process goes through {@link #event}, so that a paused one finds it all at
 * once when it wakes.
 */
final class SimulatedNode {
    private static final long TICK_MICROS = 20_000;
    static final Settings SETTINGS = new Settings(100, 1_000, 3_000, 4_096, 1 << 20, 16_384, 2_000);
    static final GatewaySettings GATEWAY = new GatewaySettings(1 << 20, 200, 4_096, 50, 1_000, 10_000, 120_000);

    private final World world;
    private final NodeId id;
    private ReplicaId replicaId;
    private MemoryLog log;
    private MemoryTables tables = new MemoryTables();
    private int disks = 1;
    private int lives;
    private @Nullable Life process;

    /** One life. */
    private final class Life implements CoordinationEvents, ServingNode.Owner {
        final int life = lives;
        final ServingNode serving;
        final SimulatedCoordination coordination;
        final ArrayDeque<Consumer<ServingNode>> backlog = new ArrayDeque<>();
        final List<Runnable> connectionsLost = new ArrayList<>();
        final long bornMicros = world.nowMicros();
        final long clockOffsetMillis = world.dice().nextLong(1_000_000);
        final double rate;
        long wallOffsetMillis = anyWallOffset();
        boolean paused;
        boolean syncing;
        long checkedIndex;
        long lastCommit;

        Life() {
            double drift = world.weather().maxDriftPercent() / 100.0;
            rate = drift == 0 ? 1 : 1 + world.dice().nextDouble(-drift, drift);
            String name = id + "-" + life;
            Member member = new Member(replicaId, "http://" + id, "1", "now");
            coordination = world.zooKeeper().start(member, name, this);
            Bootstrap bootstrap = new Bootstrap(
                    "cluster", world.weather().writeQuorum(), world.weather().minInSync());
            Replica replica = new Replica(
                    replicaId,
                    name,
                    SETTINGS,
                    bootstrap,
                    log,
                    tables.applied().index(),
                    world.dice().nextLong());
            Outcomes outcomes = new Outcomes(tables, new Registers(tables, world.truth()), GATEWAY);
            serving = new ServingNode(replica, log, outcomes, this::send, coordination, GATEWAY, name, life, this);
            checkedIndex = tables.applied().index();
        }

        private long anyWallOffset() {
            return world.dice().nextLong(-20_000, 20_000);
        }

        long monotonicMillis() {
            return clockOffsetMillis + (long) ((world.nowMicros() - bornMicros) * rate / 1_000);
        }

        void send(Envelope envelope) {
            vouch(envelope.message());
            world.network().send(envelope);
        }

        /** What a message vouches for is on the disk before it leaves (Rules 2.2 and 4.1). */
        private void vouch(Message message) {
            long promised = log.durableRecord().promise().epoch();
            if (message instanceof Message.Promised answer) {
                world.truth().check(promised >= answer.epoch(), "a promise is durable before it is given");
                world.truth().promised(replicaId.store(), answer.epoch());
            } else if (message instanceof Message.Appended answer) {
                world.truth().check(promised >= answer.epoch(), "an epoch is durable before anything is acknowledged");
                world.truth().promised(replicaId.store(), answer.epoch());
                world.truth()
                        .check(
                                answer.matchIndex() <= log.durableEntries().size(),
                                "an entry is durable before it is acknowledged");
            }
        }

        @Override
        public void viewChanged() {
            world.soon(id, life, serving -> {});
        }

        @Override
        public void answered(long request, Coordination.Answer answer) {
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
                if (notice.text().startsWith("leading ")) {
                    world.totals().count("elections");
                } else if (notice.text().startsWith("in-sync set changed")) {
                    world.totals().count("changes of the set");
                } else if (notice.text().startsWith("suspended ")) {
                    world.totals().count("suspensions");
                } else if (notice.text().startsWith("cut ")) {
                    world.totals().count("entries cut");
                }
                world.truth()
                        .check(
                                notice.level() != Notice.Level.ERROR,
                                "nobody complains in this world: " + notice.text());
            }
        }

        @Override
        public void stop(String why) {
            world.truth().check(false, "no disk is rolled back in this world, but: " + why);
        }
    }

    SimulatedNode(World world, NodeId id) {
        this.world = world;
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

    MemoryTables tables() {
        return tables;
    }

    MemoryLog log() {
        return log;
    }

    boolean paused() {
        Life running = process;
        return running != null && running.paused;
    }

    boolean up() {
        return process != null;
    }

    @Nullable
    ServingNode serving() {
        Life running = process;
        return running == null ? null : running.serving;
    }

    int life() {
        return lives;
    }

    // --- its life --------------------------------------------------------------------------------------------------

    void start() {
        if (process != null) {
            return;
        }
        lives++;
        world.trace(() -> id + " starts, log to " + log.end() + ", promise "
                + log.record().promise().epoch());
        world.truth().opened(replicaId.store(), log.record().promise().epoch());
        Life started = new Life();
        process = started;
        tick(started);
    }

    private void tick(Life ticking) {
        world.at(world.nowMicros() + TICK_MICROS, () -> {
            if (process == ticking) {
                if (!ticking.paused) {
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
        world.totals().count("crashes");
        dying.coordination.crash();
        List<LogWrite> staged = log.staged();
        int kept = world.dice().nextInt(staged.size() + 1);
        int steps = kept < staged.size() ? world.dice().nextInt(MemoryLog.steps(staged.get(kept)) + 1) : 0;
        if (steps > 0) {
            world.totals().count("torn writes");
        }
        log.crash(kept, steps);
        tables.crash(world.dice().nextInt(tables.losable() + 1));
        world.trace(() -> id + " crashes, log to " + log.end());
        dying.connectionsLost.forEach(Runnable::run);
    }

    /** The process dies and its disk with it; the next one starts with an empty one, which is another store. */
    void wipe() {
        crash();
        disks++;
        replicaId = new ReplicaId(id, new StoreId("s-" + id + "-" + disks));
        log = new MemoryLog(replicaId.store());
        tables = new MemoryTables();
        world.totals().count("wiped disks");
        world.trace(() -> id + " loses its disk");
    }

    void pause(long micros) {
        Life pausing = process;
        if (pausing == null || pausing.paused) {
            return;
        }
        world.totals().count("pauses");
        world.trace(() -> id + " is paused for " + micros / 1_000 + " ms");
        pausing.paused = true;
        world.at(world.nowMicros() + micros, () -> resume(pausing));
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
        resuming.wallOffsetMillis = resuming.anyWallOffset();
        while (!resuming.backlog.isEmpty() && process == resuming) {
            run(resuming, resuming.backlog.removeFirst());
        }
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
        running.serving.tick(running.monotonicMillis(), world.nowMicros() / 1_000 + running.wallOffsetMillis);
        event.accept(running.serving);
        running.serving.run();
        checkApplied(running);
        sync(running);
    }

    private void checkApplied(Life running) {
        Replica replica = running.serving.replica();
        world.truth().check(replica.commitIndex() >= running.lastCommit, "a commit index never goes back");
        running.lastCommit = replica.commitIndex();
        long applied = tables.applied().index();
        if (applied > running.checkedIndex) {
            List<Entry> entries = log.durableEntries().subList((int) running.checkedIndex, (int) applied);
            world.truth().applied(entries);
            running.checkedIndex = applied;
        }
    }

    private void sync(Life running) {
        if (running.syncing || !log.hasStaged()) {
            return;
        }
        running.syncing = true;
        int writes = log.staged().size();
        world.at(world.nowMicros() + world.syncMicros(id), () -> {
            if (process == running) {
                running.syncing = false;
                long number = log.sync(writes);
                event(running.life, serving -> serving.written(number));
                sync(running);
            }
        });
    }
}
