package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * One connection of a plain client. It repeats nothing, and what it sends may be left lying in the socket of a process
 * that is stopped, to be received later.
 */
public final class HttpConnection implements AutoCloseable {
    /** Longer than any deadline that a request of these tests has. */
    private static final Duration SILENCE = Duration.ofSeconds(40);

    private static final int NO_CONTENT = 204;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String authority;
    private final DefaultBHttpClientConnection connection;

    HttpConnection(int port) throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), SILENCE);
    }

    /** @param silence how long it waits to be connected, and for each piece of an answer */
    public HttpConnection(InetSocketAddress server, Duration silence) throws IOException {
        authority = server.getAddress().getHostAddress() + ":" + server.getPort();
        Socket socket = new Socket();
        boolean connected = false;
        try {
            socket.connect(server, (int) silence.toMillis());
            socket.setTcpNoDelay(true);
            connected = true;
        } finally {
            if (!connected) {
                socket.close();
            }
        }
        connection = new DefaultBHttpClientConnection(Http1Config.DEFAULT);
        connection.bind(socket);
        connection.setSocketTimeout(Timeout.of(silence));
    }

    /** @param index of the log that it reflects; 0 if it names none */
    public record Answer(int status, long index, String etag, String text, List<Header> headers) {
        public boolean succeeded() {
            return status / 100 == 2;
        }

        public JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }

        /** A field of the answer; empty if it has none of this name. */
        public String field(String name) {
            return headers.stream()
                    .filter(header -> header.getName().equalsIgnoreCase(name))
                    .map(Header::getValue)
                    .findFirst()
                    .orElse("");
        }

        /** What a problem says of a write. */
        public String outcome() {
            return text.startsWith("{") ? json().path("outcome").asText() : "";
        }

        @Override
        public String toString() {
            return status + " " + text;
        }
    }

    public void sendPut(String key, String value, String... headers) throws IOException {
        ClassicHttpRequest request = request("PUT", "/v1/kv/" + key, headers);
        StringEntity entity = new StringEntity(value, ContentType.TEXT_PLAIN.withCharset(UTF_8));
        request.setEntity(entity);
        request.setHeader("Content-Type", entity.getContentType());
        request.setHeader("Content-Length", entity.getContentLength());
        try {
            connection.sendRequestHeader(request);
            connection.sendRequestEntity(request);
            connection.flush();
        } catch (HttpException e) {
            throw new IOException(e);
        }
    }

    /** JSON to an operator's door. */
    Answer post(String target, String json) throws IOException {
        ClassicHttpRequest request = request("POST", target);
        StringEntity entity = new StringEntity(json, ContentType.APPLICATION_JSON);
        request.setEntity(entity);
        request.setHeader("Content-Type", entity.getContentType());
        request.setHeader("Content-Length", entity.getContentLength());
        try {
            connection.sendRequestHeader(request);
            connection.sendRequestEntity(request);
            connection.flush();
        } catch (HttpException e) {
            throw new IOException(e);
        }
        return receive();
    }

    static Answer postOnce(int port, String target, String json) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            return connection.post(target, json);
        }
    }

    void sendGet(String target, String... headers) throws IOException {
        sendBare("GET", target, headers);
    }

    private void sendBare(String method, String target, String... headers) throws IOException {
        try {
            connection.sendRequestHeader(request(method, target, headers));
            connection.flush();
        } catch (HttpException e) {
            throw new IOException(e);
        }
    }

    public Answer delete(String key, String... headers) throws IOException {
        sendBare("DELETE", "/v1/kv/" + key, headers);
        return receive();
    }

    public Answer put(String key, String value, String... headers) throws IOException {
        sendPut(key, value, headers);
        return receive();
    }

    public Answer get(String target, String... headers) throws IOException {
        sendGet(target, headers);
        return receive();
    }

    public Answer receive() throws IOException {
        try (ClassicHttpResponse response = connection.receiveResponseHeader()) {
            // Without a body, and without a length that would say so: it would be waited for until the connection ends.
            if (response.getCode() != NO_CONTENT) {
                connection.receiveResponseEntity(response);
            }
            String text = response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity(), UTF_8);
            return new Answer(
                    response.getCode(),
                    Long.parseLong(value(response, "Bellwether-Index", "0")),
                    value(response, "ETag", ""),
                    text,
                    List.of(response.getHeaders()));
        } catch (HttpException e) {
            throw new IOException(e);
        }
    }

    /** @param headers name and value in turn */
    private ClassicHttpRequest request(String method, String target, String... headers) {
        ClassicHttpRequest request = new BasicClassicHttpRequest(method, target);
        request.setHeader("Host", authority);
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return request;
    }

    private static String value(ClassicHttpResponse response, String name, String otherwise) {
        Header header = response.getFirstHeader(name);
        return header == null ? otherwise : header.getValue();
    }

    @Override
    public void close() {
        connection.close(CloseMode.IMMEDIATE);
    }

    /** One request on a connection of its own. */
    static Answer getOnce(int port, String target, String... headers) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            return connection.get(target, headers);
        }
    }

    static Answer getOnce(InetSocketAddress server, Duration silence, String target, String... headers)
            throws IOException {
        try (HttpConnection connection = new HttpConnection(server, silence)) {
            return connection.get(target, headers);
        }
    }

    static Answer putOnce(int port, String key, String value, String... headers) throws IOException {
        try (HttpConnection connection = new HttpConnection(port)) {
            return connection.put(key, value, headers);
        }
    }

    /** Several connections, opened one after the other. */
    static List<HttpConnection> open(int port, int count) throws IOException {
        List<HttpConnection> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opened.add(new HttpConnection(port));
        }
        return opened;
    }
}
