package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
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
final class HttpConnection implements AutoCloseable {
    /** Longer than any deadline that a request of these tests has. */
    private static final Timeout SILENCE = Timeout.ofSeconds(40);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String authority;
    private final DefaultBHttpClientConnection connection;

    HttpConnection(int port) throws IOException {
        authority = "127.0.0.1:" + port;
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        connection = new DefaultBHttpClientConnection(Http1Config.DEFAULT);
        connection.bind(socket);
        connection.setSocketTimeout(SILENCE);
    }

    /** @param index of the log that it reflects; 0 if it names none */
    record Answer(int status, long index, String etag, String text, List<Header> headers) {
        boolean succeeded() {
            return status / 100 == 2;
        }

        JsonNode json() {
            try {
                return JSON.readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }

        /** What a problem says of a write. */
        String outcome() {
            return text.startsWith("{") ? json().path("outcome").asText() : "";
        }

        @Override
        public String toString() {
            return status + " " + text;
        }
    }

    void sendPut(String key, String value, String... headers) throws IOException {
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
        try {
            connection.sendRequestHeader(request("GET", target, headers));
            connection.flush();
        } catch (HttpException e) {
            throw new IOException(e);
        }
    }

    Answer put(String key, String value, String... headers) throws IOException {
        sendPut(key, value, headers);
        return receive();
    }

    Answer get(String target, String... headers) throws IOException {
        sendGet(target, headers);
        return receive();
    }

    Answer receive() throws IOException {
        try (ClassicHttpResponse response = connection.receiveResponseHeader()) {
            connection.receiveResponseEntity(response);
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
