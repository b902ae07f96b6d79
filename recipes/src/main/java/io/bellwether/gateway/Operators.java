package io.bellwether.gateway;

import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.Replica;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What operators ask of a node, and who waits for the answer (Part 10). Each listener is called once, on the thread that
 * owns the node, from {@link ServingNode#run} or {@link ServingNode#stop}.
 */
public final class Operators {
    private final Replica replica;
    private final TreeMap<Long, Consumer<HandOffOutcome>> handOffs = new TreeMap<>();
    private final TreeMap<Long, Consumer<DepartureOutcome>> departures = new TreeMap<>();
    private long nextNumber = 1;

    Operators(Replica replica) {
        this.replica = replica;
    }

    /** Leadership is to move from this node, if it leads. */
    public void handOff(HandOffWish wish, Consumer<HandOffOutcome> whenDone) {
        long number = nextNumber++;
        handOffs.put(number, whenDone);
        replica.handOff(number, wish);
    }

    /**
     * This node is to claim, whatever the leader does.
     *
     * @param epoch the leadership that is to end; null for the present one
     */
    public void force(@Nullable Long epoch, Consumer<HandOffOutcome> whenDone) {
        long number = nextNumber++;
        handOffs.put(number, whenDone);
        replica.force(number, epoch);
    }

    /**
     * This node is to lead alone, and what only others had is given up (Rule 10.11).
     *
     * @param epoch the leadership that is to end; null for the present one
     * @param dryRun only find out whether it could
     */
    public void recover(@Nullable Long epoch, boolean dryRun, Consumer<HandOffOutcome> whenDone) {
        long number = nextNumber++;
        handOffs.put(number, whenDone);
        replica.recover(number, epoch, dryRun);
    }

    /** This node is to leave leadership and the in-sync set, until {@link #returnToDuty}. */
    public void leave(Consumer<DepartureOutcome> whenDone) {
        long number = nextNumber++;
        departures.put(number, whenDone);
        replica.leave(number);
    }

    /** It may lead and join the in-sync set again; who waits for its departure hears that it stays. */
    public void returnToDuty() {
        replica.returnToDuty();
        endDepartures("It was told to return.");
    }

    void handOffEnded(long number, HandOffOutcome outcome) {
        Consumer<HandOffOutcome> waiting = handOffs.remove(number);
        if (waiting != null) {
            waiting.accept(outcome);
        }
    }

    void departed(long number, DepartureOutcome outcome) {
        Consumer<DepartureOutcome> waiting = departures.remove(number);
        if (waiting != null) {
            waiting.accept(outcome);
        }
    }

    /** This node stops: nobody hears of it any more how it went. */
    void stop() {
        List<Consumer<HandOffOutcome>> waiting = List.copyOf(handOffs.values());
        handOffs.clear();
        waiting.forEach(listener ->
                listener.accept(new HandOffOutcome.Undecided(replica.self().node() + " is being stopped.")));
        endDepartures("The node is being stopped.");
    }

    private void endDepartures(String why) {
        List<Consumer<DepartureOutcome>> waiting = List.copyOf(departures.values());
        departures.clear();
        waiting.forEach(listener -> listener.accept(new DepartureOutcome.Stays(replica.leading(), why)));
    }
}
