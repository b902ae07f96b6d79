package io.bellwether.service.node;

import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What operators ask of this node alone. Any thread may call; nothing blocks. Each listener is called at most once, on the
 * node's own thread, which it must not hold up; not at all if that thread hangs.
 */
public interface Operations {
    /** Leadership is to move from this node. */
    void handOff(HandOffWish wish, Consumer<HandOffOutcome> whenDone);

    /**
     * This node is to claim, without asking the leader.
     *
     * @param epoch the leadership that is to end; null for the present one
     */
    void force(@Nullable Long epoch, Consumer<HandOffOutcome> whenDone);

    /**
     * This node is to lead alone, and what only others had is given up.
     *
     * @param epoch the leadership that is to end; null for the present one
     * @param dryRun only find out whether it could
     */
    void recover(@Nullable Long epoch, boolean dryRun, Consumer<HandOffOutcome> whenDone);

    /**
     * The states of all replicas are to be compared after what was admitted up to now.
     *
     * @param whenDone hears the index of the entry after which they are; -1 if this node does not lead and serve
     */
    void compareStates(LongConsumer whenDone);

    /** This node is to leave leadership and the in-sync set, until {@link #returnToDuty}. */
    void leave(Consumer<DepartureOutcome> whenDone);

    /** It may lead and join the in-sync set again. */
    void returnToDuty(Runnable whenDone);
}
