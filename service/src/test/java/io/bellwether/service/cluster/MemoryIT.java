package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A million keys of 256 bytes at {@code -Xmx512m}: minutes of writing, so only in the full version. */
@Timeout(1_800)
@EnabledIfSystemProperty(named = Figures.MODE, matches = Figures.FULL)
class MemoryIT {
    private static final int KEYS = Integer.getInteger("survival.keys", 1_000_000);

    private static final Duration WRITING = Duration.ofMinutes(25);

    @TempDir
    static Path folder;

    @Test
    void aMillionKeysFitAndAreThereAgainAfterAKill() throws IOException {
        try (RealCluster cluster = new RealCluster(folder).withNodes(3)) {
            cluster.nodes().forEach(node -> node.heap("-Xmx512m"));
            cluster.heal();
            NodeProcess leader = cluster.leader();

            Writers writers = Writers.at(List.of(leader), 64);
            writers.untilAcknowledged(KEYS, WRITING).finish();
            cluster.awaitInSync(cluster.nodes());
            StringBuilder memory = new StringBuilder();
            for (NodeProcess node : cluster.nodes()) {
                memory.append(" rss-mib-").append(node).append('=').append(residentMebibytes(node));
            }

            NodeProcess follower = cluster.others(cluster.leader()).get(0);
            follower.process().kill();
            long one = System.nanoTime();
            follower.start();
            await().atMost(RealCluster.PATIENCE).until(follower::ready);
            long ready = System.nanoTime();
            cluster.awaitInSync(cluster.nodes());
            long inSync = System.nanoTime();

            cluster.nodes().parallelStream().forEach(node -> node.process().kill());
            long started = System.nanoTime();
            cluster.nodes().forEach(NodeProcess::start);
            NodeProcess next = cluster.awaitLeader(cluster.nodes());
            assertThat(HttpConnection.putOnce(next.port(), "again", "serving").succeeded())
                    .isTrue();
            long serving = System.nanoTime();

            Figures.print(
                    "million-keys",
                    "keys=" + writers.acknowledged().size() + memory + " one-ready-after-ms="
                            + (ready - one) / 1_000_000 + " one-in-sync-after-ms=" + (inSync - one) / 1_000_000
                            + " all-serving-after-ms="
                            + (serving - started) / 1_000_000);
            assertThat(writers.failures()).isEmpty();
        }
    }

    private static long residentMebibytes(NodeProcess node) throws IOException {
        Path status = Path.of("/proc", Long.toString(node.process().id()), "status");
        return Files.readAllLines(status, UTF_8).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_024)
                .findFirst()
                .orElseThrow();
    }
}
