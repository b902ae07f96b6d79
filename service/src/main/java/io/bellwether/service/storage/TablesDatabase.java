package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.StateSum;
import io.bellwether.replication.Tables.Visitor;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.FlushOptions;
import org.rocksdb.MutableDBOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One open database of tables. It is closed when the last one who holds it lets go: a closed RocksDB kills the JVM, and a
 * snapshot may take the place of the state while views still look at the one before. For any thread that holds it.
 */
final class TablesDatabase {
    /** Under the empty key, which no row has. */
    static final byte[] APPLIED = {};

    private static final byte[] FIRST_ROW = {0};

    private final Path folder;
    private final RocksFamily.Handle handle;
    private final RocksDB database;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final AtomicInteger holders = new AtomicInteger(1);
    private volatile Runnable whenClosed = () -> {};
    private volatile long durableIndex;

    /** Held by the caller. */
    TablesDatabase(Path folder, RocksFamily.Handle handle) throws RocksDBException {
        this.folder = folder;
        this.handle = handle;
        this.database = handle.database();
        this.durableIndex = applied().position().index(); // all of it was found in files
    }

    Path folder() {
        return folder;
    }

    /** Somebody who holds it lets another one use it. */
    void hold() {
        holders.incrementAndGet();
    }

    /** The last one out shuts the door. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            unlogged.close();
            handle.close();
            whenClosed.run();
        }
    }

    /** Its files are removed once it is closed: nothing more is written to the disk for that. */
    void isDoneWith() throws RocksDBException {
        database.setDBOptions(
                MutableDBOptions.builder().setAvoidFlushDuringShutdown(true).build());
    }

    /** What is to be done once it is closed; set before the caller lets go. */
    void whenClosed(Runnable action) {
        whenClosed = action;
    }

    /** As of the last batch. */
    Applied applied() throws RocksDBException {
        try (ReadOptions newest = new ReadOptions()) {
            return applied(newest);
        }
    }

    Applied applied(ReadOptions options) throws RocksDBException {
        return Applied.decode(database.get(options, APPLIED));
    }

    /** Where an earlier version has kept no sum, takes it over all rows, once. */
    void sumUpIfNever() throws RocksDBException {
        try (ReadOptions once = new ReadOptions().setFillCache(false)) {
            Applied found = applied(once);
            if (found.sum() == null) {
                Applied summed = new Applied(found.position(), sumOfRows(once));
                database.put(unlogged, APPLIED, summed.encode());
            }
        }
    }

    private long sumOfRows(ReadOptions options) throws RocksDBException {
        long[] sum = {StateSum.EMPTY};
        scan(options, Bytes.EMPTY, (key, value) -> {
            sum[0] += StateSum.share(key, value);
            return true;
        });
        return sum[0];
    }

    /** Compares every sorted file with its checksums; see {@link RocksFamily.Handle#checkFiles}. */
    boolean checkFiles(Pace pace) throws RocksDBException {
        return handle.checkFiles(pace);
    }

    /**
     * Adds up all rows as these options show them, and compares the sum with the one that was kept.
     *
     * @return what was found; null if the pace did not let it come to the end
     */
    @Nullable
    RowsFound addUp(ReadOptions options, Pace pace) throws RocksDBException {
        Applied kept = applied(options);
        RowsFound found = new RowsFound(kept, pace);
        return scan(options, Bytes.EMPTY, found) && found.goesOn() ? found : null;
    }

    /** All rows of a state, added up. */
    static final class RowsFound implements Visitor {
        private static final long AT_ONCE_BYTES = 1 << 20;

        private final Applied kept;
        private final Pace pace;
        private long sum = StateSum.EMPTY;
        private long rows;
        private long bytes;
        private long bytesToTell;

        private RowsFound(Applied kept, Pace pace) {
            this.kept = kept;
            this.pace = pace;
        }

        @Override
        public boolean row(Bytes key, Bytes value) {
            sum += StateSum.share(key, value);
            rows++;
            long size = (long) key.size() + value.size();
            bytes += size;
            bytesToTell += size;
            return bytesToTell < AT_ONCE_BYTES || goesOn();
        }

        private boolean goesOn() {
            long told = bytesToTell;
            bytesToTell = 0;
            return pace.goesOn(told);
        }

        /** Whether they add up to what was kept; true where an earlier version has kept nothing. */
        boolean addsUp() {
            Long expected = kept.sum();
            return expected == null || expected == sum;
        }

        Position position() {
            return kept.position();
        }

        long rows() {
            return rows;
        }

        /** Of keys and values. */
        long bytes() {
            return bytes;
        }
    }

    @Nullable
    Bytes get(ReadOptions options, Bytes key) throws RocksDBException {
        byte[] value = database.get(options, key.unsafeArray());
        return value == null ? null : Bytes.wrap(value);
    }

    /** @return whether the visitor would take more */
    boolean scan(ReadOptions options, Bytes from, Visitor visitor) throws RocksDBException {
        try (RocksIterator cursor = database.newIterator(options)) {
            cursor.seek(from.size() == 0 ? FIRST_ROW : from.unsafeArray());
            while (cursor.isValid()) {
                if (!visitor.row(Bytes.wrap(cursor.key()), Bytes.wrap(cursor.value()))) {
                    return false;
                }
                cursor.next();
            }
            cursor.status();
            return true;
        }
    }

    /** Adds what the batch brings the state to, and writes both. */
    void write(WriteBatch batch, Applied applied) throws RocksDBException {
        batch.put(APPLIED, applied.encode());
        database.write(unlogged, batch);
    }

    Snapshot snapshot() {
        return database.getSnapshot();
    }

    void release(Snapshot snapshot) {
        database.releaseSnapshot(snapshot);
    }

    /** The index of the last batch that is known to be in a file. */
    long durableIndex() {
        return durableIndex;
    }

    /**
     * Brings what is in memory into a sorted file, and returns when it is there.
     *
     * @param index of a batch that was written before
     */
    void flush(long index) throws RocksDBException {
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            database.flush(waiting);
        }
        durableIndex = Math.max(durableIndex, index);
    }

    /** Makes a database of its own of the state as it is, with the same files as far as they exist. */
    void copyTo(Path target) throws RocksDBException {
        try (Checkpoint checkpoint = Checkpoint.create(database)) {
            checkpoint.createCheckpoint(target.toString());
        }
    }
}
