package io.bellwether.gateway;

/** What became of the wish to read. */
public sealed interface ReadVerdict {
    /**
     * The state as it is applied now may be read.
     *
     * @param stalenessMillis upper bound of how far it is behind; 0 for a linearizable read, -1 if there is none
     */
    record Ready(long stalenessMillis) implements ReadVerdict {}

    /** This node cannot show that it is fresh enough; -1 if it has no bound at all. */
    record TooStale(long stalenessMillis) implements ReadVerdict {}

    /** The wanted index was not applied here before the deadline, or before this node stopped. */
    record IndexNotReached(long appliedIndex) implements ReadVerdict {}

    /** No leader confirmed the read before the deadline, or before this node stopped. */
    record NoLeader() implements ReadVerdict {}
}
