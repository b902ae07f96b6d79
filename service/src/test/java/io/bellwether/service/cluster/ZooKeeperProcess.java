package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The jar's own ZooKeeper, as a process. */
final class ZooKeeperProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);
    private static final int PATIENCE_MILLIS = 5_000;

    private final int port = FreePorts.next();
    private final Path data;
    private final ServerProcess process;

    ZooKeeperProcess(Path folder) {
        data = folder.resolve("zookeeper");
        process = new ServerProcess("zookeeper", folder);
    }

    void start() {
        process.start(
                Map.of(),
                List.of("-Xmx128m"),
                List.of("zookeeper", "--port", Integer.toString(port), "--data", data.toString()));
        await().atMost(START).untilAsserted(() -> assertThat(process.output()).contains("ZooKeeper serves on"));
    }

    void kill() {
        process.kill();
    }

    boolean runs() {
        return process.runs();
    }

    String connect() {
        return "127.0.0.1:" + port;
    }

    /** What it has counted: requests that changed something, and packets that clients sent. */
    record Counters(long transactions, long received) {}

    /** Asked by {@code srvr}; the packet of the question itself is not among those of clients. */
    Counters counters() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write("srvr".getBytes(US_ASCII));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return new Counters(Long.decode(field(answer, "Zxid")), Long.parseLong(field(answer, "Received")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String field(String answer, String name) {
        return answer.lines()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + answer));
    }

    @Override
    public void close() {
        process.close();
    }
}
