package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
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
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * A client of one node with one connection, which it opens when it needs one. It repeats nothing: each request is sent
 * once, and what became of it is told.
 */
final class NodeClient implements AutoCloseable {
    /** Longer than any request may take by its own deadline. */
    private static final Timeout SILENCE = Timeout.ofSeconds(65);

    private final Server node;
    private Optional<DefaultBHttpClientConnection> connection = Optional.empty();

    /** What a node answered. */
    static final class Answer {
        private final int status;
        private final byte[] body;
        private final long index;

        private Answer(int status, byte[] body, long index) {
            this.status = status;
            this.body = body;
            this.index = index;
        }

        int status() {
            return status;
        }

        byte[] body() {
            return body;
        }

        /** The log position that the answer reflects; 0 if it names none. */
        long index() {
            return index;
        }

        @Override
        public String toString() {
            return status + " " + new String(body, UTF_8).strip();
        }
    }

    NodeClient(Server node) {
        this.node = node;
    }

    Answer put(String key, byte[] value) throws IOException {
        ClassicHttpRequest request = new BasicClassicHttpRequest("PUT", "/v1/kv/" + encode(key));
        ContentType type = ContentType.APPLICATION_OCTET_STREAM;
        request.setEntity(new ByteArrayEntity(value, type));
        request.setHeader(HttpHeaders.CONTENT_TYPE, type);
        request.setHeader(HttpHeaders.CONTENT_LENGTH, value.length);
        return exchange(request);
    }

    /** What this very node has, once it has applied everything up to {@code index}. */
    Answer getOwnCopy(String key, long index) throws IOException {
        ClassicHttpRequest request = new BasicClassicHttpRequest("GET", "/v1/kv/" + encode(key) + "?consistency=local");
        request.setHeader("Bellwether-Min-Index", index);
        request.setHeader("Bellwether-Timeout", "30s");
        return exchange(request);
    }

    @Override
    public void close() {
        connection.ifPresent(open -> open.close(CloseMode.IMMEDIATE));
        connection = Optional.empty();
    }

    private Answer exchange(ClassicHttpRequest request) throws IOException {
        request.setHeader(HttpHeaders.HOST, node.url().getAuthority());
        try {
            DefaultBHttpClientConnection open = open();
            open.sendRequestHeader(request);
            if (request.getEntity() != null) {
                open.sendRequestEntity(request);
            }
            open.flush();
            try (ClassicHttpResponse response = open.receiveResponseHeader()) {
                open.receiveResponseEntity(response);
                Answer answer = read(response);
                if (!"keep-alive".equalsIgnoreCase(value(response, HttpHeaders.CONNECTION, "keep-alive"))) {
                    close();
                }
                return answer;
            }
        } catch (HttpException e) {
            close();
            throw new IOException(node.name() + " answers what is no HTTP: " + e.getMessage(), e);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static Answer read(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        byte[] body = entity == null ? new byte[0] : EntityUtils.toByteArray(entity);
        return new Answer(response.getCode(), body, Long.parseLong(value(response, "Bellwether-Index", "0")));
    }

    private static String value(ClassicHttpResponse response, String name, String otherwise) {
        Header header = response.getFirstHeader(name);
        return header == null ? otherwise : header.getValue();
    }

    private DefaultBHttpClientConnection open() throws IOException {
        if (connection.isEmpty()) {
            Socket socket = new Socket(node.url().getHost(), node.url().getPort());
            socket.setTcpNoDelay(true);
            DefaultBHttpClientConnection opened = new DefaultBHttpClientConnection(Http1Config.DEFAULT);
            opened.bind(socket);
            opened.setSocketTimeout(SILENCE);
            connection = Optional.of(opened);
        }
        return connection.get();
    }

    /** Everything but unreserved characters and the slashes between segments, percent-encoded. */
    static String encode(String key) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : key.getBytes(UTF_8)) {
            char letter = (char) (octet & 0xff);
            boolean plain = letter < 0x80 && (Character.isLetterOrDigit(letter) || "-._~/".indexOf(letter) >= 0);
            if (plain) {
                encoded.append(letter);
            } else {
                encoded.append('%').append("%02X".formatted(octet & 0xff));
            }
        }
        return encoded.toString();
    }
}
