package io.bellwether.service.storage;

import io.bellwether.replication.Entry;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * The log on RocksDB. Writes are staged by the thread that owns the replica; one thread of this class takes all that have
 * been staged, makes one batch of them, syncs it, renews the {@link DurableMark} and reports: what comes while the disk
 * works is the next batch.
 *
 * <p>The first failure of the disk ends this object: nothing is reported any more, and {@code failed} is told.
 */
final class RocksLog implements ReplicatedLog, AutoCloseable {
    /** How long a clean end waits for the disk to take what is staged. */
    private static final long CLOSING_SECONDS = 10;

    /** A log that is found is taken for so many pieces, whose sizes are estimated. */
    private static final long FOUND_IN_PIECES = 64;

    private final DataDirectory directory;
    private final StoreId storeId;
    private final StoreSettings settings;
    private final LongConsumer durable;
    private final Consumer<RuntimeException> failed;

    private final LogDatabase database;
    private final DurableMark mark;
    private final BatchWriter writer;
    private final Thread diskThread;

    private volatile BatchListener batchListener = BatchListener.NONE;

    // Of the owning thread: the log as it will be when all that is staged is durable.
    private EpochStarts stagedEpochs;
    private final LogExtent extent;
    private final LongSupplier neededAfter;
    private long stagedEndIndex;
    private long lastNumber = -1;

    // Between the owning thread and the disk's.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stagedOrEnding = lock.newCondition();
    private final Condition idle = lock.newCondition();
    private final Deque<LogWrite> staged = new ArrayDeque<>();
    private final Deque<LogWrite> inBatch = new ArrayDeque<>();
    private long readableEnd;
    private boolean ending;
    private boolean closed;
    private @Nullable RuntimeException failure;

    private RocksLog(
            DataDirectory directory,
            StoreId storeId,
            StoreSettings settings,
            LogDatabase database,
            LongConsumer durable,
            Consumer<RuntimeException> failed,
            LongSupplier neededAfter)
            throws IOException {
        this.directory = directory;
        this.storeId = storeId;
        this.settings = settings;
        this.durable = durable;
        this.failed = failed;
        this.database = database;
        this.stagedEpochs = new EpochStarts(database.start(), database.epochStarts());
        this.stagedEndIndex = database.latest().end().index();
        this.readableEnd = stagedEndIndex;
        this.neededAfter = neededAfter;
        this.extent = extentAsFound();
        this.mark = DurableMark.open(directory.durableMark());
        mark.write(database.latest());
        mark.force();
        CutFiles cuts = new CutFiles(directory.cuts(), settings.cutFiles(), settings.cutFileBytes());
        this.writer = new BatchWriter(database, cuts, mark);
        this.diskThread = new Thread(this::writeBatches, "bellwether-disk");
        diskThread.setDaemon(true);
    }

    /**
     * Opens the log of a store.
     *
     * @param durable hears the number of the latest write that has become durable, on the disk's thread
     * @param failed hears why the process must stop: {@link StorageFailure} or {@link StoreDamaged}; on any thread
     * @param neededAfter the index after which somebody else still needs the entries; {@link Long#MAX_VALUE} for none
     */
    static RocksLog open(
            DataDirectory directory,
            StoreId storeId,
            StoreSettings settings,
            RocksFamily family,
            LongConsumer durable,
            Consumer<RuntimeException> failed,
            LongSupplier neededAfter)
            throws IOException {
        LogDatabase database = LogDatabase.open(directory, family);
        boolean opened = false;
        try {
            RocksLog log = new RocksLog(directory, storeId, settings, database, durable, failed, neededAfter);
            opened = true;
            log.diskThread.start();
            return log;
        } finally {
            if (!opened) {
                database.close();
            }
        }
    }

    /** @throws StoreDamaged if the state cannot have been made from this log */
    void checkContains(Position applied) {
        database.checkContains(applied);
    }

    @Override
    public StoreId storeId() {
        return storeId;
    }

    @Override
    public StoreRecord record() {
        return database.record();
    }

    @Override
    public Position start() {
        return stagedEpochs.beforeFirst();
    }

    @Override
    public long startLogTime() {
        return database.startLogTime();
    }

    @Override
    public long dispensable() {
        return Math.min(extent.dispensable(), neededAfter.getAsLong());
    }

    /** The name of the folder with the state that this log continues, as it was opened. */
    String stateFolder() {
        return database.stateFolder();
    }

    @Override
    public Position end() {
        return database.latest().end();
    }

    @Override
    public List<Position> epochStarts() {
        return database.epochStarts();
    }

    @Override
    public List<Entry> read(long from, int maxBytes) {
        Position start = start();
        long last = readableEnd();
        check(
                from > start.index() && from <= last,
                "entry " + from + " was read, but only those from " + (start.index() + 1) + " to " + last
                        + " are durable and not cut");
        List<Entry> read = new ArrayList<>();
        long bytes = 0;
        try (RocksIterator cursor = database.entriesFrom(from)) {
            for (long index = from; index <= last; index++) {
                Entry entry = database.entryAt(cursor, index);
                bytes += entry.weightBytes();
                if (bytes > maxBytes && !read.isEmpty()) {
                    break;
                }
                read.add(entry);
                cursor.next();
            }
        } catch (RocksDBException e) {
            throw stop(database.explained("Reading the log", e));
        } catch (StoreDamaged e) {
            throw stop(e);
        }
        return List.copyOf(read);
    }

    /** See {@link LogDatabase#check}; any thread, which {@link #close} does not wait for. */
    boolean check(Pace pace) {
        return database.check(pace);
    }

    @Override
    public void write(LogWrite write) {
        checkContinues(write);
        lock.lock();
        try {
            checkOpen();
            if (write.cutFrom() > 0) {
                readableEnd = Math.min(readableEnd, write.cutFrom() - 1);
            }
            staged.add(write);
            stagedOrEnding.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the disk has taken what was staged, and closes. Called by the owning thread, as its last call. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            ending = true;
            stagedOrEnding.signal();
        } finally {
            lock.unlock();
        }
        if (!hasEnded(diskThread)) {
            // A database that is closed under a thread that uses it kills the JVM: it is left to the end of the
            // process.
            throw new StorageFailure(
                    directory.folder(), "The last write, which has not ended after " + CLOSING_SECONDS + " s,", null);
        }
        if (failure == null) {
            mark.force();
        }
        mark.close();
        database.close();
    }

    // ---- the owning thread

    private void checkContinues(LogWrite write) {
        check(
                lastNumber < 0 || write.number() == lastNumber + 1,
                "write " + write.number() + " came after write " + lastNumber);
        lastNumber = write.number();
        if (write.cutFrom() > 0) {
            check(
                    write.cutFrom() > start().index() && write.cutFrom() <= stagedEndIndex,
                    "a cut from " + write.cutFrom() + " but the log goes from "
                            + start().index() + " to "
                            + stagedEndIndex);
            stagedEndIndex = write.cutFrom() - 1;
            stagedEpochs.cutFrom(write.cutFrom());
            extent.cutFrom(write.cutFrom());
        }
        for (Entry entry : write.entries()) {
            boolean continues = entry.index() == stagedEndIndex + 1
                    && entry.epoch() >= stagedEpochs.epochAt(stagedEndIndex)
                    && entry.intact();
            if (!continues) { // the sentence is made only then: this is passed by every entry
                throw new InvariantViolation("entry " + entry.position() + " does not continue the log that ends at "
                        + stagedEndIndex + "@" + stagedEpochs.epochAt(stagedEndIndex)
                        + (entry.intact() ? "" : ", or was damaged before it was written"));
            }
            stagedEndIndex = entry.index();
            stagedEpochs.append(entry.position());
            extent.appended(entry);
        }
        if (write.compactTo() > 0) {
            check(
                    write.compactTo() > start().index() && write.compactTo() < stagedEndIndex,
                    "all up to " + write.compactTo() + " is to go in front, but the log goes from " + start().index()
                            + " to " + stagedEndIndex);
            stagedEpochs.compactTo(write.compactTo());
        }
    }

    private LogExtent extentAsFound() {
        LogExtent found = new LogExtent(settings.logRetention(), System::nanoTime);
        long from = database.start().index() + 1;
        long stride = Math.max(1, (stagedEndIndex - from) / FOUND_IN_PIECES);
        for (; from <= stagedEndIndex; from += stride) {
            long to = Math.min(stagedEndIndex, from + stride - 1);
            found.found(to, database.approximateBytes(from, to));
        }
        return found;
    }

    /**
     * Makes this log one without entries that begins after a snapshot's position, and with it another folder the state's:
     * durable when this returns, and there whole or not at all. Called by the owning thread; what was staged before is
     * completed first and reported as ever.
     *
     * @throws RuntimeException the failure that has stopped the disk's thread, if it has
     */
    void restartAfter(Position position, long logTime, String stateFolder) {
        lock.lock();
        try {
            while (failure == null && !(staged.isEmpty() && inBatch.isEmpty())) {
                idle.awaitUninterruptibly();
            }
            checkOpen();
            // The disk's thread finds nothing to do, and needs this lock to find any.
            writer.restartAfter(position, logTime, stateFolder);
            readableEnd = position.index();
        } catch (RocksDBException e) {
            throw stop(database.explained("Writing the log", e));
        } catch (IOException e) {
            throw stop(new StorageFailure(directory.folder(), "Writing beside the log", e));
        } finally {
            lock.unlock();
        }
        stagedEpochs = new EpochStarts(position, List.of());
        stagedEndIndex = position.index();
        extent.restartedAfter(position.index());
    }

    private long readableEnd() {
        lock.lock();
        try {
            checkOpen();
            return readableEnd;
        } finally {
            lock.unlock();
        }
    }

    private void checkOpen() {
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw new IllegalStateException("the log of " + directory.folder() + " was closed");
        }
    }

    /** From the next batch on. */
    void tellBatchesTo(BatchListener listener) {
        batchListener = listener;
    }

    // ---- the disk's thread

    private void writeBatches() {
        try (writer) {
            while (takeStaged()) {
                boolean cutInFront = inBatch.stream().anyMatch(write -> write.compactTo() > 0);
                BatchListener listener = batchListener;
                listener.writing();
                writer.write(inBatch);
                listener.written();
                durable.accept(markReadable());
                if (cutInFront) {
                    writer.giveSpaceBack();
                }
                rest();
            }
        } catch (RocksDBException e) {
            stop(database.explained("Writing the log", e));
        } catch (IOException e) {
            stop(new StorageFailure(directory.folder(), "Writing beside the log", e));
        } catch (StoreDamaged | StorageFailure e) {
            stop(e);
        } catch (RuntimeException e) {
            stop(new StorageFailure(directory.folder(), "The thread that writes the log", e));
        }
    }

    /** Waits for writes and takes them, up to the size of a batch. False when the end has come and none is left. */
    private boolean takeStaged() {
        lock.lock();
        try {
            while (staged.isEmpty() && !ending) {
                stagedOrEnding.awaitUninterruptibly();
            }
            long bytes = 0;
            while (!staged.isEmpty() && (inBatch.isEmpty() || bytes < settings.batchBytes())) {
                LogWrite write = staged.remove();
                for (Entry entry : write.entries()) {
                    bytes += entry.weightBytes();
                }
                inBatch.add(write);
            }
            return !inBatch.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** The batch is written and reported, and this thread is done with it. */
    private void rest() {
        lock.lock();
        try {
            inBatch.clear();
            idle.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What is durable now may be read, up to the next cut that waits. Returns the number of the last write. */
    private long markReadable() {
        lock.lock();
        try {
            long number = inBatch.getLast().number();
            readableEnd = writer.end().index();
            for (LogWrite write : staged) {
                if (write.cutFrom() > 0) {
                    readableEnd = Math.min(readableEnd, write.cutFrom() - 1);
                }
            }
            return number;
        } finally {
            lock.unlock();
        }
    }

    // ---- what went wrong

    private RuntimeException stop(RuntimeException why) {
        lock.lock();
        try {
            if (failure == null) {
                failure = why;
            }
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        failed.accept(why);
        return why;
    }

    private static boolean hasEnded(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(CLOSING_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    private static void check(boolean holds, String rule) {
        if (!holds) {
            throw new InvariantViolation(rule);
        }
    }
}
