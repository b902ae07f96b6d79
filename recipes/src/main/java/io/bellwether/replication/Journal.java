package io.bellwether.replication;

import static io.bellwether.replication.InvariantViolation.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The core's view of its own log: everything that is staged, whether durable yet or not. It gathers what changes until
 * the write is taken into one {@link LogWrite}, and knows how far the disk has come.
 *
 * <p>Invariants: {@code durableEnd <= end.index}; entries after {@code durableEnd} are all in memory; a write completes
 * by its number, never by an index alone, since the same index may be cut and written again (Rule 12.2).
 */
final class Journal {
    private final ReplicatedLog log;
    private final RecentEntries recent;
    /** First position of each epoch in the log, ascending. */
    private final List<Position> epochStarts;

    private Position start;
    private Position end;
    private long durableEnd;
    private StoreRecord record;
    private boolean recordDurable = true;

    /** The write that is being gathered. */
    private long gatheredCut;

    private final List<Entry> gatheredEntries = new ArrayList<>();
    private @Nullable StoreRecord gatheredRecord;
    private long gatheredCompaction;
    private long nextNumber = 1;

    private final ArrayDeque<Staged> staged = new ArrayDeque<>();

    /** A write handed to the disk: where the durable end will be once it is done, and since when it is under way. */
    private static final class Staged {
        final long number;
        final long sinceMillis;
        final boolean withRecord;
        long endIndex;

        Staged(long number, long sinceMillis, boolean withRecord, long endIndex) {
            this.number = number;
            this.sinceMillis = sinceMillis;
            this.withRecord = withRecord;
            this.endIndex = endIndex;
        }
    }

    Journal(ReplicatedLog log, long recentBytes) {
        this.log = log;
        this.start = log.start();
        this.end = log.end();
        this.durableEnd = end.index();
        this.record = log.record();
        this.epochStarts = new ArrayList<>(log.epochStarts());
        this.recent = new RecentEntries(end.index() + 1, recentBytes);
    }

    /** Where the log begins: the position before its first entry. */
    Position start() {
        return start;
    }

    /** A log time not before that of the entry at {@link #start}. */
    long startLogTime() {
        return log.startLogTime();
    }

    /** The log time of the last entry; where there is none, one that is not before that of the entry at {@link #start}. */
    long endLogTime() {
        return end.equals(start)
                ? startLogTime()
                : entries(end.index(), 1).get(0).logTime();
    }

    /** The last entry, durable or not. */
    Position end() {
        return end;
    }

    /** The last index that is on the disk, with all before it. */
    long durableEnd() {
        return durableEnd;
    }

    StoreRecord record() {
        return record;
    }

    /** Whether {@link #record} as it stands is on the disk. */
    boolean recordDurable() {
        return recordDurable;
    }

    boolean isEmpty() {
        return end.index() == 0;
    }

    /** The epoch of the entry at this index; -1 if the log does not reach so far, or no longer. */
    long epochAt(long index) {
        if (index == start.index()) {
            return start.epoch();
        }
        if (index < start.index() || index > end.index()) {
            return -1;
        }
        int low = 0;
        int high = epochStarts.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (epochStarts.get(middle).index() <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return epochStarts.get(low).epoch();
    }

    /** The position at this index, which the log must have. */
    Position positionAt(long index) {
        long epoch = epochAt(index);
        check(epoch >= 0, "a position is asked for only where the log is");
        return new Position(epoch, index);
    }

    boolean has(Position position) {
        return epochAt(position.index()) == position.epoch();
    }

    /**
     * The highest position of this log, at or before {@code bound.index}, whose epoch is at most {@code bound.epoch}:
     * where two logs may still agree, when they are known to differ at the bound (Rule 4.1).
     */
    Position highestNotAfter(Position bound) {
        long index = Math.min(bound.index(), end.index());
        for (int i = epochStarts.size() - 1; i >= 0; i--) {
            Position first = epochStarts.get(i);
            if (first.index() > index) {
                continue;
            }
            if (first.epoch() <= bound.epoch()) {
                return new Position(first.epoch(), index);
            }
            index = first.index() - 1;
        }
        return start;
    }

    /** Entries from {@code from}, inclusive, at least one if the log has it, as many as fit into the bytes. */
    List<Entry> entries(long from, int maxBytes) {
        if (from > end.index()) {
            return List.of();
        }
        return recent.holds(from) ? recent.from(from, maxBytes) : log.read(from, maxBytes);
    }

    void append(Entry entry) {
        check(entry.index() == end.index() + 1, "the log has no gap");
        check(entry.epoch() >= end.epoch(), "epochs never fall along the log");
        if (epochStarts.isEmpty() || entry.epoch() > end.epoch()) {
            epochStarts.add(entry.position());
        }
        end = entry.position();
        recent.append(entry);
        gatheredEntries.add(entry);
    }

    /** Removes the entries from this index on, inclusive (Rule 4.4). The caller knows that none is committed. */
    void cut(long from) {
        check(from > start.index() && from <= end.index(), "a cut lies within the log");
        while (!epochStarts.isEmpty() && epochStarts.get(epochStarts.size() - 1).index() >= from) {
            epochStarts.remove(epochStarts.size() - 1);
        }
        end = positionBefore(from);
        recent.cut(from);
        gatheredEntries.removeIf(entry -> entry.index() >= from);
        if (gatheredCut == 0 || from < gatheredCut) {
            gatheredCut = from;
        }
        durableEnd = Math.min(durableEnd, from - 1);
        for (Staged write : staged) {
            write.endIndex = Math.min(write.endIndex, from - 1);
        }
    }

    /** Removes the entries up to this index, inclusive (Rule 13.1). They are durable, and the last one stays. */
    void compact(long to) {
        check(to > start.index() && to <= durableEnd && to < end.index(), "what goes in front is durable, and not all");
        Position newStart = positionAt(to);
        long firstEpoch = epochAt(to + 1);
        epochStarts.removeIf(first -> first.index() <= to + 1);
        epochStarts.add(0, new Position(firstEpoch, to + 1));
        start = newStart;
        gatheredCompaction = to;
    }

    /** The log was replaced by one without entries that begins after this position; durable (Rule 13.4). */
    void restartAfter(Position position) {
        start = position;
        end = position;
        durableEnd = position.index();
        epochStarts.clear();
        recent.restartAfter(position.index());
        gatheredCut = 0;
        gatheredEntries.clear();
        gatheredCompaction = 0;
        for (Staged write : staged) {
            write.endIndex = 0; // of the log that was
        }
    }

    private Position positionBefore(long index) {
        if (epochStarts.isEmpty()) {
            return start;
        }
        return new Position(epochStarts.get(epochStarts.size() - 1).epoch(), index - 1);
    }

    void remember(StoreRecord changed) {
        if (!changed.equals(record)) {
            record = changed;
            recordDurable = false;
            gatheredRecord = changed;
        }
    }

    /** The number of the write whose completion makes everything durable that has been staged or gathered by now. */
    long numberOfAll() {
        return gathersAnything() ? nextNumber : nextNumber - 1;
    }

    /** Whether nothing is gathered or under way to the disk. */
    boolean allDurable() {
        return staged.isEmpty() && !gathersAnything();
    }

    private boolean gathersAnything() {
        return gatheredCut != 0 || !gatheredEntries.isEmpty() || gatheredRecord != null || gatheredCompaction != 0;
    }

    /** Whether nothing but entries is gathered, which may wait for others (Rule 4.9). */
    boolean mayWait() {
        return gatheredCut == 0 && gatheredRecord == null && gatheredCompaction == 0;
    }

    /** Ends the gathering; null if there is nothing to write. */
    @Nullable
    LogWrite takeWrite(long nowMillis) {
        if (!gathersAnything()) {
            return null;
        }
        LogWrite write = new LogWrite(nextNumber++, gatheredCut, gatheredEntries, gatheredRecord, gatheredCompaction);
        staged.add(new Staged(write.number(), nowMillis, gatheredRecord != null, end.index()));
        gatheredCut = 0;
        gatheredEntries.clear();
        gatheredRecord = null;
        gatheredCompaction = 0;
        return write;
    }

    /** The disk has completed this write and all before it. */
    void written(long number) {
        check(number < nextNumber, "the disk completes only what it was given");
        boolean recordWritten = false;
        while (!staged.isEmpty() && staged.peekFirst().number <= number) {
            Staged write = staged.removeFirst();
            durableEnd = Math.max(durableEnd, write.endIndex);
            recordWritten |= write.withRecord;
        }
        check(durableEnd <= end.index(), "nothing is durable that is not in the log");
        if (recordWritten && gatheredRecord == null && staged.stream().noneMatch(write -> write.withRecord)) {
            recordDurable = true;
        }
        recent.trim(durableEnd);
    }

    /** How long the oldest write has been waiting for the disk; 0 when none does (Rule 6.3). */
    long diskDelayMillis(long nowMillis) {
        return staged.isEmpty() ? 0 : nowMillis - staged.peekFirst().sinceMillis;
    }
}
