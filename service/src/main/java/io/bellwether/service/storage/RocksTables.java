package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.StateSum;
import io.bellwether.replication.Tables;
import io.bellwether.service.storage.GatheredRows.Change;
import io.bellwether.service.storage.RocksFamily.Opening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * sorted file holds a prefix of the batches, so a crash always leaves the state at the end of a batch. Who only looks has
 * {@link SharedViews}.
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
    private final GatheredRows gathered = new GatheredRows();
    private final RecentRows recent;
    /** Looked for since the last commit, and not there: whoever applies a write looks, and so does the sum. */
    private final Set<Bytes> absent = new HashSet<>();

    private Position applied;
    private long sum;

    // Of everybody.
    private final SharedViews views;

    private RocksTables(
            DataDirectory directory,
            RocksFamily family,
            TablesDatabase database,
            long recentRowsBytes,
            Consumer<RuntimeException> failed)
            throws RocksDBException {
        this.directory = directory;
        this.family = family;
        this.views = new SharedViews(directory.folder(), database, this::stop);
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
        sum = found.knownSum();
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
        views.checkOpen();
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
        Bytes read = read(key);
        if (read == null) {
            absent.add(key);
        } else {
            recent.put(key, read);
        }
        return read;
    }

    private @Nullable Bytes read(Bytes key) {
        try {
            return views.database().get(newest, key);
        } catch (RocksDBException e) {
            throw stop("Reading the tables", e);
        }
    }

    @Override
    public void put(Bytes key, Bytes value) {
        gathered.put(key, value);
    }

    @Override
    public void delete(Bytes key) {
        gathered.delete(key);
    }

    @Override
    public void scan(Bytes from, Bytes to, Visitor visitor) {
        views.checkOpen();
        if (from.compareTo(to) >= 0) {
            return;
        }
        try (Slice end = new Slice(to.unsafeArray());
                ReadOptions bounded = new ReadOptions().setIterateUpperBound(end)) {
            GatheredRows.Merge merge = gathered.merge(from, to, visitor);
            if (views.database().scan(bounded, from, merge)) {
                merge.rest();
            }
        } catch (RocksDBException e) {
            throw stop("Reading the tables", e);
        }
    }

    @Override
    public void commit(Position position) {
        views.checkOpen();
        if (position.compareTo(applied) < 0) {
            throw new InvariantViolation(
                    "the state at " + applied + " was to be committed as that of " + position + ", an earlier one");
        }
        long sumThen = sum;
        try {
            batch.clear();
            for (Map.Entry<Bytes, Change> change : gathered.entries()) {
                Bytes key = change.getKey();
                Bytes value = change.getValue().value();
                sumThen += shareOf(key, value) - shareOf(key, committed(key));
                if (value == null) {
                    batch.delete(key.unsafeArray());
                } else {
                    batch.put(key.unsafeArray(), value.unsafeArray());
                }
            }
            views.database().write(batch, new Applied(position, sumThen));
        } catch (RocksDBException e) {
            throw stop("Writing the tables", e);
        }
        gathered.entries().forEach(change -> remember(change.getKey(), change.getValue()));
        gathered.clear();
        absent.clear();
        applied = position;
        sum = sumThen;
        views.changed();
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
        TablesDatabase flushed = views.database();
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
        TablesDatabase copied = views.hold();
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
        views.checkOpen();
        check(gathered.isEmpty(), "a state is replaced between two batches");
        TablesDatabase past;
        try {
            TablesDatabase next = open(family, directory.state(folder));
            look(next.applied());
            past = views.replaceBy(next);
            past.isDoneWith();
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
        TablesDatabase checked = views.hold();
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

    @Override
    public View view() {
        return views.view();
    }

    /**
     * Brings what is in memory into a sorted file, so that nothing need be applied again, and closes. Called by the owning
     * thread, as its last call.
     */
    @Override
    public void close() {
        if (!views.close()) {
            return;
        }
        try {
            views.database().flush(applied.index());
        } catch (RocksDBException e) {
            throw stop("Writing the tables", e);
        } finally {
            endBehind();
            views.end(CLOSING_SECONDS);
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
        RuntimeException why = explained(directory, views.database().folder(), what, e);
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
