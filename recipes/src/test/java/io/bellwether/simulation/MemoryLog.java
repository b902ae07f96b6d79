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

    // What is on the disk: the entry with index i stands at i - 1.
    private final List<Entry> durable = new ArrayList<>();
    private StoreRecord durableRecord = StoreRecord.NEW;

    // What the process that runs now found when it opened the log.
    private StoreRecord openedRecord = StoreRecord.NEW;
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
        return Position.ZERO;
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
        long readableEnd = durable.size();
        for (LogWrite write : staged) {
            if (write.cutFrom() > 0) {
                readableEnd = Math.min(readableEnd, write.cutFrom() - 1);
            }
        }
        if (from < 1 || from > readableEnd) {
            throw new InvariantViolation(
                    "entry " + from + " was read, but only 1 to " + readableEnd + " are durable and not cut");
        }
        int last = (int) from;
        long bytes = durable.get(last - 1).weightBytes();
        while (last < readableEnd && bytes + durable.get(last).weightBytes() <= maxBytes) {
            bytes += durable.get(last).weightBytes();
            last++;
        }
        return List.copyOf(durable.subList((int) from - 1, last));
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
        staged.add(write);
    }

    /** The writes that are staged and not yet durable, oldest first. */
    public List<LogWrite> staged() {
        return List.copyOf(staged);
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
     * entry, in that order, as far as it has them.
     */
    public static int steps(LogWrite write) {
        return (write.cutFrom() > 0 ? 1 : 0) + write.entries().size() + (write.record() != null ? 1 : 0);
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

    /** All durable entries, for invariants that look at several logs at once. */
    public List<Entry> durableEntries() {
        return Collections.unmodifiableList(durable);
    }

    /** The record as the disk has it. */
    public StoreRecord durableRecord() {
        return durableRecord;
    }

    private void open() {
        staged.clear();
        lastNumber = -1;
        openedRecord = durableRecord;
        openedEnd = durable.isEmpty()
                ? Position.ZERO
                : durable.get(durable.size() - 1).position();
        stagedEndIndex = openedEnd.index();
        stagedEndEpoch = openedEnd.epoch();
        List<Position> starts = new ArrayList<>();
        long epoch = 0;
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
            durable.subList((int) write.cutFrom() - 1, durable.size()).clear();
            left--;
        }
        int entries = Math.min(left, write.entries().size());
        durable.addAll(write.entries().subList(0, entries));
    }

    /** The epoch of an entry as the log will be once all that is staged is durable. */
    private long epochAt(long index) {
        if (index == 0) {
            return 0;
        }
        for (var newestFirst = staged.descendingIterator(); newestFirst.hasNext(); ) {
            LogWrite write = newestFirst.next();
            List<Entry> entries = write.entries();
            if (!entries.isEmpty() && entries.get(0).index() <= index) {
                return entries.get((int) (index - entries.get(0).index())).epoch();
            }
        }
        return durable.get((int) index - 1).epoch();
    }

    /** The rule is spelled out only when it is broken: thousands of worlds ask. */
    private static void check(boolean holds, Supplier<String> rule) {
        if (!holds) {
            throw new InvariantViolation(rule.get());
        }
    }
}
