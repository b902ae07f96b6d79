package io.bellwether.service.http.peer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bellwether.service.http.OutgoingBody;
import io.bellwether.service.http.SendingRate;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the state to nodes of the same cluster that are too far behind: what it consists of at {@value #PATH}, and each
 * file under {@code {id}/{file}}, from any byte on. Files go out on threads of their own, a few at once, piece by piece
 * and not faster than the node can spare.
 */
final class SnapshotServlet extends HttpServlet {
    static final String PATH = "/peer/v1/snapshot";
    /** The cluster that the asking node belongs to. */
    static final String CLUSTER_ID = "Bellwether-Cluster-Id";

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotServlet.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern FILE = Pattern.compile("/([^/]+)/([^/]+)");
    private static final Pattern FROM = Pattern.compile("bytes=([0-9]{1,18})-");
    private static final int PIECE_BYTES = 64 << 10;

    private static final PeerProblem NOT_YET = new PeerProblem(
            503,
            "peer-busy",
            "Service Unavailable",
            "This node has not met its cluster yet, or is stopping. Ask again.");
    private static final PeerProblem BUSY = new PeerProblem(
            503,
            "peer-busy",
            "Service Unavailable",
            "This node gives its state to as many others as it can, or is stopping. Ask again.");
    private static final PeerProblem GONE = new PeerProblem(
            404,
            "no-such-snapshot",
            "Not Found",
            "There is no such snapshot any more, or no such file in it. Ask for a new one at " + PATH + ".");
    private static final PeerProblem GET_ONLY = new PeerProblem(
            405, "method-not-allowed", "Method Not Allowed", "Nodes fetch snapshots here: use GET.", "GET");

    private final transient Inbox inbox;
    private final transient SnapshotSource source;
    private final transient Executor senders;
    private final transient SendingRate rate;

    /** @param senders runs a few tasks at once, and rejects what is beyond */
    SnapshotServlet(Inbox inbox, SnapshotSource source, Executor senders, SendingRate rate) {
        this.inbox = inbox;
        this.source = source;
        this.senders = senders;
        this.rate = rate;
    }

    // A peer secret, once there is one, is checked here first.
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<PeerProblem> refusal = refusal(request);
        if (refusal.isPresent()) {
            refusal.get().write(response);
            return;
        }
        String path = request.getPathInfo();
        if (path == null) {
            AsyncContext async = PeerAnswers.begin(request);
            source.manifest(manifest -> {
                try {
                    async.start(() -> answer(async, response, manifest));
                } catch (IllegalStateException e) {
                    LOG.debug("the server is stopping", e);
                }
            });
            return;
        }
        Matcher named = FILE.matcher(path);
        if (!named.matches()) {
            GONE.write(response);
            return;
        }
        OptionalRange range = OptionalRange.of(request.getHeader("Range"));
        AsyncContext async = PeerAnswers.begin(request);
        try {
            senders.execute(() -> send(async, response, named.group(1), named.group(2), range));
        } catch (RejectedExecutionException e) {
            LOG.debug("no more of the state at once", e);
            PeerAnswers.refuse(async, response, BUSY);
        }
    }

    private Optional<PeerProblem> refusal(HttpServletRequest request) {
        String ours = inbox.clusterId();
        String theirs = request.getHeader(CLUSTER_ID);
        if (!"GET".equals(request.getMethod())) {
            return Optional.of(GET_ONLY);
        }
        if (ours.isEmpty() || !inbox.isOpen()) {
            return Optional.of(NOT_YET);
        }
        return ours.equals(theirs)
                ? Optional.empty()
                : Optional.of(new PeerProblem(
                        403,
                        "foreign-cluster",
                        "Forbidden",
                        "This node belongs to cluster " + ours + ", and gives its state to that one's nodes only, which"
                                + " say so in " + CLUSTER_ID + "."));
    }

    private static void answer(AsyncContext async, HttpServletResponse response, Optional<SnapshotManifest> manifest) {
        if (manifest.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_ACCEPTED);
            response.setHeader("Retry-After", "1");
            OutgoingBody.complete(async);
            return;
        }
        byte[] body = json(manifest.get());
        response.setContentType("application/json");
        OutgoingBody.send(async, response, body, body.length);
    }

    private static byte[] json(SnapshotManifest manifest) {
        try {
            return JSON.writeValueAsBytes(manifest);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest can be written", e);
        }
    }

    private void send(AsyncContext async, HttpServletResponse response, String id, String file, OptionalRange range) {
        try {
            Optional<FileChannel> opened = source.open(id, file);
            if (opened.isEmpty()) {
                GONE.write(response);
            } else {
                try (FileChannel channel = opened.get()) {
                    send(response, id, channel, range);
                }
            }
        } catch (IOException e) {
            LOG.debug("a file of a snapshot was cut off", e);
        } finally {
            OutgoingBody.complete(async); // with less than was announced, the connection ends
        }
    }

    private void send(HttpServletResponse response, String id, FileChannel channel, OptionalRange range)
            throws IOException {
        long size = channel.size();
        if (range.from() > size || range.isWrong()) {
            response.setHeader("Content-Range", "bytes */" + size);
            new PeerProblem(
                            416,
                            "range-not-satisfiable",
                            "Range Not Satisfiable",
                            "The file has " + size + " bytes; ask for 'bytes=N-' with N not above that.")
                    .write(response);
            return;
        }
        if (range.isAsked()) {
            response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
            response.setHeader("Content-Range", "bytes " + range.from() + "-" + (size - 1) + "/" + size);
        }
        response.setContentType("application/octet-stream");
        response.setContentLengthLong(size - range.from());
        channel.position(range.from());
        byte[] piece = new byte[PIECE_BYTES];
        for (long left = size - range.from(); left > 0; ) {
            ByteBuffer target = ByteBuffer.wrap(piece, 0, (int) Math.min(left, piece.length));
            int length = channel.read(target);
            if (length < 0) {
                throw new EOFException("a file of a snapshot has become shorter");
            }
            rate.await(length);
            if (!inbox.isOpen()) {
                throw new IOException("this node is stopping");
            }
            source.inUse(id);
            response.getOutputStream().write(piece, 0, length);
            left -= length;
        }
    }

    /**
     * From where on a file is asked for.
     *
     * @param from -1 if it is asked for in a way that is not served
     */
    private record OptionalRange(boolean isAsked, long from) {
        static OptionalRange of(@Nullable String header) {
            if (header == null) {
                return new OptionalRange(false, 0);
            }
            Matcher open = FROM.matcher(header);
            return new OptionalRange(true, open.matches() ? Long.parseLong(open.group(1)) : -1);
        }

        boolean isWrong() {
            return from < 0;
        }
    }
}
