package io.bellwether.service.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that is answered later. It is answered once, whoever comes first: the node, or the time that is over though
 * the node should have answered. A write passes {@link State#SUBMITTED}, and what it hears when its time is over depends on
 * whether it had: before, nothing can have happened.
 */
final class Exchange implements AsyncListener {
    /** The node answers at the deadline; when it has not so long after it, its thread hangs. */
    static final Duration GRACE = Duration.ofSeconds(1);

    /** What Jetty gathers without writing: up to here, writing never blocks. */
    private static final int SMALL_BODY = 4 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private enum State {
        OPEN,
        SUBMITTED,
        ANSWERED
    }

    private final AsyncContext context;
    private final HttpServletResponse response;
    private final String node;
    private final Problem whenTooLateToSubmit;
    private final Problem whenTheNodeHangs;
    private final Runnable whenOver;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    private Exchange(
            AsyncContext context,
            HttpServletResponse response,
            String node,
            Problem whenTooLateToSubmit,
            Problem whenTheNodeHangs,
            Runnable whenOver) {
        this.context = context;
        this.response = response;
        this.node = node;
        this.whenTooLateToSubmit = whenTooLateToSubmit;
        this.whenTheNodeHangs = whenTheNodeHangs;
        this.whenOver = whenOver;
    }

    /** @param whenOver runs when all is done, however it ended */
    static Exchange begin(
            HttpServletRequest request,
            HttpServletResponse response,
            String node,
            Duration timeout,
            Problem whenTooLateToSubmit,
            Problem whenTheNodeHangs,
            Runnable whenOver) {
        AsyncContext context = request.startAsync(request, response);
        Exchange exchange = new Exchange(context, response, node, whenTooLateToSubmit, whenTheNodeHangs, whenOver);
        context.setTimeout(timeout.plus(GRACE).toMillis());
        context.addListener(exchange);
        return exchange;
    }

    HttpServletResponse response() {
        return response;
    }

    /** Whether the node may be asked now. Not when the client has already heard that nothing happened. */
    boolean submit() {
        return state.compareAndSet(State.OPEN, State.SUBMITTED);
    }

    /** Whether the caller is the one who answers. */
    boolean claim() {
        return state.getAndSet(State.ANSWERED) != State.ANSWERED;
    }

    /** Answers with a problem, unless somebody has answered. */
    void fail(Problem problem) {
        if (claim()) {
            finish(problem);
        }
    }

    /** For the one who has claimed it. */
    void finish(Problem problem) {
        send(ProblemResponse.prepare(response, node, problem));
    }

    /** Sends the answer without a body. For the one who has claimed it. */
    void send() {
        context.complete();
    }

    /** Sends the answer with this body, without blocking. For the one who has claimed it. */
    void send(byte[] body) {
        try {
            ServletOutputStream output = response.getOutputStream();
            if (body.length <= SMALL_BODY) {
                output.write(body);
                context.complete();
            } else {
                output.setWriteListener(new LargeBody(output, body));
            }
        } catch (IOException e) {
            LOG.debug("the client is gone", e);
            context.complete();
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        State before = state.getAndSet(State.ANSWERED);
        if (before != State.ANSWERED) {
            finish(before == State.OPEN ? whenTooLateToSubmit : whenTheNodeHangs);
        }
    }

    @Override
    public void onError(AsyncEvent event) {
        LOG.debug("the client is gone", event.getThrowable());
        if (claim()) {
            context.complete();
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        state.set(State.ANSWERED);
        whenOver.run();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}

    private final class LargeBody implements WriteListener {
        private final ServletOutputStream output;
        private final byte[] body;
        private boolean written;

        LargeBody(ServletOutputStream output, byte[] body) {
            this.output = output;
            this.body = body;
        }

        @Override
        public void onWritePossible() throws IOException {
            while (output.isReady()) {
                if (written) {
                    context.complete();
                    return;
                }
                written = true;
                output.write(body);
            }
        }

        @Override
        public void onError(Throwable error) {
            LOG.debug("the client is gone", error);
            context.complete();
        }
    }
}
