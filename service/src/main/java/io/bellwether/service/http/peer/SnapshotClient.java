package io.bellwether.service.http.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;

/**
 * A connection to a peer over which its state is fetched, one piece after another. {@link #close} may be called on another
 * thread and ends whatever is under way; everything else belongs to one thread. After an exception it is closed by
 * the caller.
 */
public final class SnapshotClient implements Closeable {
    /** A peer that sends nothing for so long is given up. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private static final int MAX_MANIFEST_BYTES = 16 << 20;
    private static final int MAX_PROBLEM_BYTES = 16 << 10;
    private static final int PIECE_BYTES = 64 << 10;

    private static final Http1Config HTTP =
            Http1Config.custom().setBufferSize(PIECE_BYTES).build();

    private final URI url;
    private final String clusterId;
    private final Socket socket;
    private final DefaultBHttpClientConnection connection;

    private SnapshotClient(URI url, String clusterId, Socket socket, DefaultBHttpClientConnection connection) {
        this.url = url;
        this.clusterId = clusterId;
        this.socket = socket;
        this.connection = connection;
    }

    /** Takes what comes. */
    public interface Sink {
        void write(byte[] bytes, int length) throws IOException;
    }

    /**
     * @param clusterId the cluster that this node belongs to
     * @throws IOException if the peer does not take the connection
     */
    public static SnapshotClient open(URI url, String clusterId, Duration connectTimeout) throws IOException {
        return PeerAddress.connect(
                url,
                connectTimeout,
                SILENCE,
                HTTP,
                (socket, connection) -> new SnapshotClient(url, clusterId, socket, connection));
    }

    /** What there is to fetch; empty while the peer makes it. */
    public Optional<SnapshotManifest> manifest() throws IOException {
        try (ClassicHttpResponse response = get(SnapshotServlet.PATH, 0)) {
            byte[] body = body(response, MAX_MANIFEST_BYTES);
            if (response.getCode() == 202) {
                return Optional.empty();
            }
            expect(response, 200, body);
            return Optional.of(PeerJson.read(body, SnapshotManifest.class));
        }
    }

    /**
     * A file of a snapshot, from a byte on to its end.
     *
     * @param from below the file's length
     * @throws SnapshotRefused if the peer does not give it
     */
    public void file(String id, String file, long from, Sink sink) throws IOException {
        try (ClassicHttpResponse response = get(SnapshotServlet.PATH + "/" + id + "/" + file, from)) {
            if (response.getCode() != 206) {
                expect(response, 206, body(response, MAX_PROBLEM_BYTES));
            }
            HttpEntity entity = response.getEntity();
            if (entity == null) {
                throw new IOException(url + " sent nothing of the file " + file);
            }
            byte[] piece = new byte[PIECE_BYTES];
            long read = 0;
            InputStream content = entity.getContent();
            try {
                for (int length = content.read(piece); length >= 0; length = content.read(piece)) {
                    sink.write(piece, length);
                    read += length;
                }
            } catch (IOException | RuntimeException e) {
                close(); // before the response is closed, which would read the rest of the file first
                throw e;
            }
            if (read != entity.getContentLength()) {
                throw new EOFException("the file " + file + " of " + url + " was cut off");
            }
        }
    }

    private ClassicHttpResponse get(String path, long from) throws IOException {
        BasicClassicHttpRequest request = new BasicClassicHttpRequest("GET", PeerAddress.path(url, path));
        request.setHeader(HttpHeaders.HOST, url.getAuthority());
        request.setHeader(HttpHeaders.RANGE, "bytes=" + from + "-");
        request.setHeader(SnapshotServlet.CLUSTER_ID, clusterId);
        try {
            connection.sendRequestHeader(request);
            connection.flush();
            ClassicHttpResponse response = connection.receiveResponseHeader();
            if (MessageSupport.canResponseHaveBody(request.getMethod(), response)) {
                connection.receiveResponseEntity(response);
            }
            return response;
        } catch (HttpException e) {
            throw new IOException("the answer of " + url + " is no HTTP: " + e.getMessage(), e);
        }
    }

    private byte[] body(ClassicHttpResponse response, int maxBytes) throws IOException {
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return new byte[0];
        }
        try (InputStream content = entity.getContent()) {
            byte[] body = content.readNBytes(maxBytes + 1);
            if (body.length > maxBytes) {
                throw new IOException("the answer of " + url + " is longer than " + maxBytes + " bytes");
            }
            return body;
        }
    }

    private void expect(ClassicHttpResponse response, int status, byte[] body) throws SnapshotRefused {
        if (response.getCode() != status) {
            String problem = new String(body, 0, Math.min(body.length, 1_000), UTF_8);
            throw new SnapshotRefused(response.getCode(), url + " answered " + response.getCode() + ": " + problem);
        }
    }

    /** Closes the socket first: the orderly way would wait for what is under way. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
