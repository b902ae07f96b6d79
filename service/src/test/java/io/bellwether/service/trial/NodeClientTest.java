package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class NodeClientTest {
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @Test
    void aKeyIsEncodedSegmentBySegment() {
        assertThat(NodeClient.encode("a b/ü+&?#\"/~-._9")).isEqualTo("a%20b/%C3%BC%2B%26%3F%23%22/~-._9");
    }

    @Test
    void storesAndReadsBackFromTheNodesOwnCopy() throws IOException {
        try (StandIn server = new StandIn(exchange -> {
                    seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                            + exchange.getRequestHeaders().getFirst("Bellwether-Min-Index"));
                    exchange.getResponseHeaders().set("Bellwether-Index", "7");
                    byte[] body = "hello".getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                });
                NodeClient client = client(server)) {
            NodeClient.Answer written = client.put("quickstart/a b", new byte[0]);
            NodeClient.Answer read = client.getOwnCopy("quickstart/a b", written.index());

            assertThat(written.index()).isEqualTo(7);
            assertThat(read.body()).asString(UTF_8).isEqualTo("hello");
            assertThat(seen)
                    .containsExactly(
                            "PUT /v1/kv/quickstart/a%20b null", "GET /v1/kv/quickstart/a%20b?consistency=local 7");
        }
    }

    @Test
    void aRequestThatFailsIsNotRepeated() throws IOException {
        try (StandIn server = new StandIn(exchange -> {
                    seen.add(exchange.getRequestMethod());
                    throw new IOException("as if the process had been killed");
                });
                NodeClient client = client(server)) {
            assertThatThrownBy(() -> client.put("a", new byte[1])).isInstanceOf(IOException.class);

            assertThat(seen).containsExactly("PUT");
        }
    }

    private static NodeClient client(StandIn server) {
        InetSocketAddress address = server.address();
        return new NodeClient(new Server("n1", URI.create("http://127.0.0.1:" + address.getPort()), 1));
    }
}
