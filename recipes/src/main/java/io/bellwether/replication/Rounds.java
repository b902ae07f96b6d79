package io.bellwether.replication;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A leader's rounds of confirmation. A round begins at a number of appends; whoever answers an append of that number or a
 * later one confirms it. One round serves all the reads that waited when it began (Rule 8.1), and the start of the latest
 * confirmed round is what staleness is reckoned from (Rule 8.4).
 */
final class Rounds {
    private static final int MAX_OPEN = 64;

    /** A read that waits for a confirmation: one of this node's own, or a follower's question. */
    sealed interface Reader {
        record Local(long read) implements Reader {}

        record Remote(NodeId follower, long question) implements Reader {}
    }

    /** A round with the commit index of its start, which its reads are served at. */
    record Round(long firstNumber, long startMillis, long commitIndex, List<Reader> readers) {}

    private final ArrayDeque<Round> open = new ArrayDeque<>();
    private List<Reader> waiting = new ArrayList<>();
    private long confirmedStartMillis = -1;
    private long latestStartMillis = Long.MIN_VALUE / 2;

    void await(Reader reader) {
        waiting.add(reader);
    }

    /** Reads of this node itself that nobody waits for any more. Those in a round end with it. */
    void forget(Set<Long> reads) {
        waiting.removeIf(reader -> reader instanceof Reader.Local local && reads.contains(local.read()));
    }

    /** Whether readers wait and no round that serves readers is under way: the next one may begin. */
    boolean wanted() {
        return !waiting.isEmpty() && readersWaitSinceMillis() < 0;
    }

    /** Begins a round that takes all waiting readers along, if they may be served. */
    void begin(long firstNumber, long nowMillis, long commitIndex, boolean withReaders) {
        boolean takesReaders = withReaders && !waiting.isEmpty();
        if (open.size() >= MAX_OPEN && !takesReaders) {
            return;
        }
        List<Reader> readers = takesReaders ? waiting : List.of();
        if (takesReaders) {
            waiting = new ArrayList<>();
        }
        open.add(new Round(firstNumber, nowMillis, commitIndex, readers));
        latestStartMillis = nowMillis;
    }

    /** When the latest round began, confirmed or not. */
    long latestStartMillis() {
        return latestStartMillis;
    }

    /** When the round began that readers wait for; -1 if none is under way. */
    long readersWaitSinceMillis() {
        for (Round round : open) {
            if (!round.readers().isEmpty()) {
                return round.startMillis();
            }
        }
        return -1;
    }

    /** All rounds that this number confirms are over. */
    List<Round> confirm(long number) {
        List<Round> confirmed = new ArrayList<>();
        while (!open.isEmpty() && open.peekFirst().firstNumber() <= number) {
            Round round = open.removeFirst();
            confirmedStartMillis = Math.max(confirmedStartMillis, round.startMillis());
            if (!round.readers().isEmpty()) {
                confirmed.add(round);
            }
        }
        return confirmed;
    }

    /** When the latest confirmed round began; -1 if none was. */
    long confirmedStartMillis() {
        return confirmedStartMillis;
    }

    /** The readers of this node itself that still wait, in any round or none: they outlive the leadership. */
    List<Long> localReaders() {
        List<Long> reads = new ArrayList<>();
        for (Round round : open) {
            collectLocal(round.readers(), reads);
        }
        collectLocal(waiting, reads);
        return reads;
    }

    private static void collectLocal(List<Reader> readers, List<Long> reads) {
        for (Reader reader : readers) {
            if (reader instanceof Reader.Local local) {
                reads.add(local.read());
            }
        }
    }
}
