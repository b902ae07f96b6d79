package io.bellwether.service.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that is answered later. One alone answers it, whoever comes first: the node, or the time that is over though the
 * node should have answered; or nobody, when the client is gone. Who comes first touches the response and has the whole {@link
 * Reply} in hand; who comes later must not, for the connection may have gone on to its next request, and it would write into
 * that one's answer. So the time is kept here: the server's own would end a request while somebody answers it.
 *
 * <p>What the client hears when its time is over depends on how far its request has come: a write that was {@linkplain
 * State#ADVANCED submitted} may have happened.
 */
final class Exchange implements AsyncListener {
    /** The node answers at the deadline; when it has not so long after it, its thread hangs. */
    static final Duration GRACE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private enum State {
        OPEN,
        ADVANCED,
        OVER
    }

    private final AsyncContext context;
    private final HttpServletResponse response;
    private final String node;
    private final Problem tooLateWhileOpen;
    private final Problem tooLateWhenAdvanced;
    private final Runnable whenOver;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private volatile Scheduler.Task timer = () -> false;

    private Exchange(
            AsyncContext context,
            HttpServletResponse response,
            String node,
            Problem tooLateWhileOpen,
            Problem tooLateWhenAdvanced,
            Runnable whenOver) {
        this.context = context;
        this.response = response;
        this.node = node;
        this.tooLateWhileOpen = tooLateWhileOpen;
        this.tooLateWhenAdvanced = tooLateWhenAdvanced;
        this.whenOver = whenOver;
    }

    /**
     * @param tooLateWhileOpen what the client hears when the time is over before the exchange has {@linkplain #advance
     *     advanced}; the other one, after it
     * @param whenOver runs when all is done, however it ended
     */
    static Exchange begin(
            HttpServletRequest request,
            HttpServletResponse response,
            String node,
            Duration timeout,
            Problem tooLateWhileOpen,
            Problem tooLateWhenAdvanced,
            Runnable whenOver) {
        AsyncContext context = request.startAsync(request, response);
        context.setTimeout(0);
        // Jetty answers 200 where a request ends without a status. Where a mistake ends it, nobody must hear that.
        response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        Exchange exchange = new Exchange(context, response, node, tooLateWhileOpen, tooLateWhenAdvanced, whenOver);
        context.addListener(exchange);
        Scheduler scheduler = ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnector()
                .getScheduler();
        exchange.timer =
                scheduler.schedule(exchange::timeIsOver, timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        return exchange;
    }

    /**
     * The request comes to where another problem says what its time ran out on.
     *
     * @return whether it may go on; not when the client has already heard that it did not
     */
    boolean advance() {
        return state.compareAndSet(State.OPEN, State.ADVANCED);
    }

    /** Whether an answer would come too late. */
    boolean isOver() {
        return state.get() == State.OVER;
    }

    /** Answers, unless somebody has. Never blocks. */
    void answer(Reply reply) {
        if (claim() != State.OVER) {
            send(reply);
        }
    }

    /** Answers with a problem, unless somebody has answered. */
    void fail(Problem problem) {
        answer(Reply.of(node, problem));
    }

    /** @return how far it had come. The caller is the one who ends it, unless it was over */
    private State claim() {
        return state.getAndSet(State.OVER);
    }

    /** @param before how far it has come */
    private Problem tooLate(State before) {
        return before == State.OPEN ? tooLateWhileOpen : tooLateWhenAdvanced;
    }

    private void send(Reply reply) {
        reply.putHead(response);
        if (reply.body().size() == 0) {
            OutgoingBody.complete(context);
        } else {
            OutgoingBody.send(
                    context, response, reply.body().unsafeArray(), reply.body().size());
        }
    }

    /** On the server's one thread for what is timed, which has better to do than to write. */
    private void timeIsOver() {
        State before = claim();
        if (before == State.OVER) {
            return;
        }
        Reply reply = Reply.of(node, tooLate(before));
        try {
            context.start(() -> send(reply));
        } catch (RejectedExecutionException | IllegalStateException e) {
            LOG.debug("the server is stopping, or the client is gone", e);
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // There is none: see begin.
    }

    /** The client is gone, or hears that the server stops under its request; or the request failed by a mistake. */
    @Override
    public void onError(AsyncEvent event) {
        Throwable error = event.getThrowable();
        OutOfMemory.endsProcess(error);
        State before = claim();
        if (before == State.OVER) {
            return;
        }
        Problem tooLate = tooLate(before);
        if (error instanceof IOException || error instanceof TimeoutException) {
            LOG.debug("a connection ended before its request did", error);
            send(Reply.of(node, tooLate));
        } else {
            LOG.error("a request failed", error);
            send(Reply.of(node, Problem.failed().with(tooLate.fate())));
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        state.set(State.OVER);
        timer.cancel();
        whenOver.run();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
