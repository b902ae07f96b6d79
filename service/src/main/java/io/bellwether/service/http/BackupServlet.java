package io.bellwether.service.http;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.replication.Tables;
import io.bellwether.service.node.ReadOutcome;
import io.bellwether.service.node.Requests;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /v1/snapshot}: the state at one index, as a stream of a length that is known before. It is as fresh as a read
 * of the same {@code consistency}. Goes out on a thread of its own, not faster than the node can spare.
 */
final class BackupServlet extends HttpServlet {
    static final String PATH = "/v1/snapshot";
    static final String METHODS = "GET, HEAD, OPTIONS";

    private static final Logger LOG = LoggerFactory.getLogger(BackupServlet.class);
    private static final Problem NO_COPY = Problem.of(
            ProblemCode.NOT_READY,
            "This node can't make a copy of its state now: it has not heard a leader yet, is being stopped, or its disk"
                    + " fails, which its log tells. Ask again, or another node.");
    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final List<String> PARAMETERS = List.of(ReadWish.CONSISTENCY, ReadWish.MAX_STALENESS);

    private final transient Requests requests;
    private final transient BackupSource source;
    private final transient Executor sender;
    /** One backup at a time, from the wish for a copy until it is given: each reads all of the state twice. */
    private final transient Semaphore turn = new Semaphore(1);

    private final transient SendingRate rate;
    private final transient Limits limits;
    private final String node;

    /** @param sender where a backup is given; one after the other */
    BackupServlet(
            Requests requests,
            BackupSource source,
            Executor sender,
            SendingRate rate,
            Limits limits,
            Identity identity) {
        this.requests = requests;
        this.source = source;
        this.sender = sender;
        this.rate = rate;
        this.limits = limits;
        this.node = identity.node();
    }

    /** One request, answered later, on whatever thread knows how. */
    private final class Taking {
        final AsyncContext async;
        final HttpServletResponse response;

        Taking(HttpServletRequest request, HttpServletResponse response) {
            this.async = request.startAsync();
            this.response = response;
            async.setTimeout(0); // the node answers at the deadline, and the idle timeout ends what nobody reads
        }

        /** On the node's thread, which must go on. */
        void read(ReadOutcome outcome) {
            if (!(outcome instanceof ReadOutcome.Ready ready)) {
                refuse(ReadAnswer.problem(outcome));
                return;
            }
            try (Tables.View view = ready.view()) {
                if (turn.tryAcquire()) {
                    source.take(view.applied().index(), this::made);
                } else {
                    refuse(Problem.of(
                            ProblemCode.OVERLOADED,
                            "This node is giving a backup already. Ask again when that one is done, or another node."));
                }
            }
        }

        private void made(Optional<BackupSource.Backup> backup) {
            try {
                sender.execute(() -> give(backup));
            } catch (RejectedExecutionException e) {
                LOG.debug("the node is being stopped", e);
                turn.release();
                refuse(NO_COPY);
            }
        }

        private void give(Optional<BackupSource.Backup> backup) {
            try {
                backup.ifPresent(this::send);
            } finally {
                turn.release();
            }
            if (backup.isEmpty()) {
                refuse(NO_COPY);
            }
        }

        /** Also called on the node's thread. */
        private void refuse(Problem problem) {
            try {
                async.start(() -> send(Reply.of(node, problem)));
            } catch (RejectedExecutionException | IllegalStateException e) {
                LOG.debug("a refusal is lost: the server is stopping, or has ended the request", e);
                OutgoingBody.complete(async);
            }
        }

        private void send(Reply reply) {
            reply.putHead(response);
            OutgoingBody.send(
                    async, response, reply.body().unsafeArray(), reply.body().size());
        }

        private void send(BackupSource.Backup backup) {
            LOG.info("backup begun index={} bytes={}", backup.index(), backup.bytes());
            try {
                Reply.of(
                                200,
                                ResponseFields.position(node, backup.epoch(), backup.index())
                                        .put(HttpHeader.CONTENT_TYPE, CONTENT_TYPE)
                                        .put(HttpHeader.CACHE_CONTROL, "no-store")
                                        .put(
                                                "Content-Disposition",
                                                "attachment; filename=\"bellwether-" + backup.epoch() + "-"
                                                        + backup.index() + ".backup\""))
                        .putHead(response);
                response.setContentLengthLong(backup.bytes());
                backup.writeTo(new Paced(response.getOutputStream(), rate));
                LOG.info("backup given index={}", backup.index());
            } catch (IOException e) {
                LOG.warn("backup cut off index={}: {}. Take it again", backup.index(), e.toString());
            } finally {
                OutgoingBody.complete(async); // with less than was announced, the connection ends
            }
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            if (request.getMethod().equals("OPTIONS")) {
                response.setHeader("Allow", METHODS);
                response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                return;
            }
            boolean head = request.getMethod().equals("HEAD");
            if (!head && !request.getMethod().equals("GET")) {
                response.setHeader("Allow", METHODS);
                throw new ProblemException(
                        ProblemCode.METHOD_NOT_ALLOWED,
                        PercentEncoding.shown(request.getMethod()) + " is not for " + PATH + "; there is " + METHODS
                                + ".");
            }
            ReadLevel level = ReadWish.level(Query.parse(request.getQueryString(), PARAMETERS));
            RequestFields fields = RequestFields.of(
                    ServletContextRequest.getServletContextRequest(request).getHeaders());
            long minIndex = fields.minIndex();
            var timeout = fields.timeout(limits);
            if (head) { // without its length: that costs a copy
                response.setContentType(CONTENT_TYPE);
                return;
            }
            Taking taking = new Taking(request, response);
            requests.read(level, minIndex, timeout, taking::read);
        } catch (ProblemException refused) {
            Reply reply = Reply.of(
                    node, refused.problem().with(RecordsServlet.isWrite(request.getMethod()) ? WriteFate.NONE : null));
            reply.putHead(response);
            response.getOutputStream().write(reply.body().unsafeArray());
        }
    }

    /** Lets through what the node can spare. */
    private static final class Paced extends FilterOutputStream {
        private final SendingRate rate;

        Paced(OutputStream out, SendingRate rate) {
            super(out);
            this.rate = rate;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            rate.await(length);
            out.write(bytes, offset, length);
        }
    }
}
