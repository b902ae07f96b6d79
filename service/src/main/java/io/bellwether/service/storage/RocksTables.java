package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.StateSum;
import io.bellwether.replication.Tables;
import io.bellwether.service.storage.RocksFamily.Opening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables on RocksDB, without a write-ahead file: what has not gone into a sorted file is lost in a crash and applied
 * again from the log. Rows and the position that they bring the state to go in one batch into one column family, and a
 * sorted file holds a prefix of the batches, so a crash always leaves the state at the end of a batch.
 *
 * <p>Views that are asked for between two commits share one snapshot, which is what makes a read cheap. While a snapshot is in
 * use its database stays open, whoever closes the tables meanwhile or puts another state in its place.
 */
final class RocksTables implements Tables, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RocksTables.class);

    /** How long a clean end waits for views that are still open; those that last longer keep the database open. */
    private static final long CLOSING_SECONDS = 5;

    private final DataDirectory directory;
    private final RocksFamily family;
    private final Consumer<RuntimeException> failed;
    private final ReadOptions newest = new ReadOptions();
    /** What takes long and nobody waits for: flushes, and the removal of a state that was replaced. */
    private final ExecutorService behind = Executors.newSingleThreadExecutor(RocksTables::daemon);

    private final AtomicBoolean flushing = new AtomicBoolean();
    private final WriteBatch batch = new WriteBatch();

    // Of the owning thread.
    private final NavigableMap<Bytes, Change> gathered = new TreeMap<>();
    private final RecentRows recent;
    /** Looked for since the last commit, and not there: whoever applies a write looks, and so does the sum. */
    private final Set<Bytes> absent = new HashSet<>();

    private Position applied;
    private long sum;

    // Of everybody.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition momentReleased = lock.newCondition();
    /** Replaced under the lock by the owning thread. */
    private TablesDatabase database;

    /** Read by everybody, replaced under the lock. */
    private volatile @Nullable Moment current;

    private int moments;
    private boolean closed;

    /** What the gathered batch makes of a row: its new value, or null where it is removed. */
    private record Change(@Nullable Bytes value) {}

    private RocksTables(
            DataDirectory directory,
            RocksFamily family,
            TablesDatabase database,
            long recentRowsBytes,
            Consumer<RuntimeException> failed)
            throws RocksDBException {
        this.directory = directory;
        this.family = family;
        this.database = database;
        this.recent = new RecentRows(recentRowsBytes);
        this.failed = failed;
        look(database.applied());
    }

    /**
     * Opens the tables.
     *
     * @param folder the name of theirs
     * @param mayBeMade whether they can be made again from the log if there are none: it has every entry from the first on
     * @param recentRowsBytes see {@link StoreSettings}
     * @param failed hears why the process must stop: {@link StorageFailure} or {@link StoreDamaged}; on any thread
     */
    static RocksTables open(
            DataDirectory directory,
            RocksFamily family,
            String folder,
            boolean mayBeMade,
            long recentRowsBytes,
            Consumer<RuntimeException> failed) {
        Path path = directory.state(folder);
        try {
            if (!Files.isDirectory(path)) {
                if (!mayBeMade) {
                    throw new StoreDamaged(
                            directory.folder(),
                            "its folder '" + folder + "' is missing, and its log no longer has all that was in there.",
                            null);
                }
                make(directory, family, path);
            }
            return new RocksTables(directory, family, open(family, path), recentRowsBytes, failed);
        } catch (RocksDBException e) {
            throw explained(directory, path, "Opening the tables", e);
        }
    }

    /** They get their name when they are whole: whoever was to make them before may not have come to the end. */
    private static void make(DataDirectory directory, RocksFamily family, Path path) throws RocksDBException {
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        try {
            DurableFiles.remove(fresh);
            family.openTables(fresh, Opening.CREATE).close();
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.forceFolderOf(path);
        } catch (IOException e) {
            throw new StorageFailure(directory.folder(), "Making the tables", e);
        }
    }

    private static TablesDatabase open(RocksFamily family, Path path) throws RocksDBException {
        RocksFamily.Handle handle = family.openTables(path, Opening.USE);
        boolean opened = false;
        try {
            TablesDatabase database = new TablesDatabase(path, handle);
            database.sumUpIfNever();
            opened = true;
            return database;
        } finally {
            if (!opened) {
                handle.close();
            }
        }
    }

    /** Where a database is that takes part from now on. */
    private void look(Applied found) {
        applied = found.position();
        sum = sumOf(found);
    }

    private static long sumOf(Applied found) {
        Long kept = found.sum();
        check(kept != null, "tables that are open have a sum");
        return kept == null ? StateSum.EMPTY : kept;
    }

    @Override
    public Position applied() {
        return applied;
    }

    @Override
    public long sum() {
        return sum;
    }

    @Override
    public @Nullable Bytes get(Bytes key) {
        Change change = gathered.get(key);
        if (change != null) {
            return change.value();
        }
        checkOpen();
        return committed(key);
    }

    private @Nullable Bytes committed(Bytes key) {
        Bytes known = recent.get(key);
        if (known != null) {
            return known;
        }
        if (absent.contains(key)) {
            return null;
        }
        Bytes read = get(database, newest, key);
        if (read == null) {
            absent.add(key);
        } else {
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
            if (scan(database, bounded, from, merge)) {
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
        long sumThen = sum;
        try {
            batch.clear();
            for (Map.Entry<Bytes, Change> change : gathered.entrySet()) {
                Bytes key = change.getKey();
                Bytes value = change.getValue().value();
                sumThen += shareOf(key, value) - shareOf(key, committed(key));
                if (value == null) {
                    batch.delete(key.unsafeArray());
                } else {
                    batch.put(key.unsafeArray(), value.unsafeArray());
                }
            }
            database.write(batch, new Applied(position, sumThen));
        } catch (RocksDBException e) {
            throw stop("Writing the tables", e);
        }
        gathered.forEach(this::remember);
        gathered.clear();
        absent.clear();
        applied = position;
        sum = sumThen;
        letGoOfCurrent();
    }

    private static long shareOf(Bytes key, @Nullable Bytes value) {
        return value == null ? 0 : StateSum.share(key, value);
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
        TablesDatabase flushed = database;
        if (flushed.durableIndex() < wanted && flushed.durableIndex() < applied.index() && !flushing.get()) {
            flushing.set(true);
            flushed.hold();
            long index = applied.index();
            behind.execute(() -> flush(flushed, index));
        }
        return flushed.durableIndex();
    }

    private void flush(TablesDatabase flushed, long index) {
        try {
            flushed.flush(index);
        } catch (RocksDBException e) {
            stop("Writing the tables", e);
        } finally {
            flushing.set(false);
            flushed.release();
        }
    }

    /**
     * Makes a database of its own of the state as it is now, in a folder that is not there yet: with the same files, as far
     * as there are any. Any thread.
     */
    void copyTo(Path target) throws RocksDBException {
        TablesDatabase copied = holdDatabase();
        try {
            copied.copyTo(target);
        } finally {
            copied.release();
        }
    }

    /**
     * Goes on with another state, which is in this folder. Views that are open see what they saw; when the last of them is
     * closed, the folder of the state that was goes. Called on the owning thread, with nothing gathered.
     */
    void replaceBy(String folder) {
        checkOpen();
        check(gathered.isEmpty(), "a state is replaced between two batches");
        TablesDatabase past = database;
        try {
            TablesDatabase next = open(family, directory.state(folder));
            look(next.applied());
            lock.lock();
            try {
                letGoOfCurrent();
                database = next;
            } finally {
                lock.unlock();
            }
        } catch (RocksDBException e) {
            throw stop("Opening the state that a snapshot brought", e);
        }
        recent.clear();
        absent.clear();
        past.whenClosed(() -> removeLater(past.folder()));
        past.release();
    }

    /** What stays because the process ends is removed when the store is opened. */
    private void removeLater(Path folder) {
        try {
            behind.execute(() -> {
                try {
                    DurableFiles.remove(folder);
                } catch (IOException e) {
                    LOG.warn(
                            "The state before the snapshot could not be removed from {}: remove it by hand", folder, e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the store is being closed", e);
        }
    }

    /**
     * Looks through all that is in sorted files, and adds up the rows of this moment. Any thread; until it has come to its end
     * the state of this moment is kept.
     *
     * @return whether it came to the end
     * @throws StoreDamaged if something is not as it was written
     */
    boolean check(Pace pace) {
        TablesDatabase checked = holdDatabase();
        try {
            return checked.checkFiles(pace) && checkSum(checked, pace);
        } catch (RocksDBException e) {
            throw explained(directory, checked.folder(), "Reading the tables", e);
        } finally {
            checked.release();
        }
    }

    private boolean checkSum(TablesDatabase checked, Pace pace) throws RocksDBException {
        Snapshot now = checked.snapshot();
        try (ReadOptions once = new ReadOptions().setSnapshot(now).setFillCache(false)) {
            TablesDatabase.RowsFound found = checked.addUp(once, pace);
            if (found != null) {
                refuseUnlessItAddsUp(directory, checked.folder(), found);
            }
            return found != null;
        } finally {
            checked.release(now);
        }
    }

    /** @throws StoreDamaged if the rows are not those of which the sum was kept */
    static void refuseUnlessItAddsUp(DataDirectory directory, Path tables, TablesDatabase.RowsFound found) {
        if (!found.addsUp()) {
            throw new StoreDamaged(
                    directory.folder(),
                    "the " + found.rows() + " rows of its tables in " + tables + " are not those that entry "
                            + found.position() + " (index@epoch) has left, says the sum that was kept of them.",
                    null);
        }
    }

    private TablesDatabase holdDatabase() {
        lock.lock();
        try {
            checkOpen();
            database.hold();
            return database;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public View view() {
        Moment known = current;
        return known != null && known.hold() ? new RocksView(known) : firstView();
    }

    /** The first view after a commit makes what those after it share. */
    private View firstView() {
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
            check(moment.hold(), "what is current is held by the tables, and let go of under the lock");
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
        try {
            database.flush(applied.index());
        } catch (RocksDBException e) {
            throw stop("Writing the tables", e);
        } finally {
            letGoOfCurrent();
            endBehind();
            waitForViews();
            database.release();
            batch.close();
            newest.close();
        }
    }

    private void endBehind() {
        behind.shutdown();
        try {
            if (!behind.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A flush of the tables has not ended within {} s", CLOSING_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The state between two commits. Shared by views, and kept by the tables until the next commit. Holding it and letting
     * go of it take no lock, so that readers do not wait for each other.
     */
    private final class Moment {
        private final TablesDatabase source;
        private final Snapshot snapshot;
        private final ReadOptions options;
        private final Position position;
        private final long sum;

        /** Views, and one for {@link #current}. Once it is 0 it stays 0. */
        private final AtomicInteger holders = new AtomicInteger(1);

        Moment() throws RocksDBException {
            source = database;
            source.hold();
            snapshot = source.snapshot();
            options = new ReadOptions().setSnapshot(snapshot);
            Applied then = source.applied(options);
            position = then.position();
            sum = sumOf(then);
            moments++;
        }

        /** @return whether it is held; false if everybody had let go of it before */
        boolean hold() {
            int known = holders.get();
            while (known > 0) {
                if (holders.compareAndSet(known, known + 1)) {
                    return true;
                }
                known = holders.get();
            }
            return false;
        }

        void letGo() {
            if (holders.decrementAndGet() == 0) {
                end();
            }
        }

        private void end() {
            options.close();
            source.release(snapshot);
            source.release();
            lock.lock();
            try {
                moments--;
                momentReleased.signalAll();
            } finally {
                lock.unlock();
            }
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
        public long sum() {
            return moment.sum;
        }

        @Override
        public @Nullable Bytes get(Bytes key) {
            checkViewOpen();
            return RocksTables.this.get(moment.source, moment.options, key);
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
                RocksTables.this.scan(moment.source, bounded, from, visitor);
            }
        }

        @Override
        public void close() {
            if (!viewClosed) {
                viewClosed = true;
                moment.letGo();
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

    private @Nullable Bytes get(TablesDatabase source, ReadOptions options, Bytes key) {
        try {
            return source.get(options, key);
        } catch (RocksDBException e) {
            throw stop("Reading the tables", e);
        }
    }

    /** @return whether the visitor would take more */
    private boolean scan(TablesDatabase source, ReadOptions options, Bytes from, Visitor visitor) {
        try {
            return source.scan(options, from, visitor);
        } catch (RocksDBException e) {
            throw stop("Reading the tables", e);
        }
    }

    private void letGoOfCurrent() {
        lock.lock();
        try {
            Moment past = current;
            if (past != null) {
                current = null;
                past.letGo();
            }
        } finally {
            lock.unlock();
        }
    }

    private void waitForViews() {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(CLOSING_SECONDS);
            while (moments > 0 && left > 0) {
                left = momentReleased.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
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
        check(key.size() > 0, "a key has at least the byte that names its part of the state");
    }

    private static void check(boolean holds, String rule) {
        if (!holds) {
            throw new InvariantViolation(rule);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "bellwether-tables");
        thread.setDaemon(true);
        return thread;
    }

    private RuntimeException stop(String what, RocksDBException e) {
        RuntimeException why = explained(directory, database.folder(), what, e);
        failed.accept(why);
        return why;
    }

    static RuntimeException explained(DataDirectory directory, Path tables, String what, RocksDBException e) {
        return RocksFamily.isDamage(e)
                ? new StoreDamaged(
                        directory.folder(), "its tables in " + tables + " are unreadable: " + e.getMessage() + ".", e)
                : new StorageFailure(directory.folder(), what, e);
    }
}
