package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.StoreRecord;
import io.bellwether.service.storage.RocksFamily.Opening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The log's database, open: what stands where in it, what was found when it was opened, and whether that can be true.
 *
 * <p>Three column families: {@code default} with the entries by index; {@code epochs} with the first index of each epoch;
 * {@code meta} with the record, the log's start, which folder the state is in that the log continues and, renewed with
 * every batch, the number of the batch and the end of the log. One batch is all or nothing, so they never disagree.
 *
 * <p>Entries up to the start are gone, whether or not they still stand there: their place is given back file by file.
 * Deleting them one by one, or as a range, would have RocksDB rewrite what is left of the log again and again.
 */
final class LogDatabase implements AutoCloseable {
    private static final List<String> FAMILIES = List.of("default", "epochs", "meta");
    private static final byte[] START = {'s'};
    private static final byte[] LATEST_BATCH = {'b'};
    private static final byte[] RECORD = {'r'};
    /** These two are missing in a log that has always begun with its first entry. */
    private static final byte[] START_LOG_TIME = {'t'};

    private static final byte[] STATE_FOLDER = {'f'};

    private static final long CHECKED_AT_ONCE_BYTES = 1 << 20;

    private final DataDirectory directory;
    private final RocksFamily.Handle handle;
    private final ColumnFamilyHandle entries;
    private final ColumnFamilyHandle epochs;
    private final ColumnFamilyHandle meta;
    private final ReadOptions readOnce = new ReadOptions().setFillCache(false);
    private final WriteOptions synced = new WriteOptions().setSync(true);

    // As opened.
    private final DurableMark.Mark latest;
    private final StoreRecord record;
    private final List<Position> epochStarts;
    private final String stateFolder;

    // As it is now: moved by whoever writes, read by both threads.
    private volatile Start start;

    /** Where the log begins, and a log time not before that of the entry there; 0 if it is not known. */
    private record Start(Position position, long logTime) {}

    private LogDatabase(DataDirectory directory, RocksFamily.Handle handle) throws RocksDBException {
        this.directory = directory;
        this.handle = handle;
        this.entries = handle.family(0);
        this.epochs = handle.family(1);
        this.meta = handle.family(2);
        this.latest = latestBatch(directory, handle);
        byte[] logTime = handle.database().get(meta, START_LOG_TIME);
        this.start = new Start(
                EntryFormat.decodePosition(metaValue(directory, handle, START)),
                logTime == null ? 0 : EntryFormat.number(logTime));
        byte[] folder = handle.database().get(meta, STATE_FOLDER);
        this.stateFolder =
                folder == null ? DataDirectory.FIRST_STATE : Bytes.wrap(folder).utf8();
        this.record = EntryFormat.decodeRecord(metaValue(directory, handle, RECORD));
        this.epochStarts = readEpochStarts();
        checkWhole();
    }

    /**
     * Makes a log without entries, durable before this returns.
     *
     * @param restored what it begins after; null to begin with the first entry
     * @param clusterId the cluster that it belongs to from the beginning; empty if it has met none
     */
    static void create(DataDirectory directory, RocksFamily family, @Nullable Restored restored, String clusterId)
            throws RocksDBException, IOException {
        Position start = restored == null ? Position.ZERO : restored.position();
        try (RocksFamily.Handle handle = family.openLog(directory.log(), FAMILIES, Opening.CREATE);
                WriteBatch batch = new WriteBatch();
                WriteOptions synced = new WriteOptions().setSync(true)) {
            ColumnFamilyHandle meta = handle.family(2);
            batch.put(meta, START, EntryFormat.encode(start));
            batch.put(meta, LATEST_BATCH, encode(new DurableMark.Mark(0, start)));
            if (restored != null) {
                batch.put(meta, START_LOG_TIME, EntryFormat.number(restored.logTime()));
                batch.put(
                        meta,
                        STATE_FOLDER,
                        Bytes.utf8(DataDirectory.stateAt(start)).unsafeArray());
            }
            batch.put(meta, RECORD, EntryFormat.encode(new StoreRecord(clusterId, StoreRecord.NEW.promise(), 0)));
            handle.database().write(synced, batch);
        }
        DurableMark.create(directory.durableMark());
        DurableFiles.forceFolderOf(directory.log());
    }

    /**
     * Opens the log of a store, after a crash too: a torn tail that was never reported is cut, anything less than what the
     * mark knows of is damage, and then nothing is changed.
     */
    static LogDatabase open(DataDirectory directory, RocksFamily family) throws IOException {
        return open(directory, family, Opening.USE);
    }

    /** The same for somebody who only looks: nothing is changed. */
    static LogDatabase look(DataDirectory directory, RocksFamily family) throws IOException {
        return open(directory, family, Opening.SURVEY);
    }

    private static LogDatabase open(DataDirectory directory, RocksFamily family, Opening opening) throws IOException {
        DurableMark.Mark known = DurableMark.read(directory.durableMark())
                .orElseThrow(() -> new StoreDamaged(
                        directory.folder(), "its file 'durable-mark' is missing or unreadable.", null));
        try {
            survey(directory, family, known);
            RocksFamily.Handle handle = family.openLog(directory.log(), FAMILIES, opening);
            boolean opened = false;
            try {
                LogDatabase database = new LogDatabase(directory, handle);
                opened = true;
                return database;
            } finally {
                if (!opened) {
                    handle.close();
                }
            }
        } catch (RocksDBException e) {
            throw explained(directory, "Opening the log", e);
        }
    }

    /** The latest batch when it was opened, and the end of the log then. */
    DurableMark.Mark latest() {
        return latest;
    }

    StoreRecord record() {
        return record;
    }

    Position start() {
        return start.position();
    }

    long startLogTime() {
        return start.logTime();
    }

    /** The log was cut in front, and that is durable. */
    void startsAfter(Position position, long logTime) {
        start = new Start(position, logTime);
    }

    /** The name of the folder with the state that this log continues, as it was opened. */
    String stateFolder() {
        return stateFolder;
    }

    /** What the entries from one index to another, inclusive, take, roughly. */
    long approximateBytes(long from, long to) {
        try (Slice begin = new Slice(EntryFormat.number(from));
                Slice end = new Slice(EntryFormat.number(to + 1))) {
            return handle.database()
                    .getApproximateSizes(
                            entries,
                            List.of(new Range(begin, end)),
                            SizeApproximationFlag.INCLUDE_FILES,
                            SizeApproximationFlag.INCLUDE_MEMTABLES)[0];
        }
    }

    List<Position> epochStarts() {
        return epochStarts;
    }

    /** A cursor over the entries, which stands at this one or, if it is missing, at the next. Must be closed. */
    RocksIterator entriesFrom(long index) {
        RocksIterator cursor = handle.database().newIterator(entries, readOnce);
        cursor.seek(EntryFormat.number(index));
        return cursor;
    }

    /** The entry under the cursor, which must be this one. */
    Entry entryAt(RocksIterator cursor, long index) throws RocksDBException {
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

    void put(WriteBatch batch, Entry entry) throws RocksDBException {
        batch.put(entries, EntryFormat.number(entry.index()), EntryFormat.encode(entry));
    }

    void removeEntry(WriteBatch batch, long index) throws RocksDBException {
        batch.delete(entries, EntryFormat.number(index));
    }

    void putEpochStart(WriteBatch batch, Position first) throws RocksDBException {
        batch.put(epochs, EntryFormat.number(first.epoch()), EntryFormat.number(first.index()));
    }

    void removeEpochStart(WriteBatch batch, Position first) throws RocksDBException {
        batch.delete(epochs, EntryFormat.number(first.epoch()));
    }

    void putStart(WriteBatch batch, Position position, long logTime) throws RocksDBException {
        batch.put(meta, START, EntryFormat.encode(position));
        batch.put(meta, START_LOG_TIME, EntryFormat.number(logTime));
    }

    void putStateFolder(WriteBatch batch, String name) throws RocksDBException {
        batch.put(meta, STATE_FOLDER, Bytes.utf8(name).unsafeArray());
    }

    void removeAllUpTo(WriteBatch batch, long last) throws RocksDBException {
        batch.deleteRange(entries, EntryFormat.number(0), EntryFormat.number(last + 1));
    }

    /** Removes the files that hold nothing but entries up to this one; cheap when there are none. */
    void giveBackUpTo(long last) throws RocksDBException {
        handle.database()
                .deleteFilesInRanges(entries, List.of(EntryFormat.number(0), EntryFormat.number(last + 1)), false);
    }

    void put(WriteBatch batch, StoreRecord newRecord) throws RocksDBException {
        batch.put(meta, RECORD, EntryFormat.encode(newRecord));
    }

    /** Ends a batch and brings it to the disk; it is durable when this returns. */
    void write(WriteBatch batch, DurableMark.Mark end) throws RocksDBException {
        batch.put(meta, LATEST_BATCH, encode(end));
        handle.database().write(synced, batch);
    }

    /** The state may be behind the log, but only what is in the log has ever been applied to it. */
    void checkContains(Position applied) {
        Position begin = start();
        boolean contained = applied.index() >= begin.index()
                && applied.index() <= latest.end().index()
                && applied.epoch() == new EpochStarts(begin, epochStarts).epochAt(applied.index());
        if (!contained) {
            throw damaged(
                    "its tables in " + directory.state(stateFolder) + " were made from the entries up to " + applied
                            + " (index@epoch), but its log goes from " + begin + " to " + latest.end()
                            + " and does not have that one.",
                    null);
        }
    }

    /**
     * Looks through all that is in sorted files and through every entry, also while others write. Any thread that keeps the
     * log open.
     *
     * @return whether it came to the end
     * @throws StoreDamaged if something is not as it was written
     */
    boolean check(Pace pace) {
        try {
            return handle.checkFiles(pace) && checkEntries(pace);
        } catch (RocksDBException e) {
            throw explained("Reading the log", e);
        }
    }

    /** In pieces, so that what is cut meanwhile is not kept for long. */
    private boolean checkEntries(Pace pace) throws RocksDBException {
        long next = 0;
        while (true) {
            long pieceBytes = 0;
            try (RocksIterator cursor = handle.database().newIterator(entries, readOnce)) {
                next = Math.max(next, start().index() + 1); // read after the cursor was made: it has all from there on
                cursor.seek(EntryFormat.number(next));
                while (cursor.isValid() && pieceBytes < CHECKED_AT_ONCE_BYTES) {
                    pieceBytes += entryAt(cursor, next).weightBytes();
                    next++;
                    cursor.next();
                }
                cursor.status();
                if (!cursor.isValid()) {
                    return true;
                }
            }
            if (!pace.goesOn(pieceBytes)) {
                return false;
            }
        }
    }

    RuntimeException explained(String what, RocksDBException e) {
        return explained(directory, what, e);
    }

    @Override
    public void close() {
        readOnce.close();
        synced.close();
        handle.close();
    }

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
        try (RocksIterator cursor = handle.database().newIterator(epochs)) {
            for (cursor.seekToFirst(); cursor.isValid(); cursor.next()) {
                starts.add(new Position(EntryFormat.number(cursor.key()), EntryFormat.number(cursor.value())));
            }
            cursor.status();
        }
        return List.copyOf(starts);
    }

    /** What can be seen without reading the whole log: its ends, and the first entry of each epoch. */
    private void checkWhole() throws RocksDBException {
        Position start = start();
        Position end = latest.end();
        boolean empty = end.equals(start);
        expect(empty == epochStarts.isEmpty(), "it ends at " + end + ", but knows the epochs " + epochStarts);
        try (RocksIterator cursor = handle.database().newIterator(entries, readOnce)) {
            cursor.seekToLast();
            long last = cursor.isValid() ? Math.max(EntryFormat.number(cursor.key()), start.index()) : start.index();
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
}
