package io.bellwether.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code java -jar bellwether.jar zookeeper}, as an operator runs it. */
class ZooKeeperCommandIT {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatRuns() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void goesOnWhereItWasAfterAKill() throws Exception {
        int port = freePort();
        Process first = start(port);
        awaitServing(first);
        try (CuratorFramework client = connect(port)) {
            client.create().withMode(CreateMode.PERSISTENT).forPath("/kept", "before".getBytes(UTF_8));

            first.destroyForcibly().waitFor();
            awaitServing(start(port));

            assertThat(client.getData().forPath("/kept")).asString(UTF_8).isEqualTo("before");
        }
    }

    @Test
    void saysInALineThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Process process = start(taken.getLocalPort());

            assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(output(process))
                    .contains("zookeeper: Port " + taken.getLocalPort() + " of 127.0.0.1 is taken")
                    .doesNotContain("\tat ");
        }
    }

    private Process start(int port) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        System.getProperty("bellwether.jar"),
                        "zookeeper",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        folder.resolve("not/there/yet").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(started.size() + ".log").toFile())
                .start();
        started.add(process);
        return process;
    }

    private void awaitServing(Process process) {
        await().atMost(DEADLINE).untilAsserted(() -> assertThat(output(process)).contains("ZooKeeper serves on"));
    }

    private String output(Process process) throws IOException {
        return Files.readString(folder.resolve(started.indexOf(process) + ".log"), UTF_8);
    }

    private static CuratorFramework connect(int port) {
        CuratorFramework client = CuratorFrameworkFactory.newClient(
                StandaloneZooKeeper.ADDRESS + ":" + port, 20_000, 5_000, new RetryForever(100));
        client.start();
        return client;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
