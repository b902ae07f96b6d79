package io.bellwether.service.http.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever is posted that is not a whole and sound batch: a 4xx that says why, and nothing delivered. */
class PeerServletTest {
    private static final int MAX_POST_BYTES = 10_000;
    private static final PeerSettings SMALL = new PeerSettings(
            MAX_POST_BYTES,
            1 << 20,
            1 << 20,
            64,
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Duration.ofMillis(100),
            Duration.ofSeconds(10));

    private final TestNode node = new TestNode(Examples.N2, SMALL);

    @BeforeEach
    void aSoundBatchIsTaken() throws IOException {
        assertThat(post(batch(new Message.Resign(1)))).startsWith("HTTP/1.1 204 ");
        assertThat(node.loop.received()).containsExactly(new Message.Resign(1));
    }

    @AfterEach
    void nothingElseWasDelivered() {
        assertThat(node.loop.received()).hasSize(1);
        assertThat(node.loop.batchesInHand()).isZero();
        node.close();
    }

    @Test
    void garbage() throws IOException {
        byte[] garbage = new byte[500];
        Arrays.fill(garbage, (byte) '<');
        assertProblem(post(garbage), 400, "malformed-batch");
    }

    @Test
    void aDamagedBatch() throws IOException {
        byte[] batch = batch(new Message.Resign(2));
        batch[20] ^= 1;
        assertProblem(post(batch), 400, "malformed-batch");
    }

    @Test
    void anEmptyBody() throws IOException {
        assertProblem(post(new byte[0]), 400, "malformed-batch");
    }

    @Test
    void theLargestBodyIsReadAndOneByteMoreIsNot() throws IOException {
        assertProblem(post(new byte[MAX_POST_BYTES]), 400, "malformed-batch");
        assertProblem(post(new byte[MAX_POST_BYTES + 1]), 413, "batch-too-large");
    }

    @Test
    void aBodyWithoutALength() throws IOException {
        String chunked = "Content-Type: " + BatchFormat.CONTENT_TYPE + "\r\nTransfer-Encoding: chunked\r\n";
        assertProblem(exchange("POST", chunked), 411, "length-required");
    }

    @Test
    void anotherType() throws IOException {
        assertProblem(
                exchange("POST", "Content-Type: text/plain\r\nContent-Length: 0\r\n"), 415, "unsupported-media-type");
    }

    @Test
    void anotherMethod() throws IOException {
        String answer = exchange("GET", "");
        assertProblem(answer, 405, "method-not-allowed");
        assertThat(answer).contains("Allow: POST");
    }

    @Test
    void mailOfAnotherCluster() throws IOException {
        byte[] batch = encode(Examples.mail("another", Examples.N1, Examples.N2, new Message.Resign(2)));
        assertProblem(post(batch), 421, "misdirected-mail");
    }

    @Test
    void mailForAnotherNode() throws IOException {
        byte[] batch = encode(Examples.mail(Examples.N1, Examples.N3, new Message.Resign(2)));
        assertProblem(post(batch), 421, "misdirected-mail");
    }

    @Test
    void mailThatPretendsToBeOurs() throws IOException {
        byte[] batch = encode(Examples.mail(Examples.N2, Examples.N2, new Message.Resign(2)));
        assertProblem(post(batch), 421, "misdirected-mail");
    }

    @Test
    void mailForANodeThatIsNotOpen() throws IOException {
        node.peers.close();
        assertProblem(post(batch(new Message.Resign(2))), 503, "peer-busy");
    }

    @Test
    void aBodyThatIsCutOff() throws IOException {
        byte[] batch = batch(new Message.Resign(2));
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(batch.length));
            out.write(batch, 0, batch.length - 1);
            out.flush();
            await().atMost(Duration.ofSeconds(5)).until(() -> node.postsOn(Lane.CONTROL) == 2);
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertThat(answer).doesNotContain(" 200 ").doesNotContain(" 204 ");
        }
    }

    private static void assertProblem(String answer, int status, String code) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("application/problem+json")
                .contains("\"status\":" + status + ",\"code\":\"" + code + "\"");
    }

    private static byte[] batch(Message message) {
        return encode(Examples.mail(Examples.N1, Examples.N2, message));
    }

    private static byte[] encode(Envelope envelope) {
        WireWriter out = new WireWriter();
        BatchFormat.encode(List.of(envelope), out);
        return Arrays.copyOf(out.buffer(), out.size());
    }

    private String post(byte[] body) throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head(body.length));
            out.write(body);
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private String exchange(String method, String headers) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(head(method, headers));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static byte[] head(int length) {
        return head("POST", "Content-Type: " + BatchFormat.CONTENT_TYPE + "\r\nContent-Length: " + length + "\r\n");
    }

    private static byte[] head(String method, String headers) {
        String start = method + " /peer/v1/control HTTP/1.1\r\nHost: n2\r\nConnection: close\r\n";
        return (start + headers + "\r\n").getBytes(US_ASCII);
    }
}
