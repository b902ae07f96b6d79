package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bellwether.replication.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP by hand over a socket, so that a test can say what no client library would. A connection for each request. */
final class Http {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;

    Http(int port) {
        this.port = port;
    }

    /** An answer as it came. Names of headers are in lower case. */
    record Answer(int status, Map<String, List<String>> headers, Bytes body) {
        @Nullable
        String header(String name) {
            List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
            if (values == null) {
                return null;
            }
            assertThat(values).as(name).hasSize(1);
            return values.get(0);
        }

        /** A header that must be there. */
        String required(String name) {
            return Objects.requireNonNull(header(name), "no " + name);
        }

        String text() {
            return body.utf8();
        }

        JsonNode json() {
            try {
                return JSON.readTree(body.unsafeArray());
            } catch (IOException e) {
                throw new UncheckedIOException(text(), e);
            }
        }

        /** Asserts a problem with all that belongs to one, and answers its detail. */
        String problem(int expectedStatus, ProblemCode code) {
            assertThat(status).as(text()).isEqualTo(expectedStatus);
            assertThat(header("Content-Type")).isEqualTo("application/problem+json");
            JsonNode problem = json();
            assertThat(problem.path("type").asText()).isEqualTo("about:blank");
            assertThat(problem.path("status").asInt()).isEqualTo(expectedStatus);
            assertThat(problem.path("title").asText()).isNotEmpty();
            assertThat(problem.path("code").asText()).isEqualTo(code.word());
            if (expectedStatus == 503 || expectedStatus == 429) {
                assertThat(header("Retry-After")).isEqualTo("1");
            }
            return problem.path("detail").asText();
        }

        /** What a problem says of the write; empty if it says nothing. */
        String outcome() {
            return json().path("outcome").asText();
        }
    }

    Answer get(String target, String... headers) {
        return send("GET", target, null, headers);
    }

    Answer put(String target, String body, String... headers) {
        return send("PUT", target, body.getBytes(UTF_8), headers);
    }

    Answer delete(String target, String... headers) {
        return send("DELETE", target, null, headers);
    }

    /** @param headers whole lines */
    Answer send(String method, String target, byte @Nullable [] body, String... headers) {
        StringBuilder head =
                new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (body != null) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.toString().getBytes(ISO_8859_1));
        if (body != null) {
            request.writeBytes(body);
        }
        return raw(request.toByteArray(), method, false);
    }

    /** These very bytes, in ISO 8859-1; {@code thenClose} ends our half of the connection after them. */
    Answer raw(String request, boolean thenClose) {
        return raw(request.getBytes(ISO_8859_1), request.substring(0, Math.max(0, request.indexOf(' '))), thenClose);
    }

    private Answer raw(byte[] request, String method, boolean thenClose) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            if (thenClose) {
                socket.shutdownOutput();
            }
            return read(socket.getInputStream(), method.equals("HEAD"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection for several requests, one after another or all at once. */
    Connection connect() {
        return new Connection(port);
    }

    /** Kept alive until it is closed here. */
    static final class Connection implements AutoCloseable {
        private final Socket socket;

        private Connection(int port) {
            try {
                socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(PATIENCE_MILLIS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Sends a GET and doesn't wait for the answer. */
        void get(String target, String... headers) {
            StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: test\r\n");
            for (String header : headers) {
                request.append(header).append("\r\n");
            }
            send(request.append("\r\n").toString());
        }

        /** Sends these very bytes, in ISO 8859-1. */
        void send(String text) {
            try {
                socket.getOutputStream().write(text.getBytes(ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The next answer; of a GET. */
        Answer answer() {
            try {
                return read(socket.getInputStream(), false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Answer read(InputStream input, boolean headOnly) throws IOException {
        String statusLine = line(input);
        assertThat(statusLine).as("status line").startsWith("HTTP/1.1 ");
        Map<String, List<String>> headers = new TreeMap<>();
        for (String line = line(input); !line.isEmpty(); line = line(input)) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        List<String> length = headers.get("content-length");
        byte[] body = headOnly
                ? new byte[0]
                : length == null ? input.readAllBytes() : input.readNBytes(Integer.parseInt(length.get(0)));
        return new Answer(Integer.parseInt(statusLine.substring(9, 12)), headers, Bytes.wrap(body));
    }

    private static String line(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = input.read(); octet != '\n'; octet = input.read()) {
            if (octet < 0) {
                throw new IOException("the connection ended without an answer, after '" + line + "'");
            }
            line.write(octet);
        }
        return line.toString(ISO_8859_1).strip();
    }
}
