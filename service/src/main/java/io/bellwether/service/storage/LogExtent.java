package io.bellwether.service.storage;

import io.bellwether.replication.Entry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * How large the log is and how old, by pieces of a size: what may go in front of it as far as {@link LogRetention} tells.
 * Asked every few milliseconds, so it never counts anything twice. Of the owning thread alone.
 */
final class LogExtent {
    /** The log goes in steps of this part of what is kept at least. */
    private static final int STEPS = 16;

    private final LogRetention retention;
    private final LongSupplier nanoTime;
    private final long pieceBytes;

    /** Those that are full, oldest first, without those that may go. */
    private final Deque<Piece> pieces = new ArrayDeque<>();

    /** Of the pieces and of what comes behind them. */
    private long keptBytes;

    private long openBytes;
    private long dispensable;

    /**
     * Entries that follow each other.
     *
     * @param last the index of the last one
     */
    private record Piece(long last, long bytes, long fullAtNanos) {}

    /** @param nanoTime a monotonic clock */
    LogExtent(LogRetention retention, LongSupplier nanoTime) {
        this.retention = retention;
        this.nanoTime = nanoTime;
        this.pieceBytes = Math.max(1, retention.keepAtLeastBytes() / STEPS);
    }

    /** The log has grown by this entry. */
    void appended(Entry entry) {
        grew(entry.index(), entry.weightBytes());
    }

    /** The log has these entries too, as was found when it was opened; its age is not known and begins now. */
    void found(long last, long bytes) {
        grew(last, bytes);
    }

    private void grew(long last, long bytes) {
        openBytes += bytes;
        keptBytes += bytes;
        if (openBytes >= pieceBytes) {
            pieces.add(new Piece(last, openBytes, nanoTime.getAsLong()));
            openBytes = 0;
        }
    }

    /** The entries from this index on are gone. What a piece loses in part is not counted any more. */
    void cutFrom(long index) {
        keptBytes -= openBytes;
        openBytes = 0;
        while (!pieces.isEmpty() && pieces.getLast().last() >= index) {
            keptBytes -= pieces.removeLast().bytes();
        }
        dispensable = Math.min(dispensable, index - 1);
    }

    /** The log is empty and begins after this index. */
    void restartedAfter(long index) {
        pieces.clear();
        keptBytes = 0;
        openBytes = 0;
        dispensable = index;
    }

    /** Up to which index, inclusive, the log may go; 0 for none. */
    long dispensable() {
        Piece oldest = pieces.peek();
        while (oldest != null && mayGo(oldest)) {
            pieces.remove();
            keptBytes -= oldest.bytes();
            dispensable = oldest.last();
            oldest = pieces.peek();
        }
        return dispensable;
    }

    private boolean mayGo(Piece oldest) {
        if (keptBytes - oldest.bytes() < retention.keepAtLeastBytes()) {
            return false;
        }
        return keptBytes > retention.keepAtMostBytes()
                || nanoTime.getAsLong() - oldest.fullAtNanos()
                        >= retention.keepFor().toNanos();
    }
}
