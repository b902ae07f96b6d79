package io.bellwether.service.storage;

import io.bellwether.replication.Position;
import java.util.ArrayList;
import java.util.List;

/** The first entry of each epoch in a log, and so the epoch of every entry. Ascending in epoch and index. */
final class EpochStarts {
    private Position beforeFirst;
    private final List<Position> starts;

    /** @param beforeFirst the position before the first entry of the log */
    EpochStarts(Position beforeFirst, List<Position> starts) {
        this.beforeFirst = beforeFirst;
        this.starts = new ArrayList<>(starts);
    }

    /** The epoch of the entry at an index of the log; that before the log for the position before its first entry. */
    long epochAt(long index) {
        for (int i = starts.size() - 1; i >= 0; i--) {
            if (starts.get(i).index() <= index) {
                return starts.get(i).epoch();
            }
        }
        return beforeFirst.epoch();
    }

    /** @return whether an epoch begins with this entry, the next one of the log */
    boolean append(Position entry) {
        boolean begins = starts.isEmpty() || starts.get(starts.size() - 1).epoch() != entry.epoch();
        if (begins) {
            starts.add(entry);
        }
        return begins;
    }

    /** Forgets the epochs that began at this index or behind it, and returns them. */
    List<Position> cutFrom(long index) {
        int kept = starts.size();
        while (kept > 0 && starts.get(kept - 1).index() >= index) {
            kept--;
        }
        List<Position> cut = starts.subList(kept, starts.size());
        List<Position> gone = List.copyOf(cut);
        cut.clear();
        return gone;
    }

    /** Forgets what the log no longer says about the entries up to this index; there is one behind it. */
    void compactTo(long index) {
        Position newStart = new Position(epochAt(index), index);
        Position first = new Position(epochAt(index + 1), index + 1);
        starts.removeIf(begin -> begin.index() <= first.index());
        starts.add(0, first);
        beforeFirst = newStart;
    }

    /** The position before the first entry. */
    Position beforeFirst() {
        return beforeFirst;
    }

    List<Position> all() {
        return List.copyOf(starts);
    }
}
