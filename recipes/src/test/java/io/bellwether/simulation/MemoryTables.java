package io.bellwether.simulation;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.StateSum;
import io.bellwether.replication.Tables;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tables in memory, which outlive the process that writes to them: {@link #crash} takes the latest batches back, as many
 * as the caller chooses.
 *
 * <p>Changes go straight into one map. Each batch remembers what it changed, and that alone serves three ends: a crash
 * undoes batches, and a view looks at the present through the batches that came after it. Nothing is ever copied
 * whole, so that thousands of simulated lives cost seconds.
 */
public final class MemoryTables implements Tables {
    /** How many of the latest batches a crash may lose, unless told otherwise. */
    public static final int LOSABLE_BATCHES = 64;

    private final int losableBatches;
    private final NavigableMap<Bytes, Bytes> rows = new TreeMap<>();
    private final Deque<Batch> losable = new ArrayDeque<>();
    private Batch gathered = new Batch(Position.ZERO, StateSum.EMPTY);
    /** With what was gathered so far. */
    private long sum = StateSum.EMPTY;

    private int crashes;

    public MemoryTables() {
        this(LOSABLE_BATCHES);
    }

    /** @param losableBatches how many of the latest batches are kept apart, so that a crash may lose them */
    public MemoryTables(int losableBatches) {
        this.losableBatches = losableBatches;
    }

    /** What a batch changed, so that it can be undone or looked through. */
    private static final class Batch {
        /** The position of the state on which this batch works. */
        private final Position base;

        private final long baseSum;

        private final NavigableMap<Bytes, Before> changed = new TreeMap<>();

        /** The batch that came after it; null while this one is being gathered. Views walk along here. */
        private @Nullable Batch next;

        Batch(Position base, long baseSum) {
            this.base = base;
            this.baseSum = baseSum;
        }
    }

    /** The value that a row had before a batch; null if there was no row. */
    private record Before(@Nullable Bytes value) {}

    @Override
    public synchronized Position applied() {
        return gathered.base;
    }

    @Override
    public synchronized long sum() {
        return gathered.baseSum;
    }

    @Override
    public synchronized @Nullable Bytes get(Bytes key) {
        return rows.get(key);
    }

    @Override
    public synchronized void put(Bytes key, Bytes value) {
        checkKey(key);
        Bytes before = rows.put(key, value);
        sum += StateSum.share(key, value) - shareOf(key, before);
        gathered.changed.putIfAbsent(key, new Before(before));
    }

    @Override
    public synchronized void delete(Bytes key) {
        checkKey(key);
        Bytes before = rows.remove(key);
        sum -= shareOf(key, before);
        gathered.changed.putIfAbsent(key, new Before(before));
    }

    private static long shareOf(Bytes key, @Nullable Bytes value) {
        return value == null ? 0 : StateSum.share(key, value);
    }

    @Override
    public synchronized void scan(Bytes from, Bytes to, Visitor visitor) {
        if (from.compareTo(to) < 0) {
            visit(rows.subMap(from, true, to, false), visitor);
        }
    }

    @Override
    public synchronized void commit(Position applied) {
        if (applied.compareTo(gathered.base) < 0) {
            throw new InvariantViolation("the state at " + gathered.base + " was to be committed as that of " + applied
                    + ", an earlier one");
        }
        Batch committed = gathered;
        gathered = new Batch(applied, sum);
        committed.next = gathered;
        losable.add(committed);
        if (losable.size() > losableBatches) {
            losable.remove();
        }
    }

    /** What a crash cannot take: nothing is brought to the disk sooner for being wanted. */
    @Override
    public synchronized long durableIndex(long wanted) {
        Batch oldest = losable.peek();
        return (oldest == null ? gathered : oldest).base.index();
    }

    /** No crash takes anything back that was committed by now. */
    public synchronized void settle() {
        losable.clear();
    }

    /** All that another one's committed batches hold becomes durable here, and nothing else remains. */
    public synchronized void replaceBy(MemoryTables other) {
        rows.clear();
        Position position;
        synchronized (other) {
            if (!other.gathered.changed.isEmpty()) {
                throw new InvariantViolation("tables are copied between two batches");
            }
            rows.putAll(other.rows);
            position = other.gathered.base;
            sum = other.sum;
        }
        losable.clear();
        gathered = new Batch(position, sum);
        crashes++;
    }

    @Override
    public synchronized View view() {
        return new MemoryView(gathered, crashes);
    }

    /** How many of the latest batches {@link #crash} could lose now. */
    public synchronized int losable() {
        return losable.size();
    }

    /** The process dies: the batch being gathered is gone, and the latest {@code batches} of those that were committed. */
    public synchronized void crash(int batches) {
        if (batches < 0 || batches > losable.size()) {
            throw new InvariantViolation(batches + " batches were to be lost, but only " + losable.size() + " can be");
        }
        undo(gathered);
        Position fallenBackTo = gathered.base;
        sum = gathered.baseSum;
        for (int i = 0; i < batches; i++) {
            Batch lost = losable.removeLast();
            undo(lost);
            fallenBackTo = lost.base;
            sum = lost.baseSum;
        }
        gathered = new Batch(fallenBackTo, sum);
        Batch last = losable.peekLast();
        if (last != null) {
            last.next = gathered;
        }
        crashes++;
    }

    private static void checkKey(Bytes key) {
        if (key.size() == 0) {
            throw new InvariantViolation("a key has at least the byte that names its part of the state");
        }
    }

    private void undo(Batch batch) {
        batch.changed.forEach((key, before) -> {
            if (before.value() == null) {
                rows.remove(key);
            } else {
                rows.put(key, before.value());
            }
        });
    }

    private static void visit(Map<Bytes, Bytes> range, Visitor visitor) {
        for (Map.Entry<Bytes, Bytes> row : range.entrySet()) {
            if (!visitor.row(row.getKey(), row.getValue())) {
                return;
            }
        }
    }

    private final class MemoryView implements View {
        private final Batch first;
        private final int openedAfterCrashes;
        private boolean closed;

        MemoryView(Batch first, int openedAfterCrashes) {
            this.first = first;
            this.openedAfterCrashes = openedAfterCrashes;
        }

        @Override
        public Position applied() {
            return first.base;
        }

        @Override
        public long sum() {
            return first.baseSum;
        }

        @Override
        public @Nullable Bytes get(Bytes key) {
            synchronized (MemoryTables.this) {
                checkOpen();
                for (Batch later = first; later != null; later = later.next) {
                    Before before = later.changed.get(key);
                    if (before != null) {
                        return before.value();
                    }
                }
                return rows.get(key);
            }
        }

        @Override
        public void scan(Bytes from, Bytes to, Visitor visitor) {
            if (from.compareTo(to) >= 0) {
                return;
            }
            NavigableMap<Bytes, Bytes> then;
            synchronized (MemoryTables.this) {
                checkOpen();
                then = new TreeMap<>(rows.subMap(from, true, to, false));
                NavigableMap<Bytes, Before> since = new TreeMap<>();
                for (Batch later = first; later != null; later = later.next) {
                    later.changed.subMap(from, true, to, false).forEach(since::putIfAbsent);
                }
                since.forEach((key, before) -> {
                    if (before.value() == null) {
                        then.remove(key);
                    } else {
                        then.put(key, before.value());
                    }
                });
            }
            visit(then, visitor);
        }

        @Override
        public void close() {
            closed = true;
        }

        private void checkOpen() {
            if (closed || openedAfterCrashes != crashes) {
                throw new IllegalStateException("this view was closed, or its process has died");
            }
        }
    }
}
