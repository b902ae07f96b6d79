package io.bellwether.gateway;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * What clients' reads wait for on this node: a leader's word, an index, or their deadline (Rules 8.1 to 8.5). As pure as
 * the gateway beside it; the reading itself is done by whoever asked, from a view of the tables.
 */
final class Reads {
    /** So many dead ones at the replica are no burden. */
    static final int FORGOTTEN_AT_LEAST = 100;

    private final LongConsumer askReplica;
    private final Consumer<Set<Long>> forget;
    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    /** Given up here while the replica still waits to confirm them. */
    private final Set<Long> givenUp = new HashSet<>();

    private final TreeSet<Waiting> byDeadline =
            new TreeSet<>(Comparator.comparingLong(Waiting::deadlineMillis).thenComparingLong(Waiting::id));
    private final TreeSet<Waiting> byIndex =
            new TreeSet<>(Comparator.comparingLong(Waiting::minIndex).thenComparingLong(Waiting::id));
    private long nextId = 1;
    private long nowMillis;
    private long appliedIndex;
    private long freshAsOfMillis = -1;

    private record Waiting(
            long id, ReadLevel level, long minIndex, long deadlineMillis, Consumer<ReadVerdict> whenDone) {}

    /**
     * @param askReplica asks the replica to confirm a read of this number
     * @param forget tells it that nobody waits for these any more
     */
    Reads(LongConsumer askReplica, Consumer<Set<Long>> forget) {
        this.askReplica = askReplica;
        this.forget = forget;
    }

    void read(ReadLevel level, long minIndex, long timeoutMillis, Consumer<ReadVerdict> whenDone) {
        Waiting read = new Waiting(nextId++, level, minIndex, nowMillis + timeoutMillis, whenDone);
        if (level instanceof ReadLevel.Linearizable) {
            waiting.put(read.id(), read);
            byDeadline.add(read);
            askReplica.accept(read.id());
        } else {
            serveOrWait(read);
        }
    }

    /** The replica has confirmed this read, and applied what it has to see (Rule 8.1). */
    void confirmed(long id) {
        Waiting read = waiting.remove(id);
        if (read != null) {
            byDeadline.remove(read);
            serveOrWait(read);
        } else {
            givenUp.remove(id);
        }
    }

    private void serveOrWait(Waiting read) {
        if (read.minIndex() > appliedIndex) { // Rule 8.5
            byIndex.add(read);
            byDeadline.add(read);
        } else {
            serve(read);
        }
    }

    private void serve(Waiting read) {
        long stalenessMillis = freshAsOfMillis < 0 ? -1 : Math.max(0, nowMillis - freshAsOfMillis);
        if (read.level() instanceof ReadLevel.Linearizable) {
            read.whenDone().accept(new ReadVerdict.Ready(0));
        } else if (read.level() instanceof ReadLevel.Bounded bounded
                && (stalenessMillis < 0 || stalenessMillis > bounded.maxStalenessMillis())) {
            read.whenDone().accept(new ReadVerdict.TooStale(stalenessMillis)); // Rule 8.4
        } else {
            read.whenDone().accept(new ReadVerdict.Ready(stalenessMillis));
        }
    }

    /** What time it is when the next read arrives (Rule 8.4). */
    void time(long monotonicMillis) {
        nowMillis = monotonicMillis;
    }

    /**
     * Time has passed, or the state has moved on.
     *
     * @param freshAsOf when the state contained all that was committed; -1 if that is not known
     */
    void tick(long monotonicMillis, long applied, long freshAsOf) {
        nowMillis = monotonicMillis;
        appliedIndex = applied;
        freshAsOfMillis = freshAsOf;
        while (!byIndex.isEmpty() && byIndex.first().minIndex() <= applied) {
            Waiting read = byIndex.pollFirst();
            byDeadline.remove(read);
            serve(read);
        }
        while (!byDeadline.isEmpty() && byDeadline.first().deadlineMillis() <= nowMillis) {
            giveUpFirst();
        }
        forgetGivenUp();
    }

    /** Now and then: it looks through all that it waits for. Without a leader they would become ever more. */
    private void forgetGivenUp() {
        if (givenUp.size() > waiting.size() + FORGOTTEN_AT_LEAST) {
            forget.accept(givenUp);
            givenUp.clear();
        }
    }

    /** This node stops: nobody waits any longer. */
    void stop() {
        while (!byDeadline.isEmpty()) {
            giveUpFirst();
        }
    }

    private void giveUpFirst() {
        Waiting read = byDeadline.pollFirst();
        boolean confirmed = waiting.remove(read.id()) == null;
        byIndex.remove(read);
        if (!confirmed) {
            givenUp.add(read.id());
        }
        read.whenDone().accept(confirmed ? new ReadVerdict.IndexNotReached(appliedIndex) : new ReadVerdict.NoLeader());
    }

    int waitingReads() {
        return byDeadline.size();
    }
}
