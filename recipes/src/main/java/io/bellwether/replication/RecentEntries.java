package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;

/**
 * The end of the log, in memory: all entries that the disk does not have yet, and as many durable ones as fit into a
 * bound, so that followers that are nearly level are served without the disk.
 */
final class RecentEntries {
    private static final int SLACK = 1_024;

    private final long maxBytes;
    private final ArrayList<Entry> entries = new ArrayList<>();
    /** Position in {@link #entries} of the first entry that still counts; those before it are gone. */
    private int head;

    private long firstIndex;
    private long bytes;

    RecentEntries(long firstIndex, long maxBytes) {
        this.firstIndex = firstIndex;
        this.maxBytes = maxBytes;
    }

    boolean holds(long index) {
        return index >= firstIndex;
    }

    void append(Entry entry) {
        entries.add(entry);
        bytes += entry.weightBytes();
    }

    List<Entry> from(long index, int maxBatchBytes) {
        int first = head + Math.toIntExact(index - firstIndex);
        int last = first;
        long batch = 0;
        while (last < entries.size()) {
            batch += entries.get(last).weightBytes();
            if (batch > maxBatchBytes && last > first) {
                break;
            }
            last++;
        }
        return new ArrayList<>(entries.subList(first, last));
    }

    /** Forgets the entries from this index on, inclusive. */
    void cut(long from) {
        if (from < firstIndex) {
            entries.clear();
            head = 0;
            bytes = 0;
            firstIndex = from;
            return;
        }
        int first = head + Math.toIntExact(from - firstIndex);
        for (int i = first; i < entries.size(); i++) {
            bytes -= entries.get(i).weightBytes();
        }
        entries.subList(first, entries.size()).clear();
    }

    /** Forgets all: the log was replaced by an empty one that begins after this index. */
    void restartAfter(long index) {
        entries.clear();
        head = 0;
        bytes = 0;
        firstIndex = index + 1;
    }

    /** Forgets durable entries, the oldest first, until the rest fits into the bound. */
    void trim(long durableEnd) {
        while (bytes > maxBytes && head < entries.size() && firstIndex <= durableEnd) {
            bytes -= entries.get(head).weightBytes();
            head++;
            firstIndex++;
        }
        if (head > SLACK && head > entries.size() / 2) {
            entries.subList(0, head).clear();
            head = 0;
        }
    }
}
