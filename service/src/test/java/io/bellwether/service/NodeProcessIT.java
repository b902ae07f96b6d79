package io.bellwether.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node as an operator meets it: how it starts, how it refuses to, how it ends. */
class NodeProcessIT {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(30);
    private static final int SIGTERM = 128 + 15;

    @TempDir
    Path folder;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Process> started = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    @AfterEach
    void endWhatRuns() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void aNodeThatIsToldToEndDoesSoAndKeepsWhatItHas() throws Exception {
        int port = freePort();
        Process first = server(port);
        awaitReady(port);
        assertThat(send("PUT", port, "/v1/kv/kept", "before")).isEqualTo(201);

        first.destroy();

        assertThat(first.waitFor(ENDED_WITHIN.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(first.exitValue()).isEqualTo(SIGTERM);
        assertThat(output(first))
                .contains("node up id=n1", "node stopping id=n1", "node stopped id=n1")
                .doesNotContain("ERROR", "\tat ");
        server(port);
        awaitReady(port);
        assertThat(send("GET", port, "/v1/kv/kept", "")).isEqualTo(200);
    }

    @Test
    void aPortThatIsTakenIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = server(taken.getLocalPort());

            assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(output(process))
                    .contains("server: Failed to bind to /127.0.0.1:" + taken.getLocalPort(), "BELLWETHER_HTTP_PORT")
                    .doesNotContain("\tat ", "! at ");
        }
    }

    @Test
    void aDirectoryInUseIsOneSentenceAndItsUserGoesOn() throws Exception {
        int port = freePort();
        server(port);
        awaitReady(port);

        Process second = server(freePort());

        assertThat(second.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(1);
        assertThat(output(second)).contains("is in use by another process").hasLineCount(1);
        assertThat(send("PUT", port, "/v1/kv/still", "here")).isEqualTo(201);
    }

    @Test
    void checkSaysOkOrWhatIsWrong() throws Exception {
        Process right = start("check");
        assertThat(right.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(right.exitValue()).isZero();
        assertThat(output(right)).startsWith("OK: node n1 of cluster 'bellwether'");

        environment.put("BELLWETHER_PEER_URLS", "n2=https://n2:8080");
        Process wrong = start("check");
        assertThat(wrong.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(wrong.exitValue()).isEqualTo(1);
        assertThat(output(wrong))
                .contains("'n2=https://n2:8080' is no part of one", "plain HTTP")
                .doesNotContain("\tat ");
    }

    private Process server(int port) throws IOException {
        environment.put("BELLWETHER_HTTP_PORT", Integer.toString(port));
        environment.put("BELLWETHER_ADMIN_PORT", Integer.toString(freePort()));
        environment.put("BELLWETHER_DATA", folder.resolve("data").toString());
        return start("server");
    }

    private Process start(String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        System.getProperty("bellwether.jar"),
                        command,
                        Path.of("..", "config.yml").toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(started.size() + ".log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BELLWETHER_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private void awaitReady(int port) {
        await().atMost(DEADLINE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> send("GET", port, "/v1/node/ready", "") == 200);
    }

    private int send(String method, int port, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private String output(Process process) throws IOException {
        return Files.readString(folder.resolve(started.indexOf(process) + ".log"), UTF_8);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
