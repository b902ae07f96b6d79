package io.bellwether.service.failpoints;

/** A step through a door that leaves something durable behind, or that somebody else can see. */
enum Step {
    /** Entries are staged for the disk. */
    LOG_WRITE,
    /** The end of the log that others don't have is cut off. */
    LOG_CUT,
    /** The front of the log, which all hold, goes. */
    LOG_COMPACT,
    /** A promise is staged for the disk. */
    PROMISE_WRITE,
    /** The disk's word that a write is durable. */
    LOG_DURABLE,
    /** Committed entries become visible in the tables. */
    APPLY,
    SEND_APPEND,
    SEND_APPENDED,
    SEND_MISMATCHED,
    SEND_PROMISE_REQUEST,
    SEND_PROMISED,
    SEND_PULL,
    SEND_PULLED,
    SEND_SUSPECT,
    SEND_SUSPECTED,
    SEND_READ_INDEX,
    SEND_READ_INDEXED,
    SEND_FORWARD,
    SEND_FORWARDED,
    SEND_RESIGN,
    SEND_LEAVING,
    SEND_HELD_BY_ALL,
    SEND_STATE_IS,
    SEND_TAKE_SNAPSHOT,
    /** The word that a snapshot has come, whole and onto the disk. */
    SNAPSHOT_FETCHED,
    /** A snapshot takes the place of the state and the log. */
    SNAPSHOT_INSTALL,
    /** A place in the queue of the latch. */
    QUEUE,
    /** The place in the queue of the latch is given up. */
    LEAVE,
    CLAIM,
    /** ZooKeeper's answer to a claim. */
    CLAIM_ANSWERED,
    CHANGE,
    /** ZooKeeper's answer to a change of the in-sync set. */
    CHANGE_ANSWERED,
    DELETE_LATCH_PLACES,
    /** A client hears what became of its write. */
    ANSWER_WRITE,
    /** A client is given what it reads. */
    ANSWER_READ;

    /** Whether it is about what is on a disk or in the tables, or a client's word that it is. */
    boolean isDurable() {
        return switch (this) {
            case LOG_WRITE,
                    LOG_CUT,
                    LOG_COMPACT,
                    PROMISE_WRITE,
                    LOG_DURABLE,
                    APPLY,
                    SNAPSHOT_FETCHED,
                    SNAPSHOT_INSTALL,
                    ANSWER_WRITE -> true;
            default -> false;
        };
    }

    /** Which logs a cluster must have for it. */
    Logs logs() {
        return switch (this) {
            case LOG_COMPACT, SEND_TAKE_SNAPSHOT, SNAPSHOT_FETCHED, SNAPSHOT_INSTALL -> Logs.SHORT;
            default -> Logs.WHOLE;
        };
    }
}
