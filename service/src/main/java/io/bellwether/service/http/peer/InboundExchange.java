package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import java.util.ArrayList;
import java.util.List;

/**
 * A post of a peer that has been let in. It is <i>open</i> until it is answered, and <i>in the loop</i> until the loop has
 * handled its batch; the one may end before the other. Guarded by the lock of its {@link PeerLink}.
 */
final class InboundExchange {
    /** Writes the answer, which may be empty, to the peer. Called once, on any thread, and doesn't block. */
    interface Responder {
        void respond(List<Envelope> answers);
    }

    private final Lane lane;
    private final List<Awaited> awaited;
    private final Responder responder;
    private final long deadlineNanos;
    private final List<Envelope> answers = new ArrayList<>();
    private int answersBytes;
    private boolean inLoop = true;
    private boolean open = true;

    InboundExchange(Lane lane, List<Envelope> batch, long deadlineNanos, Responder responder) {
        this.lane = lane;
        this.awaited = lane == Lane.REPLICATION ? Awaited.by(batch) : new ArrayList<>();
        this.deadlineNanos = deadlineNanos;
        this.responder = responder;
    }

    Lane lane() {
        return lane;
    }

    Responder responder() {
        return responder;
    }

    boolean isOpen() {
        return open;
    }

    boolean isInLoop() {
        return inLoop;
    }

    boolean isOverdue(long nowNanos) {
        return open && nowNanos - deadlineNanos >= 0;
    }

    /** Everything that was awaited is there, and the loop has handled the batch. */
    boolean isComplete() {
        return open && !inLoop && awaited.isEmpty();
    }

    void leftLoop() {
        inLoop = false;
    }

    /** Takes the message along if it is an answer that this post waits for, and fits. */
    boolean takesAlong(Envelope envelope, int weightBytes, int maxBatchBytes) {
        boolean fits = answersBytes + weightBytes <= maxBatchBytes
                && (answers.isEmpty() || BatchFormat.sameHeader(answers.get(0), envelope));
        if (!open || !fits || !awaited.removeIf(answer -> answer.isAnsweredBy(envelope.message()))) {
            return false;
        }
        answers.add(envelope);
        answersBytes += weightBytes;
        return true;
    }

    /** Ends it, with the answers that it has. */
    List<Envelope> close() {
        open = false;
        return List.copyOf(answers);
    }
}
