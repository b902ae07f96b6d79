package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import io.bellwether.service.storage.RocksFamily.Opening;
import java.nio.file.Files;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The tables on RocksDB, without a write-ahead file: what has not gone into a sorted file is lost in a crash and applied
 * again from the log. Rows and the position that they bring the state to go in one batch into one column family, and a
 * sorted file holds a prefix of the batches, so a crash always leaves the state at the end of a batch.
 *
 * <p>Views that are asked for between two commits share one snapshot, which is what makes a read cheap. While a snapshot is in
 * use the database stays open, whoever closes the tables meanwhile: a closed RocksDB kills the JVM.
 */
final class RocksTables implements Tables, AutoCloseable {
    /** Under the empty key, which no row has. */
    private static final byte[] APPLIED = {};

    private static final byte[] FIRST_ROW = {0};

    /** How long a clean end waits for views that are still open; those that last longer keep the database open. */
    private static final long CLOSING_SECONDS = 5;

    private final DataDirectory directory;
    private final Consumer<RuntimeException> failed;
    private final RocksFamily.Handle handle;
    private final RocksDB database;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final ReadOptions newest = new ReadOptions();
    private final WriteBatch batch = new WriteBatch();

    // Of the owning thread.
    private final NavigableMap<Bytes, Change> gathered = new TreeMap<>();
    private final RecentRows recent;
    private Position applied;

    // Of everybody.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition momentReleased = lock.newCondition();
    private @Nullable Moment current;
    private int moments;
    private boolean closed;
    private boolean databaseClosed;

    /** What the gathered batch makes of a row: its new value, or null where it is removed. */
    private record Change(@Nullable Bytes value) {}

    private RocksTables(
            DataDirectory directory, RocksFamily.Handle handle, long recentRowsBytes, Consumer<RuntimeException> failed)
            throws RocksDBException {
        this.directory = directory;
        this.handle = handle;
        this.recent = new RecentRows(recentRowsBytes);
        this.failed = failed;
        this.database = handle.database();
        this.applied = appliedAsOf(newest);
    }

    /**
     * Opens the tables, or makes them where there are none: they can be made again from the log.
     *
     * @param recentRowsBytes see {@link StoreSettings}
     * @param failed hears why the process must stop: {@link StorageFailure} or {@link StoreDamaged}; on any thread
     */
    static RocksTables open(
            DataDirectory directory, RocksFamily family, long recentRowsBytes, Consumer<RuntimeException> failed) {
        try {
            if (!Files.isDirectory(directory.state())) {
                family.openTables(directory.state(), Opening.CREATE).close();
            }
            RocksFamily.Handle handle = family.openTables(directory.state(), Opening.USE);
            boolean opened = false;
            try {
                RocksTables tables = new RocksTables(directory, handle, recentRowsBytes, failed);
                opened = true;
                return tables;
            } finally {
                if (!opened) {
                    handle.close();
                }
            }
        } catch (RocksDBException e) {
            throw explained(directory, "Opening the tables", e);
        }
    }

    @Override
    public Position applied() {
        return applied;
    }

    @Override
    public @Nullable Bytes get(Bytes key) {
        Change change = gathered.get(key);
        if (change != null) {
            return change.value();
        }
        checkOpen();
        Bytes known = recent.get(key);
        if (known != null) {
            return known;
        }
        Bytes read = get(newest, key);
        if (read != null) {
            recent.put(key, read);
        }
        return read;
    }

    @Override
    public void put(Bytes key, Bytes value) {
        checkKey(key);
        gathered.put(key, new Change(value));
    }

    @Override
    public void delete(Bytes key) {
        checkKey(key);
        gathered.put(key, new Change(null));
    }

    @Override
    public void scan(Bytes from, Bytes to, Visitor visitor) {
        checkOpen();
        if (from.compareTo(to) >= 0) {
            return;
        }
        try (Slice end = new Slice(to.unsafeArray());
                ReadOptions bounded = new ReadOptions().setIterateUpperBound(end)) {
            Merge merge = new Merge(gathered.subMap(from, true, to, false), visitor);
            if (scan(bounded, from, merge)) {
                merge.rest();
            }
        }
    }

    @Override
    public void commit(Position position) {
        checkOpen();
        if (position.compareTo(applied) < 0) {
            throw new InvariantViolation(
                    "the state at " + applied + " was to be committed as that of " + position + ", an earlier one");
        }
        try {
            batch.clear();
            for (Map.Entry<Bytes, Change> change : gathered.entrySet()) {
                Bytes value = change.getValue().value();
                if (value == null) {
                    batch.delete(change.getKey().unsafeArray());
                } else {
                    batch.put(change.getKey().unsafeArray(), value.unsafeArray());
                }
            }
            batch.put(APPLIED, EntryFormat.encode(position));
            database.write(unlogged, batch);
        } catch (RocksDBException e) {
            throw stop("Writing the tables", e);
        }
        gathered.forEach(this::remember);
        gathered.clear();
        applied = position;
        letGoOfCurrent();
    }

    private void remember(Bytes key, Change change) {
        Bytes value = change.value();
        if (value == null) {
            recent.remove(key);
        } else {
            recent.put(key, value);
        }
    }

    @Override
    public long durableIndex(long wanted) {
        return 0;
    }

    @Override
    public View view() {
        lock.lock();
        try {
            if (closed) {
                throw wasClosed();
            }
            Moment moment = current;
            if (moment == null) {
                moment = new Moment();
                current = moment;
            }
            moment.holders++;
            return new RocksView(moment);
        } catch (RocksDBException e) {
            throw stop("Reading the tables", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Brings what is in memory into a sorted file, so that nothing need be applied again, and closes. Called by the owning
     * thread, as its last call.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            lock.unlock();
        }
        try (FlushOptions waiting = new FlushOptions().setWaitForFlush(true)) {
            database.flush(waiting);
        } catch (RocksDBException e) {
            throw stop("Writing the tables", e);
        } finally {
            letGoOfCurrent();
            waitForViews();
        }
    }

    /** The state between two commits. Shared by views, and kept by the tables until the next commit. */
    private final class Moment {
        private final Snapshot snapshot;
        private final ReadOptions options;
        private final Position position;

        /** Views, and one for {@link #current}. Under the lock. */
        private int holders = 1;

        Moment() throws RocksDBException {
            snapshot = database.getSnapshot();
            options = new ReadOptions().setSnapshot(snapshot);
            position = appliedAsOf(options);
            moments++;
        }
    }

    private final class RocksView implements View {
        private final Moment moment;
        private boolean viewClosed;

        RocksView(Moment moment) {
            this.moment = moment;
        }

        @Override
        public Position applied() {
            return moment.position;
        }

        @Override
        public @Nullable Bytes get(Bytes key) {
            checkViewOpen();
            return RocksTables.this.get(moment.options, key);
        }

        @Override
        public void scan(Bytes from, Bytes to, Visitor visitor) {
            checkViewOpen();
            if (from.compareTo(to) >= 0) {
                return;
            }
            try (Slice end = new Slice(to.unsafeArray());
                    ReadOptions bounded =
                            new ReadOptions().setSnapshot(moment.snapshot).setIterateUpperBound(end)) {
                RocksTables.this.scan(bounded, from, visitor);
            }
        }

        @Override
        public void close() {
            if (!viewClosed) {
                viewClosed = true;
                lock.lock();
                try {
                    letGo(moment);
                } finally {
                    lock.unlock();
                }
            }
        }

        private void checkViewOpen() {
            if (viewClosed) {
                throw new IllegalStateException("this view was closed");
            }
        }
    }

    /** Puts the rows of the gathered batch between those that were committed, as a visitor of the latter. */
    private static final class Merge implements Visitor {
        private final NavigableMap<Bytes, Change> changes;
        private final Visitor visitor;

        Merge(NavigableMap<Bytes, Change> changes, Visitor visitor) {
            this.changes = new TreeMap<>(changes);
            this.visitor = visitor;
        }

        @Override
        public boolean row(Bytes key, Bytes value) {
            while (!changes.isEmpty() && changes.firstKey().compareTo(key) < 0) {
                if (!visitFirstChange()) {
                    return false;
                }
            }
            if (!changes.isEmpty() && changes.firstKey().equals(key)) {
                return visitFirstChange();
            }
            return visitor.row(key, value);
        }

        /** What comes behind the last committed row. */
        void rest() {
            while (!changes.isEmpty() && visitFirstChange()) {
                // Each turn takes one away.
            }
        }

        private boolean visitFirstChange() {
            Map.Entry<Bytes, Change> first = changes.pollFirstEntry();
            Bytes value = first.getValue().value();
            return value == null || visitor.row(first.getKey(), value);
        }
    }

    private Position appliedAsOf(ReadOptions options) throws RocksDBException {
        byte[] value = database.get(options, APPLIED);
        return value == null ? Position.ZERO : EntryFormat.decodePosition(value);
    }

    private @Nullable Bytes get(ReadOptions options, Bytes key) {
        try {
            byte[] value = database.get(options, key.unsafeArray());
            return value == null ? null : Bytes.wrap(value);
        } catch (RocksDBException e) {
            throw stop("Reading the tables", e);
        }
    }

    /** @return whether the visitor would take more */
    private boolean scan(ReadOptions options, Bytes from, Visitor visitor) {
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
        } catch (RocksDBException e) {
            throw stop("Reading the tables", e);
        }
    }

    private void letGoOfCurrent() {
        lock.lock();
        try {
            if (current != null) {
                Moment past = current;
                current = null;
                letGo(past);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void letGo(Moment moment) {
        moment.holders--;
        if (moment.holders == 0) {
            moment.options.close();
            database.releaseSnapshot(moment.snapshot);
            moments--;
            momentReleased.signalAll();
            closeDatabaseWhenUnused();
        }
    }

    private void waitForViews() {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(CLOSING_SECONDS);
            while (moments > 0 && left > 0) {
                left = momentReleased.awaitNanos(left);
            }
            closeDatabaseWhenUnused();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. The last one out shuts the door. */
    private void closeDatabaseWhenUnused() {
        if (closed && moments == 0 && current == null && !databaseClosed) {
            databaseClosed = true;
            batch.close();
            newest.close();
            unlogged.close();
            handle.close();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw wasClosed();
        }
    }

    private IllegalStateException wasClosed() {
        return new IllegalStateException("the tables of " + directory.folder() + " were closed");
    }

    private static void checkKey(Bytes key) {
        if (key.size() == 0) {
            throw new InvariantViolation("a key has at least the byte that names its part of the state");
        }
    }

    private RuntimeException stop(String what, RocksDBException e) {
        RuntimeException why = explained(directory, what, e);
        failed.accept(why);
        return why;
    }

    private static RuntimeException explained(DataDirectory directory, String what, RocksDBException e) {
        return RocksFamily.isDamage(e)
                ? new StoreDamaged(
                        directory.folder(),
                        "its tables in " + directory.state() + " are unreadable: " + e.getMessage() + ".",
                        e)
                : new StorageFailure(directory.folder(), what, e);
    }
}
