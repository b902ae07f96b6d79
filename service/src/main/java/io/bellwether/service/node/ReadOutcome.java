package io.bellwether.service.node;

import io.bellwether.replication.Tables;

/** What became of the wish to read. */
public sealed interface ReadOutcome {
    /**
     * Read from this view, on any one thread, and close it.
     *
     * @param stalenessMillis upper bound of how far the view is behind; 0 for a linearizable read, -1 if not known
     */
    record Ready(Tables.View view, long stalenessMillis) implements ReadOutcome {}

    /**
     * This node cannot show that it is fresh enough.
     *
     * @param stalenessMillis the best bound it has, -1 if it has none
     */
    record TooStale(long stalenessMillis) implements ReadOutcome {}

    /** The wanted index was not applied here before the deadline, or before this node stopped. */
    record IndexNotReached(long appliedIndex) implements ReadOutcome {}

    /** As many questions of clients wait for this node as may. */
    record Overloaded() implements ReadOutcome {}

    /** This node is being stopped, and lets no question in. */
    record Stopping() implements ReadOutcome {}

    /** No leader confirmed the read before the deadline, or before this node stopped. */
    record NoLeader() implements ReadOutcome {}
}
