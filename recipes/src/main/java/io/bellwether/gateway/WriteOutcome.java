package io.bellwether.gateway;

import io.bellwether.replication.Bytes;

/** What became of a write. What a client hears is one of these, and it is never a lie. */
public sealed interface WriteOutcome {
    /**
     * Decided by the state machine, and durable: on the disks of a write quorum.
     *
     * @param index the log position of the write that took effect
     * @param epoch the epoch of that position
     * @param result what the application said; a condition that failed is a result like any other
     */
    record Decided(long index, long epoch, Bytes result) implements WriteOutcome {}

    /** The client's key stands for another request (Rule 9.3). Did not happen and never will. */
    record KeyReused() implements WriteOutcome {}

    /** Certainly not written, now or later: safe to send again under a new id. */
    record Refused(Reason reason) implements WriteOutcome {}

    /** It may have happened, or may happen yet. The same key tells, when it is sent again. */
    record Unknown() implements WriteOutcome {}

    /** Why a write was refused. */
    enum Reason {
        /** No leader took it before its deadline. */
        NO_LEADER,
        /** A leader was there, but its write quorum did not answer before the deadline. */
        SUSPENDED,
        /** Too few replicas were in sync until the deadline. */
        TOO_FEW_IN_SYNC,
        /** This node holds as much as it may, {@link GatewaySettings#maxHeldBytes}; try again a little later. */
        OVERLOADED,
        /** It arrived after its time, and nobody had applied it before (Rule 9.4). */
        LATE,
        /** This node is stopping. */
        STOPPING,
        /** It would need room, and no disk that matters has any (Rule 12.5). */
        NO_ROOM
    }
}
