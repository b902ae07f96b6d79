package io.bellwether.service.failpoints;

/** A step through a door that leaves something durable behind, or that somebody else can see. */
enum Step {
    /** Entries are staged for the disk. */
    LOG_WRITE,
    /** A promise is staged for the disk. */
    PROMISE_WRITE,
    /** The disk's word that a write is durable. */
    LOG_DURABLE,
    /** Committed entries become visible in the tables. */
    APPLY,
    SEND_APPEND,
    SEND_APPENDED,
    SEND_PROMISE_REQUEST,
    SEND_PROMISED,
    SEND_SUSPECT,
    SEND_SUSPECTED,
    SEND_READ_INDEX,
    SEND_READ_INDEXED,
    SEND_FORWARD,
    SEND_FORWARDED,
    SEND_RESIGN,
    SEND_LEAVING,
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
            case LOG_WRITE, PROMISE_WRITE, LOG_DURABLE, APPLY, ANSWER_WRITE -> true;
            default -> false;
        };
    }
}
