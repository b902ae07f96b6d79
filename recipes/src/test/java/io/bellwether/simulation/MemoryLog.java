package io.bellwether.simulation;

import io.bellwether.replication.Entry;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * A log whose disk is memory and whose crashes are calls. It outlives the process that writes to it: {@link #crash} takes
 * what was not synced, and the same object is then what the next process opens. What is lost is the caller's choice, so
 * that a seed decides and nothing here.
 *
 * <p>Stricter than a disk: a write that does not continue the log, and a read of what may not be read, are violations.
 */
public final class MemoryLog implements ReplicatedLog {
    private final StoreId storeId;
    private final Deque<LogWrite> staged = new ArrayDeque<>();

    // What is on the disk: the entry with index i stands at i - 1 - start.index.
    private final List<Entry> durable = new ArrayList<>();
    private Position start = Position.ZERO;
    private long startLogTime;
    private long entriesKept = Long.MAX_VALUE / 2;
    private StoreRecord durableRecord = StoreRecord.NEW;

    // What the process that runs now found when it opened the log.
    private StoreRecord openedRecord = StoreRecord.NEW;
    private Position openedStart = Position.ZERO;
    private Position openedEnd = Position.ZERO;
    private List<Position> openedEpochStarts = List.of();

    private long lastNumber = -1;
    private long stagedEndIndex;
    private long stagedEndEpoch;

    public MemoryLog(StoreId storeId) {
        this.storeId = storeId;
    }

    @Override
    public StoreId storeId() {
        return storeId;
    }

    @Override
    public StoreRecord record() {
        return openedRecord;
    }

    @Override
    public Position start() {
        return openedStart;
    }

    @Override
    public long startLogTime() {
        return startLogTime;
    }

    @Override
    public long dispensable() {
        return Math.max(0, durableEnd() - entriesKept);
    }

    /** From now on all but so many entries may go from the front. */
    public void keepEntries(long entries) {
        entriesKept = entries;
    }

    @Override
    public Position end() {
        return openedEnd;
    }

    @Override
    public List<Position> epochStarts() {
        return openedEpochStarts;
    }

    @Override
    public List<Entry> read(long from, int maxBytes) {
        long readableEnd = durableEnd();
        for (LogWrite write : staged) {
            if (write.cutFrom() > 0) {
                readableEnd = Math.min(readableEnd, write.cutFrom() - 1);
            }
        }
        if (from <= start.index() || from > readableEnd) {
            throw new InvariantViolation("entry " + from + " was read, but only " + (start.index() + 1) + " to "
                    + readableEnd + " are durable and not cut");
        }
        int first = place(from);
        int last = first + 1;
        long bytes = durable.get(first).weightBytes();
        while (last < place(readableEnd) + 1 && bytes + durable.get(last).weightBytes() <= maxBytes) {
            bytes += durable.get(last).weightBytes();
            last++;
        }
        return List.copyOf(durable.subList(first, last));
    }

    @Override
    public void write(LogWrite write) {
        check(
                lastNumber < 0 || write.number() == lastNumber + 1,
                () -> "write " + write.number() + " came after write " + lastNumber);
        lastNumber = write.number();
        if (write.cutFrom() > 0) {
            check(
                    write.cutFrom() <= stagedEndIndex,
                    () -> "a cut from " + write.cutFrom() + " but the log ends at " + stagedEndIndex);
            stagedEndIndex = write.cutFrom() - 1;
            stagedEndEpoch = epochAt(stagedEndIndex);
        }
        for (Entry entry : write.entries()) {
            check(
                    entry.index() == stagedEndIndex + 1,
                    () -> "entry " + entry.index() + " was written behind entry " + stagedEndIndex);
            check(
                    entry.epoch() >= stagedEndEpoch,
                    () -> "entry " + entry.position() + " is of an epoch below the one before");
            check(entry.intact(), () -> "entry " + entry.position() + " was damaged before it was written");
            stagedEndIndex = entry.index();
            stagedEndEpoch = entry.epoch();
        }
        check(
                write.compactTo() == 0 || write.compactTo() < stagedEndIndex,
                () -> "all up to " + write.compactTo() + " went, but the log ends there");
        staged.add(write);
    }

    /**
     * A snapshot takes the place of the log ({@link io.bellwether.replication.Snapshots#install}). Nothing is staged.
     */
    public void restartAfter(Position position, long logTime) {
        check(staged.isEmpty(), () -> "what was staged before a snapshot is synced first");
        durable.clear();
        start = position;
        startLogTime = logTime;
        stagedEndIndex = position.index();
        stagedEndEpoch = position.epoch();
    }

    /** The writes that are staged and not yet durable, oldest first. */
    public List<LogWrite> staged() {
        return List.copyOf(staged);
    }

    /** The write that was staged last; there is one. */
    LogWrite lastStaged() {
        return staged.getLast();
    }

    /** Whether this very write is still staged. */
    boolean isStaged(LogWrite write) {
        return staged.stream().anyMatch(one -> one.number() == write.number());
    }

    /** Whether a crash could lose something now. */
    public boolean hasStaged() {
        return !staged.isEmpty();
    }

    /**
     * Makes the oldest {@code writes} staged writes durable.
     *
     * @return the number of the last of them: what {@link io.bellwether.replication.Replica#written} is to be called with
     */
    public long sync(int writes) {
        check(
                writes >= 1 && writes <= staged.size(),
                () -> writes + " of " + staged.size() + " staged writes were synced");
        long number = 0;
        for (int i = 0; i < writes; i++) {
            LogWrite write = staged.remove();
            perform(write, steps(write));
            number = write.number();
        }
        return number;
    }

    /**
     * In how many steps a write becomes durable, for {@link #crash}: one for the record, one for the cut, one for each
     * entry, one for what goes in front, in that order, as far as it has them.
     */
    public static int steps(LogWrite write) {
        return (write.record() != null ? 1 : 0)
                + (write.cutFrom() > 0 ? 1 : 0)
                + write.entries().size()
                + (write.compactTo() > 0 ? 1 : 0);
    }

    /**
     * The process dies. Of what was staged the oldest {@code keptWrites} are on the disk nevertheless, and of the one
     * after them the first {@code keptSteps} of its {@link #steps}; the rest is gone. The log is then open for the next
     * process.
     */
    public void crash(int keptWrites, int keptSteps) {
        check(
                keptWrites >= 0 && keptWrites <= staged.size(),
                () -> keptWrites + " of " + staged.size() + " staged writes were kept");
        if (keptWrites > 0) {
            sync(keptWrites);
        }
        LogWrite torn = staged.peek();
        if (torn != null) {
            check(
                    keptSteps >= 0 && keptSteps <= steps(torn),
                    () -> "a write of " + steps(torn) + " steps kept " + keptSteps);
            perform(torn, keptSteps);
        } else {
            check(keptSteps == 0, () -> "there was no write to keep steps of");
        }
        open();
    }

    /** The last durable index. */
    public long durableEnd() {
        return start.index() + durable.size();
    }

    /** The position before the first durable entry. */
    public Position durableStart() {
        return start;
    }

    /** The durable entries from one index to another, both inclusive. */
    public List<Entry> durableEntries(long from, long to) {
        return Collections.unmodifiableList(durable.subList(place(from), place(to) + 1));
    }

    /** The position at this index, where the log is durable or begins. */
    Position durablePosition(long index) {
        return index == start.index() ? start : durable.get(place(index)).position();
    }

    private int place(long index) {
        return Math.toIntExact(index - start.index() - 1);
    }

    /** All durable entries, for invariants that look at several logs at once. */
    public List<Entry> durableEntries() {
        return Collections.unmodifiableList(durable);
    }

    /** The positions of all entries, as they will be once all that is staged is durable. */
    List<Position> positionsToCome() {
        List<Position> positions = new ArrayList<>();
        durable.forEach(entry -> positions.add(entry.position()));
        for (LogWrite write : staged) {
            if (write.cutFrom() > 0) {
                positions.subList(place(write.cutFrom()), positions.size()).clear();
            }
            write.entries().forEach(entry -> positions.add(entry.position()));
        }
        return positions;
    }

    /** The record as the disk has it. */
    public StoreRecord durableRecord() {
        return durableRecord;
    }

    private void open() {
        staged.clear();
        lastNumber = -1;
        openedRecord = durableRecord;
        openedStart = start;
        openedEnd = durable.isEmpty() ? start : durable.get(durable.size() - 1).position();
        stagedEndIndex = openedEnd.index();
        stagedEndEpoch = openedEnd.epoch();
        List<Position> starts = new ArrayList<>();
        long epoch = -1;
        for (Entry entry : durable) {
            if (entry.epoch() != epoch) {
                starts.add(entry.position());
                epoch = entry.epoch();
            }
        }
        openedEpochStarts = List.copyOf(starts);
    }

    private void perform(LogWrite write, int steps) {
        int left = steps;
        StoreRecord record = write.record();
        if (record != null && left > 0) {
            durableRecord = record;
            left--;
        }
        if (write.cutFrom() > 0 && left > 0) {
            durable.subList(place(write.cutFrom()), durable.size()).clear();
            left--;
        }
        int entries = Math.min(left, write.entries().size());
        durable.addAll(write.entries().subList(0, entries));
        left -= entries;
        if (write.compactTo() > start.index() && left > 0) {
            Entry last = durable.get(place(write.compactTo()));
            durable.subList(0, place(write.compactTo()) + 1).clear();
            start = last.position();
            startLogTime = last.logTime();
        }
    }

    /** The epoch of an entry as the log will be once all that is staged is durable. */
    private long epochAt(long index) {
        if (index == start.index()) {
            return start.epoch();
        }
        for (var newestFirst = staged.descendingIterator(); newestFirst.hasNext(); ) {
            LogWrite write = newestFirst.next();
            List<Entry> entries = write.entries();
            if (!entries.isEmpty() && entries.get(0).index() <= index) {
                return entries.get((int) (index - entries.get(0).index())).epoch();
            }
        }
        return durable.get(place(index)).epoch();
    }

    /** The rule is spelled out only when it is broken: thousands of worlds ask. */
    private static void check(boolean holds, Supplier<String> rule) {
        if (!holds) {
            throw new InvariantViolation(rule.get());
        }
    }
}
