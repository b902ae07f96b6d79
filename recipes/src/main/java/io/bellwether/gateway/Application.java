package io.bellwether.gateway;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;

/**
 * The state machine behind {@link Outcomes}: what the users' commands do. It keeps its state in the {@link
 * io.bellwether.replication.Tables} that it was given, together with the outcomes, and so never answers a command twice
 * nor forgets that it did. Deterministic in what it is given and what is in the tables. Called on the thread that owns
 * the replica; it neither commits nor opens views.
 */
public interface Application {
    /**
     * Applies one command.
     *
     * @param position of the entry that brought it
     * @param logTime of that entry, in milliseconds
     * @return the result, for whoever waits, and for every repetition of the same request
     */
    Bytes apply(Position position, long logTime, Bytes command);

    /** Whether the state may grow by this command: then it is refused while there is no room (Rule 12.5). */
    default boolean grows(Bytes command) {
        return true;
    }
}
