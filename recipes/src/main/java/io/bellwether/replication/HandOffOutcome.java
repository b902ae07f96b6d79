package io.bellwether.replication;

/** What became of a hand-off, of a forced claim, or of a recovery. */
public sealed interface HandOffOutcome {
    /**
     * The new leader has committed an entry of its epoch, and this replica knows it.
     *
     * @param millis since it was asked for; 0 if the target led already
     */
    record Moved(NodeId from, NodeId to, long epoch, long millis) implements HandOffOutcome {}

    /** It could be done now; nothing was done, since only that was asked. {@code epoch} is the present one. */
    record Possible(NodeId from, NodeId to, long epoch) implements HandOffOutcome {}

    /** Leadership has not moved, and will not by this request. */
    record Refused(Reason reason, String detail) implements HandOffOutcome {}

    /** It was under way; leadership may have moved, or may move yet. */
    record Undecided(String detail) implements HandOffOutcome {}

    /** Why it was refused. */
    enum Reason {
        /** This replica does not lead. */
        NOT_LEADING,
        /** It leads, but its write quorum does not answer, or nothing of its epoch is committed yet. */
        NOT_SERVING,
        /** The epoch is another one than the request named. */
        OTHER_EPOCH,
        /** Another hand-off, or another forced claim, is under way. */
        RUNS_ALREADY,
        /** A change of the in-sync set is open. */
        SET_CHANGES,
        /** ZooKeeper is not in reach. */
        ZOOKEEPER_AWAY,
        /** Nobody knows a node of that name. */
        UNKNOWN_NODE,
        /** The target's store is not in the in-sync set. */
        NOT_IN_SYNC,
        /** The target does not answer, or could not claim now. */
        NOT_LIVE,
        /** No follower is fit for it. */
        NO_TARGET,
        /** The target did not store the last entry in time; the leader goes on. */
        TOO_SLOW,
        /** A leader is heard: there is nothing to recover. */
        LEADER_HEARD,
        /** Enough of the in-sync set are left to recover without any loss. */
        QUORUM_ANSWERS,
        /** There is nothing in the store to recover. */
        EMPTY_STORE
    }
}
