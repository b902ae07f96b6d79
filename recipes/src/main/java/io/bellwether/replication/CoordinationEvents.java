package io.bellwether.replication;

import java.util.List;

/**
 * What {@link Coordination} has to tell. Implemented by whoever runs the node. Called on any thread, never from within
 * a call through the door, and must only enqueue: the replica hears of it on its own thread.
 */
public interface CoordinationEvents {
    /** {@link Coordination#view} shows something new. Several changes may come as one call. */
    void viewChanged();

    /** The answer to a claim or a change, exactly one for each; the view shows what it tells already. */
    void answered(long request, Coordination.Answer answer);

    /** The latch's queue, first place first, as it stood at some moment after the question. */
    void latchRead(long request, List<Coordination.LatchPlace> queue);

    /**
     * Something in ZooKeeper is not as it must be, such as a record that cannot be read. What cannot be read leaves the
     * view as it was. Told once for each new trouble, not with every poll.
     *
     * @param what what happened and what to do, as sentences for an operator
     */
    void trouble(String what);
}
