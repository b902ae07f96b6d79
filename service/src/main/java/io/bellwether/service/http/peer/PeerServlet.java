package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.service.http.OutOfMemory;
import io.bellwether.service.http.OutgoingBody;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving end of a lane: reads a batch without parking a thread, hands it to the loop, and answers when there is
 * something to say. What is not a whole and sound batch for this node gets a 4xx and leaves no trace.
 */
final class PeerServlet extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServlet.class);

    /** To write a longer answer takes so long that others would wait for it. */
    private static final int SHORT_ANSWER_BYTES = 16 << 10;

    private final Lane lane;
    private final transient PeerSettings settings;
    private final transient Inbox inbox;
    private final transient HttpPeers peers;
    private final transient Executor answering;

    PeerServlet(Lane lane, PeerSettings settings, Inbox inbox, HttpPeers peers, Executor answering) {
        this.lane = lane;
        this.settings = settings;
        this.inbox = inbox;
        this.peers = peers;
        this.answering = answering;
    }

    // A peer secret, once there is one, is checked here first.
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<PeerProblem> refusal = Refusal.of(request, settings.maxPostBytes());
        AsyncContext async = PeerAnswers.begin(request); // HttpPeers watches the time until the answer
        if (refusal.isPresent()) {
            // Not at once: who sends one such post after another would keep the thread that reads for itself.
            answering.execute(() -> PeerAnswers.refuse(async, response, refusal.get()));
            return;
        }
        ServletInputStream in = request.getInputStream();
        in.setReadListener(
                new Body(async, InboundConnection.of(request), in, response, (int) request.getContentLengthLong()));
    }

    /** Gathers the body as it comes. */
    private final class Body implements ReadListener {
        private final AsyncContext async;
        private final InboundConnection connection;
        private final ServletInputStream in;
        private final HttpServletResponse response;
        private final int contentLength;
        private final BodyBuffer buffer;
        private boolean handedOn;

        Body(
                AsyncContext async,
                InboundConnection connection,
                ServletInputStream in,
                HttpServletResponse response,
                int contentLength) {
            this.async = async;
            this.connection = connection;
            this.in = in;
            this.response = response;
            this.contentLength = contentLength;
            this.buffer = new BodyBuffer(contentLength);
        }

        @Override
        public void onDataAvailable() throws IOException {
            while (buffer.length() < contentLength && in.isReady()) {
                if (buffer.readOnce(in) < 0) {
                    break;
                }
            }
            if (buffer.length() == contentLength && !handedOn) {
                handedOn = true;
                take(buffer, connection, async, response);
            }
        }

        @Override
        public void onAllDataRead() {
            // The length is known and was waited for; a body that ends before it is an error to the server.
        }

        @Override
        public void onError(Throwable failure) {
            OutOfMemory.endsProcess(failure);
            LOG.debug("a post on the {} lane was cut off", lane, failure);
            if (!handedOn) {
                handedOn = true;
                PeerAnswers.refuse(async, response, Refusal.CUT_OFF);
            }
        }
    }

    private void take(BodyBuffer body, InboundConnection connection, AsyncContext async, HttpServletResponse response) {
        List<Envelope> batch;
        try {
            batch = BatchFormat.decode(body.bytes(), body.length());
        } catch (MalformedBatchException e) {
            LOG.debug("a post on the {} lane was refused", lane, e);
            PeerAnswers.refuse(async, response, Refusal.malformed(e));
            return;
        }
        Optional<String> misdirected = inbox.refusal(batch);
        if (misdirected.isPresent()) {
            PeerAnswers.refuse(async, response, Refusal.misdirected(misdirected.get()));
            return;
        }
        PeerLink link = inbox.isOpen() ? peers.link(batch.get(0).from().node()) : null;
        long deadlineNanos = System.nanoTime() + settings.holdTimeout().toNanos();
        InboundExchange exchange =
                new InboundExchange(lane, batch, deadlineNanos, answers -> respond(async, response, answers));
        if (link == null || !link.letIn(exchange)) {
            PeerAnswers.refuse(async, response, Refusal.BUSY);
            return;
        }
        connection.belongsTo(link);
        inbox.received(batch, () -> link.processed(exchange));
    }

    /** On another thread: the caller may be the loop. A long answer is made on a thread of the server. */
    private void respond(AsyncContext async, HttpServletResponse response, List<Envelope> answers) {
        try {
            if (answers.stream().mapToInt(Weight::of).sum() <= SHORT_ANSWER_BYTES) {
                answering.execute(() -> write(async, response, answers));
            } else {
                async.start(() -> write(async, response, answers));
            }
        } catch (RejectedExecutionException | IllegalStateException e) {
            LOG.debug("an answer is lost: the server is stopping, or has ended the request", e);
        }
    }

    private static void write(AsyncContext async, HttpServletResponse response, List<Envelope> answers) {
        if (answers.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            OutgoingBody.complete(async);
        } else {
            WireWriter out = new WireWriter();
            BatchFormat.encode(answers, out);
            response.setStatus(HttpServletResponse.SC_OK);
            response.setContentType(BatchFormat.CONTENT_TYPE);
            OutgoingBody.send(async, response, out.buffer(), out.size());
        }
    }

    /** What a post gets that is not let in. */
    private static final class Refusal {
        static final PeerProblem CUT_OFF = new PeerProblem(
                400, "body-cut-off", "Bad Request", "The body ended before its Content-Length. Send it whole.");
        static final PeerProblem BUSY = new PeerProblem(
                503,
                "peer-busy",
                "Service Unavailable",
                "This node is starting or stopping, still handles the post before, or knows too many peers. Go on with newer messages.");

        private Refusal() {}

        static Optional<PeerProblem> of(HttpServletRequest request, int maxPostBytes) {
            if (!"POST".equals(request.getMethod())) {
                return Optional.of(new PeerProblem(
                        405,
                        "method-not-allowed",
                        "Method Not Allowed",
                        "Nodes post to each other here: use POST.",
                        "POST"));
            }
            if (!BatchFormat.CONTENT_TYPE.equals(request.getContentType())) {
                return Optional.of(new PeerProblem(
                        415,
                        "unsupported-media-type",
                        "Unsupported Media Type",
                        "Only nodes speak here, in " + BatchFormat.CONTENT_TYPE + "."));
            }
            long length = request.getContentLengthLong();
            if (length < 0) {
                return Optional.of(
                        new PeerProblem(411, "length-required", "Length Required", "Send a Content-Length."));
            }
            if (length > maxPostBytes) {
                return Optional.of(new PeerProblem(
                        413,
                        "batch-too-large",
                        "Content Too Large",
                        "The batch has " + length + " bytes, and maxPostBytes is " + maxPostBytes
                                + ": give all nodes the same limits."));
            }
            if (length == 0) {
                return Optional.of(
                        new PeerProblem(400, "malformed-batch", "Bad Request", "No batch is empty. Send a batch."));
            }
            return Optional.empty();
        }

        static PeerProblem malformed(MalformedBatchException e) {
            return new PeerProblem(
                    400, "malformed-batch", "Bad Request", "Nothing of it was taken: " + e.getMessage() + ".");
        }

        static PeerProblem misdirected(String reason) {
            return new PeerProblem(421, "misdirected-mail", "Misdirected Request", reason);
        }
    }
}
