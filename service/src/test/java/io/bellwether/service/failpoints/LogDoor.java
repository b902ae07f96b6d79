package io.bellwether.service.failpoints;

import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The door to the disk, as a node finds it that may fail there. It knows what has been staged and not synced: a crash loses
 * that.
 */
final class LogDoor implements ReplicatedLog {
    private final ReplicatedLog log;
    private final Gate gate;
    private final Unsynced unsynced;
    private Promise promised;

    LogDoor(ReplicatedLog log, Gate gate, Unsynced unsynced) {
        this.log = log;
        this.gate = gate;
        this.unsynced = unsynced;
        this.promised = log.record().promise();
        unsynced.begin(log.record());
    }

    @Override
    public void write(LogWrite write) {
        StoreRecord record = write.record();
        boolean promises = record != null && !record.promise().equals(promised);
        if (record != null) {
            promised = record.promise();
        }
        if (promises) {
            write(Step.PROMISE_WRITE, write);
        } else if (write.cutFrom() > 0) {
            write(Step.LOG_CUT, write);
        } else if (write.compactTo() > 0) {
            write(Step.LOG_COMPACT, write);
        } else if (!write.entries().isEmpty()) {
            write(Step.LOG_WRITE, write);
        } else {
            gate.checkAlive();
            stage(write);
        }
    }

    private void write(Step step, LogWrite write) {
        Runnable failing = () -> {
            throw new DoorFailed(step);
        };
        gate.step(step, () -> stage(write), failing, failing);
    }

    private void stage(LogWrite write) {
        unsynced.staged(write);
        log.write(write);
    }

    @Override
    public StoreId storeId() {
        return log.storeId();
    }

    @Override
    public StoreRecord record() {
        return log.record();
    }

    @Override
    public Position start() {
        return log.start();
    }

    @Override
    public long startLogTime() {
        return log.startLogTime();
    }

    @Override
    public Position end() {
        return log.end();
    }

    @Override
    public List<Position> epochStarts() {
        return log.epochStarts();
    }

    @Override
    public List<Entry> read(long from, int maxBytes) {
        gate.checkAlive();
        return log.read(from, maxBytes);
    }

    @Override
    public long dispensable() {
        gate.checkAlive();
        return log.dispensable();
    }

    /** What comes back through this door, on the disk's thread: a write and all before it are synced. */
    static final class Synced implements LongConsumer {
        private final LongConsumer written;
        private final Unsynced unsynced;
        private final Gate gate;

        /** @param written is to hear of it */
        Synced(LongConsumer written, Unsynced unsynced, Gate gate) {
            this.written = written;
            this.unsynced = unsynced;
            this.gate = gate;
        }

        @Override
        public void accept(long number) {
            gate.checkAlive(); // what was staged after this batch is never written then
            unsynced.synced(number);
            Runnable failing = () -> {
                throw new DoorFailed(Step.LOG_DURABLE);
            };
            gate.step(Step.LOG_DURABLE, () -> written.accept(number), failing, failing);
        }
    }

    /** What was staged and is not synced yet. */
    static final class Unsynced {
        private final Deque<LogWrite> writes = new ArrayDeque<>();
        private StoreRecord syncedRecord = StoreRecord.NEW;

        synchronized void begin(StoreRecord found) {
            syncedRecord = found;
        }

        synchronized void staged(LogWrite write) {
            writes.add(write);
        }

        synchronized void synced(long number) {
            while (!writes.isEmpty() && writes.getFirst().number() <= number) {
                StoreRecord record = writes.remove().record();
                if (record != null) {
                    syncedRecord = record;
                }
            }
        }

        /** What a crash may lose, in order. */
        synchronized List<LogWrite> writes() {
            return List.copyOf(writes);
        }

        /** The store's record as it was synced last. */
        synchronized StoreRecord syncedRecord() {
            return syncedRecord;
        }
    }
}
