package io.bellwether.gateway;

import io.bellwether.replication.Admission;
import io.bellwether.replication.Bytes;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's write on its own node, from its arrival to its outcome. Each time that it is offered to a leader is an attempt
 * with a number. An attempt is open until it is known that it was refused, or that its place in the log went to another
 * entry; while one is open, nobody may say that the write did not happen (Rule 9.7).
 */
final class Held {
    private final long ticket;
    private final Optional<RequestId.Keyed> key;
    private final Bytes command;
    private final long deadlineMillis;
    private final Consumer<WriteOutcome> whenDone;
    private long turn;

    private final TreeSet<Long> openAttempts = new TreeSet<>();
    private long lastAttempt;
    private long offeredMillis;
    private @Nullable Bytes encoded;
    private WriteOutcome.Reason reason = WriteOutcome.Reason.NO_LEADER;

    Held(
            long ticket,
            long turn,
            Optional<RequestId.Keyed> key,
            Bytes command,
            long deadlineMillis,
            Consumer<WriteOutcome> whenDone) {
        this.ticket = ticket;
        this.key = key;
        this.command = command;
        this.deadlineMillis = deadlineMillis;
        this.whenDone = whenDone;
        this.turn = turn;
    }

    long ticket() {
        return ticket;
    }

    /** Of those that wait, the one with the least goes out first. */
    long turn() {
        return turn;
    }

    void turn(long newTurn) {
        turn = newTurn;
    }

    Optional<RequestId.Keyed> key() {
        return key;
    }

    Bytes command() {
        return command;
    }

    long deadlineMillis() {
        return deadlineMillis;
    }

    long offeredMillis() {
        return offeredMillis;
    }

    /** The request as every attempt carries it; null until the first. */
    @Nullable
    Bytes encoded() {
        return encoded;
    }

    void encoded(Bytes request) {
        encoded = request;
    }

    /** A new attempt; open from now on. */
    long attempt(long nowMillis) {
        offeredMillis = nowMillis;
        openAttempts.add(++lastAttempt);
        return lastAttempt;
    }

    /** What was under way may be lost: it may be offered again from this moment on. */
    void suspectLoss(long offeredBefore) {
        offeredMillis = Math.min(offeredMillis, offeredBefore);
    }

    /** The attempt was refused before it was appended. */
    void refused(long attempt, Admission.Refusal refusal) {
        openAttempts.remove(attempt);
        reason = switch (refusal) {
            case NOT_LEADING, HANDING_OFF -> WriteOutcome.Reason.NO_LEADER;
            case SUSPENDED -> WriteOutcome.Reason.SUSPENDED;
            case TOO_FEW_IN_SYNC -> WriteOutcome.Reason.TOO_FEW_IN_SYNC;
            case OVERLOADED -> WriteOutcome.Reason.OVERLOADED;
            case NO_ROOM -> WriteOutcome.Reason.NO_ROOM;
        };
    }

    /** The attempt was appended, and its place in the log went to another entry: it is gone for good. */
    void superseded(long attempt) {
        openAttempts.remove(attempt);
    }

    /** Whether an attempt may still take effect. */
    boolean hasOpenAttempt() {
        return !openAttempts.isEmpty();
    }

    /** What its client hears when nobody has decided it in time. */
    WriteOutcome undecided() {
        return openAttempts.isEmpty() ? new WriteOutcome.Refused(reason) : new WriteOutcome.Unknown();
    }

    /** What its client hears when this node stops. */
    WriteOutcome stopped() {
        return openAttempts.isEmpty()
                ? new WriteOutcome.Refused(WriteOutcome.Reason.STOPPING)
                : new WriteOutcome.Unknown();
    }

    /**
     * A copy came after its time and had not been applied before; other copies come later still (Rule 9.4).
     *
     * @param never whether outcomes of that time are still known, so that it has not been applied
     */
    WriteOutcome late(boolean never) {
        return never ? new WriteOutcome.Refused(WriteOutcome.Reason.LATE) : new WriteOutcome.Unknown();
    }

    void done(WriteOutcome outcome) {
        whenDone.accept(outcome);
    }
}
