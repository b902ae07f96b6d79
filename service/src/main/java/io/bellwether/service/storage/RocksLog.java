package io.bellwether.service.storage;

import io.bellwether.replication.Entry;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import io.bellwether.service.storage.RocksFamily.Opening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The log on RocksDB. Writes are staged by the thread that owns the replica; one thread of this class takes all that have
 * been staged, makes one batch of them, syncs it, renews the {@link DurableMark} and reports: what comes while the disk
 * works is the next batch.
 *
 * <p>Three column families: {@code default} with the entries by index; {@code epochs} with the first index of each epoch;
 * {@code meta} with the record, the log's start and, renewed with every batch, the number of the batch and the end of the
 * log. One batch is all or nothing, so they never disagree.
 *
 * <p>The first failure of the disk ends this object: nothing is reported any more, and {@code failed} is told.
 */
final class RocksLog implements ReplicatedLog, AutoCloseable {
    private static final List<String> FAMILIES = List.of("default", "epochs", "meta");
    private static final byte[] START = {'s'};
    private static final byte[] LATEST_BATCH = {'b'};
    private static final byte[] RECORD = {'r'};

    /** How long a clean end waits for the disk to take what is staged. */
    private static final long CLOSING_SECONDS = 10;

    private final DataDirectory directory;
    private final StoreId storeId;
    private final StoreSettings settings;
    private final LongConsumer durable;
    private final Consumer<RuntimeException> failed;

    private final RocksFamily.Handle handle;
    private final RocksDB database;
    private final ColumnFamilyHandle entries;
    private final ColumnFamilyHandle epochs;
    private final ColumnFamilyHandle meta;
    private final ReadOptions readOnce = new ReadOptions().setFillCache(false);
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final DurableMark mark;
    private final CutFiles cuts;
    private final Thread diskThread;

    // As opened.
    private final StoreRecord record;
    private final Position start;
    private final Position end;
    private final List<Position> epochStarts;

    // Of the owning thread: the log as it will be when all that is staged is durable.
    private final EpochStarts stagedEpochs;
    private long stagedEndIndex;
    private long lastNumber = -1;

    // Between the owning thread and the disk's.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stagedOrEnding = lock.newCondition();
    private final Deque<LogWrite> staged = new ArrayDeque<>();
    private final Deque<LogWrite> inBatch = new ArrayDeque<>();
    private long readableEnd;
    private boolean ending;
    private boolean closed;
    private @Nullable RuntimeException failure;

    // Of the disk's thread: the log as it is on the disk.
    private final EpochStarts durableEpochs;
    private long durableEndIndex;
    private long batches;

    private RocksLog(
            DataDirectory directory,
            StoreId storeId,
            StoreSettings settings,
            RocksFamily.Handle handle,
            LongConsumer durable,
            Consumer<RuntimeException> failed)
            throws RocksDBException, IOException {
        this.directory = directory;
        this.storeId = storeId;
        this.settings = settings;
        this.durable = durable;
        this.failed = failed;
        this.handle = handle;
        this.database = handle.database();
        this.entries = handle.family(0);
        this.epochs = handle.family(1);
        this.meta = handle.family(2);

        DurableMark.Mark latest = latestBatch(directory, handle);
        this.batches = latest.batch();
        this.end = latest.end();
        this.start = EntryFormat.decodePosition(metaValue(directory, handle, START));
        this.record = EntryFormat.decodeRecord(metaValue(directory, handle, RECORD));
        this.epochStarts = readEpochStarts();
        checkWhole();

        this.stagedEpochs = new EpochStarts(start, epochStarts);
        this.durableEpochs = new EpochStarts(start, epochStarts);
        this.stagedEndIndex = end.index();
        this.durableEndIndex = end.index();
        this.readableEnd = end.index();
        this.cuts = new CutFiles(directory.cuts(), settings.cutFiles(), settings.cutFileBytes());
        this.mark = DurableMark.open(directory.durableMark());
        mark.write(latest);
        mark.force();
        this.diskThread = new Thread(this::writeBatches, "bellwether-disk");
        diskThread.setDaemon(true);
    }

    /** Makes an empty log, durable before this returns. */
    static void create(DataDirectory directory, RocksFamily family) throws RocksDBException, IOException {
        try (RocksFamily.Handle handle = family.openLog(directory.log(), FAMILIES, Opening.CREATE);
                WriteBatch batch = new WriteBatch();
                WriteOptions synced = new WriteOptions().setSync(true)) {
            ColumnFamilyHandle meta = handle.family(2);
            batch.put(meta, START, EntryFormat.encode(Position.ZERO));
            batch.put(meta, LATEST_BATCH, encode(new DurableMark.Mark(0, Position.ZERO)));
            batch.put(meta, RECORD, EntryFormat.encode(StoreRecord.NEW));
            handle.database().write(synced, batch);
        }
        DurableMark.create(directory.durableMark());
        DurableFiles.forceFolderOf(directory.log());
    }

    /**
     * Opens the log of a store, after a crash too: a torn tail that was never reported is cut, anything less than what the
     * mark knows of is damage.
     *
     * @param durable hears the number of the latest write that has become durable, on the disk's thread
     * @param failed hears why the process must stop: {@link StorageFailure} or {@link StoreDamaged}; on the disk's thread
     */
    static RocksLog open(
            DataDirectory directory,
            StoreId storeId,
            StoreSettings settings,
            RocksFamily family,
            LongConsumer durable,
            Consumer<RuntimeException> failed)
            throws IOException {
        DurableMark.Mark known = DurableMark.read(directory.durableMark())
                .orElseThrow(() -> new StoreDamaged(
                        directory.folder(), "its file 'durable-mark' is missing or unreadable.", null));
        try {
            survey(directory, family, known);
            RocksFamily.Handle handle = family.openLog(directory.log(), FAMILIES, Opening.USE);
            boolean opened = false;
            try {
                RocksLog log = new RocksLog(directory, storeId, settings, handle, durable, failed);
                opened = true;
                log.diskThread.start();
                return log;
            } finally {
                if (!opened) {
                    handle.close();
                }
            }
        } catch (RocksDBException e) {
            throw explained(directory, "Opening the log", e);
        }
    }

    /** The state may be behind the log, but only what is in the log has ever been applied to it. */
    void checkContains(Position applied) {
        boolean contained = applied.index() >= start.index()
                && applied.index() <= end.index()
                && applied.epoch() == new EpochStarts(start, epochStarts).epochAt(applied.index());
        if (!contained) {
            throw damaged(
                    "its tables in " + directory.state() + " were made from the entries up to " + applied
                            + " (index@epoch), but its log goes from " + start + " to " + end
                            + " and does not have that one.",
                    null);
        }
    }

    @Override
    public StoreId storeId() {
        return storeId;
    }

    @Override
    public StoreRecord record() {
        return record;
    }

    @Override
    public Position start() {
        return start;
    }

    @Override
    public Position end() {
        return end;
    }

    @Override
    public List<Position> epochStarts() {
        return epochStarts;
    }

    @Override
    public List<Entry> read(long from, int maxBytes) {
        long last = readableEnd();
        check(
                from > start.index() && from <= last,
                "entry " + from + " was read, but only those from " + (start.index() + 1) + " to " + last
                        + " are durable and not cut");
        List<Entry> read = new ArrayList<>();
        long bytes = 0;
        try (RocksIterator cursor = database.newIterator(entries, readOnce)) {
            cursor.seek(EntryFormat.number(from));
            for (long index = from; index <= last; index++) {
                Entry entry = entryAt(cursor, index);
                bytes += entry.weightBytes();
                if (bytes > maxBytes && !read.isEmpty()) {
                    break;
                }
                read.add(entry);
                cursor.next();
            }
        } catch (RocksDBException e) {
            throw stop(explained(directory, "Reading the log", e));
        } catch (StoreDamaged e) {
            throw stop(e);
        }
        return List.copyOf(read);
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
        readOnce.close();
        synced.close();
        handle.close();
    }

    // ---- opening

    /** Looks whether all is there that may have been acknowledged, before anything is changed. */
    private static void survey(DataDirectory directory, RocksFamily family, DurableMark.Mark known)
            throws RocksDBException, IOException {
        List<String> writeAheadFiles = writeAheadFiles(directory);
        try (RocksFamily.Handle handle = family.openLog(directory.log(), FAMILIES, Opening.SURVEY)) {
            DurableMark.Mark found = latestBatch(directory, handle);
            if (found.batch() < known.batch()) {
                throw new StoreDamaged(
                        directory.folder(),
                        "its log could be read only up to batch " + found.batch() + ", where it ended at entry "
                                + found.end() + " (index@epoch), but batch " + known.batch()
                                + " was synced and may have been acknowledged, with the end at entry " + known.end()
                                + ". What is missing was in the write-ahead files " + writeAheadFiles + " of "
                                + directory.log() + ".",
                        null);
            }
        }
    }

    private static List<String> writeAheadFiles(DataDirectory directory) throws IOException {
        if (!Files.isDirectory(directory.log())) {
            throw new StoreDamaged(directory.folder(), "its folder 'log' is missing.", null);
        }
        try (Stream<Path> files = Files.list(directory.log())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static DurableMark.Mark latestBatch(DataDirectory directory, RocksFamily.Handle handle)
            throws RocksDBException {
        byte[] value = metaValue(directory, handle, LATEST_BATCH);
        byte[] position = new byte[2 * Long.BYTES];
        System.arraycopy(value, Long.BYTES, position, 0, position.length);
        return new DurableMark.Mark(EntryFormat.number(value), EntryFormat.decodePosition(position));
    }

    private static byte[] encode(DurableMark.Mark latest) {
        byte[] value = new byte[3 * Long.BYTES];
        System.arraycopy(EntryFormat.number(latest.batch()), 0, value, 0, Long.BYTES);
        System.arraycopy(EntryFormat.encode(latest.end()), 0, value, Long.BYTES, 2 * Long.BYTES);
        return value;
    }

    private static byte[] metaValue(DataDirectory directory, RocksFamily.Handle handle, byte[] key)
            throws RocksDBException {
        byte[] value = handle.database().get(handle.family(2), key);
        if (value == null) {
            throw new StoreDamaged(
                    directory.folder(),
                    "its log in " + directory.log() + " has lost what it keeps under '" + (char) key[0] + "'.",
                    null);
        }
        return value;
    }

    private List<Position> readEpochStarts() throws RocksDBException {
        List<Position> starts = new ArrayList<>();
        try (RocksIterator cursor = database.newIterator(epochs)) {
            for (cursor.seekToFirst(); cursor.isValid(); cursor.next()) {
                starts.add(new Position(EntryFormat.number(cursor.key()), EntryFormat.number(cursor.value())));
            }
            cursor.status();
        }
        return List.copyOf(starts);
    }

    /** What can be seen without reading the whole log: its ends, and the first entry of each epoch. */
    private void checkWhole() throws RocksDBException {
        boolean empty = end.equals(start);
        expect(empty == epochStarts.isEmpty(), "it ends at " + end + ", but knows the epochs " + epochStarts);
        try (RocksIterator cursor = database.newIterator(entries, readOnce)) {
            cursor.seekToLast();
            long last = cursor.isValid() ? EntryFormat.number(cursor.key()) : start.index();
            cursor.status();
            expect(last == end.index(), "it ended at entry " + end + ", but the last one found is " + last);
            long expectedFirst = start.index() + 1;
            for (Position begin : epochStarts) {
                expect(
                        begin.index() >= expectedFirst && begin.index() <= end.index(),
                        "an epoch is said to begin at entry " + begin + ", in a log from " + start + " to " + end);
                cursor.seek(EntryFormat.number(begin.index()));
                expect(
                        entryAt(cursor, begin.index()).epoch() == begin.epoch(),
                        "entry " + begin.index() + " is not of the epoch " + begin.epoch() + " that begins there");
                expectedFirst = begin.index() + 1;
            }
            if (!empty) {
                expect(
                        epochStarts.get(0).index() == start.index() + 1
                                && epochStarts.get(epochStarts.size() - 1).epoch() == end.epoch(),
                        "from " + start + " to " + end + " it knows the epochs " + epochStarts);
                cursor.seek(EntryFormat.number(end.index()));
                expect(
                        entryAt(cursor, end.index()).epoch() == end.epoch(),
                        "its last entry is not " + end + " as it was written");
            }
        }
    }

    // ---- the owning thread

    private void checkContinues(LogWrite write) {
        check(
                lastNumber < 0 || write.number() == lastNumber + 1,
                "write " + write.number() + " came after write " + lastNumber);
        lastNumber = write.number();
        if (write.cutFrom() > 0) {
            check(
                    write.cutFrom() > start.index() && write.cutFrom() <= stagedEndIndex,
                    "a cut from " + write.cutFrom() + " but the log goes from " + start.index() + " to "
                            + stagedEndIndex);
            stagedEndIndex = write.cutFrom() - 1;
            stagedEpochs.cutFrom(write.cutFrom());
        }
        for (Entry entry : write.entries()) {
            check(
                    entry.index() == stagedEndIndex + 1,
                    "entry " + entry.index() + " was written behind entry " + stagedEndIndex);
            check(
                    entry.epoch() >= stagedEpochs.epochAt(stagedEndIndex),
                    "entry " + entry.position() + " is of an epoch below the one before");
            check(entry.intact(), "entry " + entry.position() + " was damaged before it was written");
            stagedEndIndex = entry.index();
            stagedEpochs.append(entry.position());
        }
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

    private Entry entryAt(RocksIterator cursor, long index) throws RocksDBException {
        if (!cursor.isValid()) {
            cursor.status();
            throw damaged("its log has no entry " + index + ", though it goes on behind it.", null);
        }
        long found = EntryFormat.number(cursor.key());
        expect(found == index, "entry " + index + " is missing; the next one is " + found);
        try {
            return EntryFormat.decode(index, cursor.value());
        } catch (IllegalArgumentException e) {
            throw damaged("in its log " + directory.log() + " " + e.getMessage() + ".", e);
        }
    }

    // ---- the disk's thread

    private void writeBatches() {
        try (WriteBatch batch = new WriteBatch()) {
            while (takeStaged()) {
                batch.clear();
                fill(batch);
                database.write(synced, batch);
                mark.write(new DurableMark.Mark(batches, durableEnd()));
                durable.accept(markReadable());
            }
        } catch (RocksDBException e) {
            stop(explained(directory, "Writing the log", e));
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

    private void fill(WriteBatch batch) throws RocksDBException, IOException {
        batches++;
        long standingOnDisk = durableEndIndex;
        List<Entry> appended = new ArrayList<>();
        for (LogWrite write : inBatch) {
            if (write.cutFrom() > 0) {
                keepAside(write.cutFrom(), standingOnDisk, appended);
                for (long index = write.cutFrom(); index <= durableEndIndex; index++) {
                    batch.delete(entries, EntryFormat.number(index));
                }
                for (Position gone : durableEpochs.cutFrom(write.cutFrom())) {
                    batch.delete(epochs, EntryFormat.number(gone.epoch()));
                }
                standingOnDisk = Math.min(standingOnDisk, write.cutFrom() - 1);
                appended.removeIf(entry -> entry.index() >= write.cutFrom());
                durableEndIndex = write.cutFrom() - 1;
            }
            for (Entry entry : write.entries()) {
                batch.put(entries, EntryFormat.number(entry.index()), EntryFormat.encode(entry));
                if (durableEpochs.append(entry.position())) {
                    batch.put(epochs, EntryFormat.number(entry.epoch()), EntryFormat.number(entry.index()));
                }
                durableEndIndex = entry.index();
                appended.add(entry);
            }
            if (write.record() != null) {
                batch.put(meta, RECORD, EntryFormat.encode(write.record()));
            }
        }
        batch.put(meta, LATEST_BATCH, encode(new DurableMark.Mark(batches, durableEnd())));
    }

    /** What is to be cut goes into a side file, durably, before it is cut. */
    private void keepAside(long cutFrom, long standingOnDisk, List<Entry> appended)
            throws RocksDBException, IOException {
        try (CutFiles.Cut cut = cuts.begin(batches, cutFrom);
                RocksIterator cursor = database.newIterator(entries, readOnce)) {
            cursor.seek(EntryFormat.number(cutFrom));
            for (long index = cutFrom; index <= standingOnDisk; index++) {
                cut.add(index, EntryFormat.encode(entryAt(cursor, index)));
                cursor.next();
            }
            for (Entry entry : appended) {
                if (entry.index() >= cutFrom) {
                    cut.add(entry.index(), EntryFormat.encode(entry));
                }
            }
        }
    }

    private Position durableEnd() {
        return new Position(durableEpochs.epochAt(durableEndIndex), durableEndIndex);
    }

    /** What is durable now may be read, up to the next cut that waits. Returns the number of the last write. */
    private long markReadable() {
        lock.lock();
        try {
            long number = inBatch.getLast().number();
            inBatch.clear();
            readableEnd = durableEndIndex;
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
        } finally {
            lock.unlock();
        }
        failed.accept(why);
        return why;
    }

    private void expect(boolean holds, String damage) {
        if (!holds) {
            throw damaged("its log in " + directory.log() + " contradicts itself: " + damage + ".", null);
        }
    }

    private StoreDamaged damaged(String damage, @Nullable Throwable cause) {
        return new StoreDamaged(directory.folder(), damage, cause);
    }

    private static RuntimeException explained(DataDirectory directory, String what, RocksDBException e) {
        return RocksFamily.isDamage(e)
                ? new StoreDamaged(
                        directory.folder(),
                        "its log in " + directory.log() + " is unreadable: " + e.getMessage() + ".",
                        e)
                : new StorageFailure(directory.folder(), what, e);
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
