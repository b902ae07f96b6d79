package io.bellwether.simulation;

import io.bellwether.gateway.Room;
import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.util.List;

/**
 * The disk of one node, which outlives its processes: a store with its log and its tables, and what ails it. A process
 * meets the log through {@link #door}, which fails as the disk does.
 */
final class SimulatedDisk {
    private static final long NOTHING = 0;
    /** A log is cut in front in steps of so many. */
    private static final long ENTRIES_AT_ONCE = 10;

    private final World world;
    private final NodeId node;
    private ReplicaId replicaId;
    private MemoryLog log;
    private MemoryTables tables;
    private int disks;

    private long stalledUntilMicros;
    private long fullUntilMicros;
    private Room lowRoom = Room.HERE;
    private long lowUntilMicros;
    private boolean failsNextSync;
    private boolean failsNextRead;
    /** An entry whose bytes have rotted. */
    private long rottenIndex = NOTHING;

    SimulatedDisk(World world, NodeId node) {
        this.world = world;
        this.node = node;
        this.disks = 1;
        this.replicaId = new ReplicaId(node, new StoreId("s-" + node + "-1"));
        this.log = new MemoryLog(replicaId.store());
        this.tables = new MemoryTables();
    }

    ReplicaId replicaId() {
        return replicaId;
    }

    MemoryLog log() {
        return log;
    }

    MemoryTables tables() {
        return tables;
    }

    /** Another, empty disk: another store. */
    void renew() {
        disks++;
        replicaId = new ReplicaId(node, new StoreId("s-" + node + "-" + disks));
        log = new MemoryLog(replicaId.store());
        tables = new MemoryTables();
        rottenIndex = NOTHING;
        world.goodCopies().lost();
    }

    /** Another disk, on which a backup of this state was restored: another store, which has met no cluster (Rule 11.3). */
    void restore(Backup backup) {
        renew();
        tables.replaceBy(backup.tables());
        log.restartAfter(backup.position(), backup.logTime());
        log.crash(0, 0);
    }

    /** The process dies: of what was not synced dice tell what is left. Returns whether a write was torn. */
    boolean crash() {
        List<LogWrite> staged = log.staged();
        int kept = world.dice().nextInt(staged.size() + 1);
        int steps = kept < staged.size() ? world.dice().nextInt(MemoryLog.steps(staged.get(kept)) + 1) : 0;
        log.crash(kept, steps);
        tables.crash(world.dice().nextInt(tables.losable() + 1));
        return steps > 0;
    }

    /** The process ends in order: what it had staged is written first. */
    void close() {
        log.crash(log.staged().size(), 0);
        tables.crash(world.dice().nextInt(tables.losable() + 1));
    }

    // --- what ails it ----------------------------------------------------------------------------------------------

    void stall(long untilMicros) {
        stalledUntilMicros = Math.max(stalledUntilMicros, untilMicros);
    }

    void fill(long untilMicros) {
        fullUntilMicros = Math.max(fullUntilMicros, untilMicros);
    }

    /** It still writes, but what makes the state grow is not to be taken any more. */
    void runLow(Room room, long untilMicros) {
        lowRoom = room;
        lowUntilMicros = untilMicros;
    }

    void failNextSync() {
        failsNextSync = true;
    }

    void failNextRead() {
        failsNextRead = true;
    }

    /** Some bytes of a durable entry change by themselves. Returns whether there was one. */
    boolean rot() {
        long entries = log.durableEnd() - log.durableStart().index();
        if (entries == 0 || rotten()) {
            return false;
        }
        rottenIndex = log.durableStart().index() + 1 + world.dice().nextLong(entries);
        return true;
    }

    /** Something on it is no longer what was written, whether anybody has noticed or not. */
    boolean rotten() {
        return rottenIndex > log.durableStart().index(); // what goes in front takes its rot along
    }

    /** Nothing was wrong with the bytes after all: it was the cable. */
    void readWell() {
        rottenIndex = NOTHING;
    }

    /** It ails from nothing any more; what has rotted stays so. */
    void calm() {
        stalledUntilMicros = 0;
        fullUntilMicros = 0;
        lowUntilMicros = 0;
        failsNextSync = false;
        failsNextRead = false;
    }

    // --- what a process meets --------------------------------------------------------------------------------------

    /** How long the sync that begins now takes. */
    long syncMicros() {
        return Math.max(0, stalledUntilMicros - world.nowMicros())
                + world.dice().nextLong(100, 4_000);
    }

    /** What its process is told of it. */
    Room room() {
        return world.nowMicros() < lowUntilMicros ? lowRoom : Room.HERE;
    }

    /** Whether the sync that ends now fails. */
    boolean syncFails() {
        if (failsNextSync) {
            failsNextSync = false;
            world.totals().count(DiskTroubles.FailedWrite.NAME);
            return true;
        }
        return world.nowMicros() < fullUntilMicros;
    }

    private void onRead(List<Entry> entries) {
        if (failsNextRead) {
            failsNextRead = false;
            world.totals().count(DiskTroubles.FailedRead.NAME);
            throw new DiskFailed(DiskFailed.What.READ);
        }
        long first = entries.get(0).index();
        if (rottenIndex >= first && rottenIndex < first + entries.size()) {
            throw new DiskFailed(DiskFailed.What.DAMAGED);
        }
    }

    /** The log as a process meets it. */
    ReplicatedLog door() {
        return new Door(log);
    }

    private final class Door implements ReplicatedLog {
        private final MemoryLog behind;

        Door(MemoryLog behind) {
            this.behind = behind;
        }

        @Override
        public StoreId storeId() {
            return behind.storeId();
        }

        @Override
        public StoreRecord record() {
            return behind.record();
        }

        @Override
        public Position start() {
            return behind.start();
        }

        @Override
        public long startLogTime() {
            return behind.startLogTime();
        }

        @Override
        public long dispensable() {
            long dispensable = Math.max(0, behind.durableEnd() - world.weather().entriesKept());
            return dispensable - dispensable % ENTRIES_AT_ONCE;
        }

        @Override
        public Position end() {
            return behind.end();
        }

        @Override
        public List<Position> epochStarts() {
            return behind.epochStarts();
        }

        @Override
        public List<Entry> read(long from, int maxBytes) {
            List<Entry> entries = behind.read(from, maxBytes);
            onRead(entries);
            return entries;
        }

        @Override
        public void write(LogWrite write) {
            if (write.compactTo() > 0) {
                world.allInSyncHave(write.compactTo());
            }
            world.exercised().staged(write);
            behind.write(write);
            world.logChanged(node);
        }
    }
}
