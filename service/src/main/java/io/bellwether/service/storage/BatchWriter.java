package io.bellwether.service.storage;

import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Makes one synced batch out of many writes, in their order, and knows the log as it stands on the disk. Of the disk's
 * thread alone.
 */
final class BatchWriter implements AutoCloseable {
    private final LogDatabase database;
    private final CutFiles cuts;
    private final DurableMark mark;
    private final WriteBatch batch = new WriteBatch();

    // The log as it is on the disk, and while a batch is being filled, as it will be with that.
    private EpochStarts epochStarts;
    private long endIndex;
    private long startLogTime;
    private long batches;

    BatchWriter(LogDatabase database, CutFiles cuts, DurableMark mark) {
        this.database = database;
        this.cuts = cuts;
        this.mark = mark;
        this.epochStarts = new EpochStarts(database.start(), database.epochStarts());
        this.endIndex = database.latest().end().index();
        this.startLogTime = database.startLogTime();
        this.batches = database.latest().batch();
    }

    /** Makes the writes durable, and the mark that knows of them. */
    void write(Collection<LogWrite> writes) throws RocksDBException, IOException {
        batches++;
        batch.clear();
        fill(writes);
        DurableMark.Mark end = new DurableMark.Mark(batches, end());
        Position oldStart = database.start();
        database.write(batch, end);
        mark.write(end);
        if (!start().equals(oldStart)) {
            database.startsAfter(start(), startLogTime);
        }
    }

    /** What went in front gives its place on the disk back, now that nobody comes back to it. */
    void giveSpaceBack() throws RocksDBException {
        database.giveBackUpTo(start().index());
    }

    /**
     * Makes the log one without entries that begins after this position, durably and at once, and with it another folder
     * the state's (Rule 13.4).
     */
    void restartAfter(Position position, long logTime, String stateFolder) throws RocksDBException, IOException {
        batches++;
        batch.clear();
        for (Position first : epochStarts.all()) {
            database.removeEpochStart(batch, first);
        }
        database.removeAllUpTo(batch, endIndex);
        database.putStart(batch, position, logTime);
        database.putStateFolder(batch, stateFolder);
        DurableMark.Mark end = new DurableMark.Mark(batches, position);
        database.write(batch, end);
        mark.write(end);
        mark.force();
        epochStarts = new EpochStarts(position, List.of());
        endIndex = position.index();
        startLogTime = logTime;
        database.startsAfter(position, logTime);
        database.giveBackUpTo(position.index());
    }

    private Position start() {
        return epochStarts.beforeFirst();
    }

    /** Where the log ends on the disk. */
    Position end() {
        return new Position(epochStarts.epochAt(endIndex), endIndex);
    }

    @Override
    public void close() {
        batch.close();
    }

    private void fill(Collection<LogWrite> writes) throws RocksDBException, IOException {
        long standingOnDisk = endIndex;
        List<Entry> appended = new ArrayList<>();
        for (LogWrite write : writes) {
            if (write.cutFrom() > 0) {
                keepAside(write.cutFrom(), standingOnDisk, appended);
                cut(write.cutFrom());
                standingOnDisk = Math.min(standingOnDisk, write.cutFrom() - 1);
                appended.removeIf(entry -> entry.index() >= write.cutFrom());
            }
            for (Entry entry : write.entries()) {
                append(entry);
                appended.add(entry);
            }
            if (write.record() != null) {
                database.put(batch, write.record());
            }
            if (write.compactTo() > 0) {
                compact(write.compactTo(), appended);
            }
        }
    }

    /** What is to be cut goes into a side file, durably, before it is cut. */
    private void keepAside(long cutFrom, long standingOnDisk, List<Entry> appended)
            throws RocksDBException, IOException {
        try (CutFiles.Cut cut = cuts.begin(batches, cutFrom);
                RocksIterator cursor = database.entriesFrom(cutFrom)) {
            for (long index = cutFrom; index <= standingOnDisk; index++) {
                cut.add(index, EntryFormat.encode(database.entryAt(cursor, index)));
                cursor.next();
            }
            for (Entry entry : appended) {
                if (entry.index() >= cutFrom) {
                    cut.add(entry.index(), EntryFormat.encode(entry));
                }
            }
        }
    }

    private void cut(long cutFrom) throws RocksDBException {
        for (long index = cutFrom; index <= endIndex; index++) {
            database.removeEntry(batch, index);
        }
        for (Position gone : epochStarts.cutFrom(cutFrom)) {
            database.removeEpochStart(batch, gone);
        }
        endIndex = cutFrom - 1;
    }

    /** The entries themselves stay until {@link #giveSpaceBack}; before the start nobody looks. */
    private void compact(long to, List<Entry> appended) throws RocksDBException {
        startLogTime = logTimeOf(to, appended);
        List<Position> before = epochStarts.all();
        epochStarts.compactTo(to);
        List<Position> after = epochStarts.all();
        for (Position gone : before) {
            if (!after.contains(gone)) {
                database.removeEpochStart(batch, gone);
            }
        }
        database.putEpochStart(batch, after.get(0));
        database.putStart(batch, start(), startLogTime);
    }

    private long logTimeOf(long index, List<Entry> appended) throws RocksDBException {
        for (Entry entry : appended) {
            if (entry.index() == index) {
                return entry.logTime();
            }
        }
        try (RocksIterator cursor = database.entriesFrom(index)) {
            return database.entryAt(cursor, index).logTime();
        }
    }

    private void append(Entry entry) throws RocksDBException {
        database.put(batch, entry);
        if (epochStarts.append(entry.position())) {
            database.putEpochStart(batch, entry.position());
        }
        endIndex = entry.index();
    }
}
