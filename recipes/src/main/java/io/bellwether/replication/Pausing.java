package io.bellwether.replication;

/** What became of an operator's wish to switch automation off, or on again. */
public enum Pausing {
    /** ZooKeeper has it, and this node goes by it. The others see it within moments. */
    DONE,
    /** ZooKeeper does not answer this node: nothing was asked of it. */
    AWAY,
    /** ZooKeeper does not let this node write there. */
    NOT_ALLOWED,
    /** The cluster's folder is no longer in ZooKeeper: there is no place for the mark. */
    NO_PLACE,
    /** The connection was lost: it may have happened, or may happen yet. */
    UNKNOWN
}
