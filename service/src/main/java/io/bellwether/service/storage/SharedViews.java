package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables.View;
import io.bellwether.replication.Tables.Visitor;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Which database holds the state, and who looks at it. Views that are asked for between two commits share one snapshot,
 * which is what makes a read cheap. While a snapshot is in use its database stays open, whoever closes the tables meanwhile
 * or puts another state in its place.
 *
 * <p>Any thread looks; one thread commits, replaces and closes.
 */
final class SharedViews {
    private final Path folder;
    private final Broken broken;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition momentReleased = lock.newCondition();
    /** Replaced under the lock by the owning thread. */
    private TablesDatabase database;

    /** Read by everybody, replaced under the lock. */
    private volatile @Nullable Moment current;

    private int moments;
    private boolean closed;

    /** A database that cannot be read stops the process. */
    interface Broken {
        /** @return what is to be thrown */
        RuntimeException stop(String what, RocksDBException why);
    }

    /**
     * @param folder the data directory, for messages
     * @param first held by the caller, from whom this takes it over
     */
    SharedViews(Path folder, TablesDatabase first, Broken broken) {
        this.folder = folder;
        this.database = first;
        this.broken = broken;
    }

    // ---- the owning thread

    /** Where the state is. */
    TablesDatabase database() {
        return database;
    }

    /** The state has changed: who looks from now on sees that. */
    void changed() {
        lock.lock();
        try {
            letGoOfCurrent();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The state is in this database from now on, which this takes over.
     *
     * @return where it was, for the caller to let go of
     */
    TablesDatabase replaceBy(TablesDatabase next) {
        lock.lock();
        try {
            TablesDatabase past = database;
            letGoOfCurrent();
            database = next;
            return past;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nobody looks any more who does not already.
     *
     * @return false if that was said before
     */
    boolean close() {
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** After {@link #close}: waits for those who still look, and lets go of the database. Who lasts longer keeps it open. */
    void end(long seconds) {
        changed();
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(seconds);
            while (moments > 0 && left > 0) {
                left = momentReleased.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        database.release();
    }

    private void letGoOfCurrent() {
        Moment past = current;
        if (past != null) {
            current = null;
            past.letGo();
        }
    }

    /** @throws IllegalStateException after {@link #close} */
    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the tables of " + folder + " were closed");
        }
    }

    // ---- any thread

    /** Where the state is, held for the caller. */
    TablesDatabase hold() {
        lock.lock();
        try {
            checkOpen();
            database.hold();
            return database;
        } finally {
            lock.unlock();
        }
    }

    View view() {
        Moment known = current;
        return known != null && known.hold() ? new MomentView(known) : firstView();
    }

    /** The first view after a commit makes what those after it share. */
    private View firstView() {
        lock.lock();
        try {
            checkOpen();
            Moment moment = current;
            if (moment == null) {
                moment = new Moment();
                current = moment;
            }
            if (!moment.hold()) {
                throw new InvariantViolation("what is current is held by the tables, and let go of under the lock");
            }
            return new MomentView(moment);
        } catch (RocksDBException e) {
            throw broken.stop("Reading the tables", e);
        } finally {
            lock.unlock();
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
            sum = then.knownSum();
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

    private final class MomentView implements View {
        private final Moment moment;
        private boolean viewClosed;

        MomentView(Moment moment) {
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
            try {
                return moment.source.get(moment.options, key);
            } catch (RocksDBException e) {
                throw broken.stop("Reading the tables", e);
            }
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
                moment.source.scan(bounded, from, visitor);
            } catch (RocksDBException e) {
                throw broken.stop("Reading the tables", e);
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
}
