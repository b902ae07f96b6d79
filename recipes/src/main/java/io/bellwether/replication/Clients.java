package io.bellwether.replication;

import java.util.List;

/**
 * The door to those who wait: the gateway and the readers. Called on the thread that owns the replica, after the state
 * machine has applied what the call speaks of.
 */
public interface Clients {
    /** A linearizable read may now be served from the state as it is, which has reached {@code index} (Rule 8.1). */
    void readReady(long read, long index);

    /** Mail for the gateway: {@link Message.Forward} or {@link Message.Forwarded}. */
    void received(ReplicaId from, Message message);

    /** What became of a hand-off or a forced claim that was asked for here. */
    void handOffEnded(long handOff, HandOffOutcome outcome);

    /** What became of the wish to leave. */
    void departed(long departure, DepartureOutcome outcome);

    /** Something that an operator may want to see changed; one line of the log each. */
    void changed(List<Notice> notices);

    /** This process must stop: its store lost what it had acknowledged (Rule 3.4). Says why, and what to do. */
    void stop(String why);

    /** This process must stop, and start again with an empty store: its state is wrong (Rule 14.4). Says why. */
    void beginAnew(String why);
}
