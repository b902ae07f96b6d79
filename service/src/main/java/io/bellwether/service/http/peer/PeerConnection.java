package io.bellwether.service.http.peer;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;
import org.jspecify.annotations.Nullable;

/**
 * One kept-alive connection to a peer, for one post at a time. It never repeats a post. {@link #close} may be called on
 * another thread and ends whatever is under way; everything else belongs to one thread.
 */
final class PeerConnection implements Closeable {
    /** What came back. */
    record Answer(int status, BodyBuffer body) {}

    /** A post under load fits into it with its header, and leaves in one piece. */
    private static final int BUFFER_BYTES = 64 << 10;

    private static final Http1Config HTTP = Http1Config.custom()
            .setBufferSize(BUFFER_BYTES)
            .setMaxHeaderCount(64)
            .setMaxLineLength(8 << 10)
            .build();

    private final URI url;
    private final Socket socket;
    private final DefaultBHttpClientConnection connection;
    private final int maxBodyBytes;
    private boolean reusable = true;

    private PeerConnection(URI url, Socket socket, DefaultBHttpClientConnection connection, int maxBodyBytes) {
        this.url = url;
        this.socket = socket;
        this.connection = connection;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * @throws java.net.ConnectException if it is refused
     * @throws java.net.SocketTimeoutException if nobody answers in time
     */
    static PeerConnection open(URI url, Duration connectTimeout, Duration readTimeout, int maxBodyBytes)
            throws IOException {
        return PeerAddress.connect(
                url,
                connectTimeout,
                readTimeout,
                HTTP,
                (socket, connection) -> new PeerConnection(url, socket, connection, maxBodyBytes));
    }

    URI url() {
        return url;
    }

    /** Whether another post may follow: not after a failure, or when the peer has said that it closes. */
    boolean isReusable() {
        return reusable;
    }

    /** Sends the first {@code length} bytes of {@code body} and waits for the answer. */
    Answer post(String path, byte[] body, int length) throws IOException, HttpException {
        reusable = false;
        ClassicHttpRequest request = request(path, body, length);
        connection.sendRequestHeader(request);
        connection.sendRequestEntity(request);
        connection.flush();
        try (ClassicHttpResponse response = connection.receiveResponseHeader()) {
            if (MessageSupport.canResponseHaveBody(request.getMethod(), response)) {
                connection.receiveResponseEntity(response);
            }
            Answer answer = answer(response);
            reusable = !saysClose(response);
            return answer;
        }
    }

    // A peer secret, once there is one, becomes a header here and is checked in PeerServlet.
    private ClassicHttpRequest request(String path, byte[] body, int length) {
        BasicClassicHttpRequest request = new BasicClassicHttpRequest("POST", PeerAddress.path(url, path));
        request.setHeader(HttpHeaders.HOST, url.getAuthority());
        request.setHeader(HttpHeaders.CONTENT_TYPE, BatchFormat.CONTENT_TYPE);
        request.setHeader(HttpHeaders.CONTENT_LENGTH, length);
        request.setEntity(new ByteArrayEntity(body, 0, length, ContentType.APPLICATION_OCTET_STREAM));
        return request;
    }

    private Answer answer(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return new Answer(response.getCode(), new BodyBuffer(0));
        }
        try (InputStream content = entity.getContent()) {
            if (entity.getContentLength() > maxBodyBytes) {
                throw new IOException("the answer of " + url + " has " + entity.getContentLength()
                        + " bytes, and maxPostBytes is " + maxBodyBytes);
            }
            BodyBuffer body = new BodyBuffer(maxBodyBytes);
            if (!body.fillFrom(content)) {
                throw new IOException("the answer of " + url + " is longer than maxPostBytes " + maxBodyBytes);
            }
            if (entity.getContentLength() >= 0 && body.length() != entity.getContentLength()) {
                throw new EOFException("the answer of " + url + " was cut off");
            }
            return new Answer(response.getCode(), body);
        }
    }

    private static boolean saysClose(ClassicHttpResponse response) {
        @Nullable Header header = response.getFirstHeader(HttpHeaders.CONNECTION);
        return header != null && "close".equalsIgnoreCase(header.getValue());
    }

    /** Closes the socket first: the orderly way would wait for a post that is under way. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
