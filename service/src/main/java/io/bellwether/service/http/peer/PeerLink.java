package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.NodeId;
import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All that this node has with one peer: where it is, what waits for it on each lane, and which of its posts are open
 * here. Decides by which way a message leaves: an answer that a held post of the peer waits for goes back with that
 * post; a control message goes back with the peer's control post, if one is open; everything else with a post of our own.
 *
 * <p>Any thread; the lock is never held while something is waited for, nor while an answer is written.
 */
final class PeerLink {
    /** Work for a sender: a batch to post, or none, only to see whether the peer takes a connection. */
    record Outgoing(URI url, List<Envelope> batch) {
        boolean isKnock() {
            return batch.isEmpty();
        }
    }

    /** What was decided under the lock and is done after it. */
    private record Reply(InboundExchange exchange, List<Envelope> answers) {
        void send() {
            exchange.responder().respond(answers);
        }
    }

    private static final class LaneState {
        final LaneQueue queue;
        final Condition work;

        /** The sender sits out a pause, and looks into the queue when it is over. */
        boolean pausing;

        @Nullable
        InboundExchange inbound;

        LaneState(LaneQueue queue, Condition work) {
            this.queue = queue;
            this.work = work;
        }
    }

    private static final int KNOCKS = 3;

    private final NodeId peer;
    private final PeerSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Lane, LaneState> lanes = new EnumMap<>(Lane.class);
    private @Nullable URI url;
    private boolean knock;
    private int knocksLeft;
    private boolean closed;
    private long droppedMessages;

    PeerLink(NodeId peer, PeerSettings settings) {
        this.peer = peer;
        this.settings = settings;
        for (Lane lane : Lane.values()) {
            LaneQueue queue = new LaneQueue(
                    settings.maxQueuedBytes(lane), settings.exchangeTimeout().toNanos());
            lanes.put(lane, new LaneState(queue, lock.newCondition()));
        }
    }

    NodeId peer() {
        return peer;
    }

    /** Where the peer is; empty if it has not said so. */
    Optional<URI> url() {
        lock.lock();
        try {
            return Optional.ofNullable(url);
        } finally {
            lock.unlock();
        }
    }

    /** @return whether this is the first address that the peer has */
    boolean moveTo(URI newUrl) {
        lock.lock();
        try {
            boolean first = url == null;
            url = newUrl;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** @param weightBytes of the envelope, at most {@link PeerSettings#maxBatchBytes} */
    void send(Envelope envelope, int weightBytes) {
        Optional<Reply> reply;
        lock.lock();
        try {
            InboundExchange held = state(Lane.REPLICATION).inbound;
            if (held != null && held.takesAlong(envelope, weightBytes, settings.maxBatchBytes())) {
                reply = replyIfComplete(held);
            } else {
                enqueue(envelope, weightBytes);
                reply = Optional.empty();
            }
        } finally {
            lock.unlock();
        }
        reply.ifPresent(Reply::send);
    }

    private void enqueue(Envelope envelope, int weightBytes) {
        Lane lane = Lane.of(envelope);
        boolean rides = lane == Lane.CONTROL && controlPostIsOpen();
        if (closed || (url == null && !rides)) {
            droppedMessages++;
            return;
        }
        LaneState state = state(lane);
        droppedMessages += state.queue.offer(envelope, weightBytes, System.nanoTime());
        if (!rides && !state.pausing) {
            state.work.signal();
        }
    }

    /**
     * Lets a post of the peer in, unless the loop has not handled the one before it on this lane: a loop that hangs is
     * given no more to remember. A post that is still held for its answer is ended: its sender has given it up.
     */
    boolean letIn(InboundExchange exchange) {
        Optional<Reply> superseded = Optional.empty();
        lock.lock();
        try {
            LaneState state = state(exchange.lane());
            InboundExchange earlier = state.inbound;
            if (closed || (earlier != null && earlier.isInLoop())) {
                return false;
            }
            if (earlier != null && earlier.isOpen()) {
                superseded = Optional.of(new Reply(earlier, earlier.close()));
            }
            state.inbound = exchange;
        } finally {
            lock.unlock();
        }
        superseded.ifPresent(Reply::send);
        return true;
    }

    /** The loop has handled the batch of this exchange and has sent what it called forth. */
    void processed(InboundExchange exchange) {
        Optional<Reply> reply;
        lock.lock();
        try {
            exchange.leftLoop();
            reply = exchange.lane() == Lane.CONTROL ? replyWithControlMail(exchange) : replyIfComplete(exchange);
        } finally {
            lock.unlock();
        }
        reply.ifPresent(Reply::send);
    }

    /** Answers the posts that were held for too long, with what there is. */
    private void expire(long nowNanos) {
        for (Lane lane : Lane.values()) {
            Optional<Reply> reply = Optional.empty();
            lock.lock();
            try {
                InboundExchange exchange = state(lane).inbound;
                if (exchange != null && exchange.isOverdue(nowNanos)) {
                    reply = lane == Lane.CONTROL
                            ? replyWithControlMail(exchange)
                            : Optional.of(new Reply(exchange, exchange.close()));
                }
            } finally {
                lock.unlock();
            }
            reply.ifPresent(Reply::send);
        }
    }

    /**
     * A connection that the peer had opened was closed. Has the control lane see whether the peer still takes one: now,
     * and a little later again, since a process that ends closes its sockets one after another.
     */
    void inboundClosed() {
        lock.lock();
        try {
            knocksLeft = KNOCKS;
            knock();
        } finally {
            lock.unlock();
        }
    }

    /** Called again and again, {@link HttpPeers#WATCH_INTERVAL_MILLIS} apart. */
    void watch(long nowNanos) {
        expire(nowNanos);
        lock.lock();
        try {
            if (knocksLeft > 0) {
                knock();
            }
        } finally {
            lock.unlock();
        }
    }

    private void knock() {
        knocksLeft--;
        knock = true;
        state(Lane.CONTROL).work.signal();
    }

    /**
     * Waits until there is something to post on the lane, and not before {@code notBeforeNanos} of {@link
     * System#nanoTime}. Empty when the link is closed.
     */
    Optional<Outgoing> awaitWork(Lane lane, long notBeforeNanos) throws InterruptedException {
        lock.lock();
        try {
            LaneState state = state(lane);
            while (!closed) {
                long nowNanos = System.nanoTime();
                long pauseNanos = notBeforeNanos - nowNanos;
                if (pauseNanos > 0) {
                    state.pausing = true;
                    state.work.awaitNanos(pauseNanos);
                    continue;
                }
                state.pausing = false;
                Optional<Outgoing> work = workNow(lane, state, nowNanos);
                if (work.isPresent()) {
                    return work;
                }
                state.work.await();
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private Optional<Outgoing> workNow(Lane lane, LaneState state, long nowNanos) {
        if (url == null) {
            return Optional.empty();
        }
        if (lane == Lane.CONTROL && knock) {
            knock = false;
            return Optional.of(new Outgoing(url, List.of()));
        }
        if (lane == Lane.CONTROL && controlPostIsOpen()) {
            return Optional.empty();
        }
        List<Envelope> batch = state.queue.take(settings.maxBatchBytes(), nowNanos);
        return batch.isEmpty() ? Optional.empty() : Optional.of(new Outgoing(url, batch));
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            for (LaneState state : lanes.values()) {
                state.queue.clear();
                state.work.signalAll();
            }
        } finally {
            lock.unlock();
        }
        expire(Long.MAX_VALUE);
    }

    long queuedBytes() {
        lock.lock();
        try {
            return lanes.values().stream()
                    .mapToLong(state -> state.queue.queuedBytes())
                    .sum();
        } finally {
            lock.unlock();
        }
    }

    long droppedMessages() {
        lock.lock();
        try {
            return droppedMessages;
        } finally {
            lock.unlock();
        }
    }

    private Optional<Reply> replyIfComplete(InboundExchange exchange) {
        return exchange.isComplete() ? Optional.of(new Reply(exchange, exchange.close())) : Optional.empty();
    }

    /** What is queued for the peer rides back; what doesn't fit goes by a post of our own, if we know where to. */
    private Optional<Reply> replyWithControlMail(InboundExchange exchange) {
        if (!exchange.isOpen()) {
            return Optional.empty();
        }
        exchange.close();
        LaneState control = state(Lane.CONTROL);
        List<Envelope> mail = control.queue.take(settings.maxBatchBytes(), System.nanoTime());
        if (!control.queue.isEmpty()) {
            control.work.signal();
        }
        return Optional.of(new Reply(exchange, mail));
    }

    private boolean controlPostIsOpen() {
        InboundExchange inbound = state(Lane.CONTROL).inbound;
        return inbound != null && inbound.isOpen();
    }

    private LaneState state(Lane lane) {
        LaneState state = lanes.get(lane);
        if (state == null) {
            throw new IllegalStateException("every lane has its state");
        }
        return state;
    }
}
