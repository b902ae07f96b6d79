package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.service.storage.BackupFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A million keys of 256 bytes: a node with an empty directory joins, and a backup is taken and restored, under load. */
@Timeout(1_800)
@EnabledIfSystemProperty(named = Figures.MODE, matches = Figures.FULL)
class LargeStateIT {
    private static final int KEYS = Integer.getInteger("survival.keys", 1_000_000);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration CALM = Duration.ofSeconds(10);

    @TempDir
    static Path folder;

    @Test
    void aFreshNodeJoinsAndABackupIsTakenAndRestoredUnderLoad() throws Exception {
        try (RealCluster cluster = new RealCluster(folder).withNodes(3)) {
            cluster.nodes().forEach(node -> node.heap("-Xmx512m"));
            cluster.heal();
            Writers filled = Writers.at(List.of(cluster.leader()), 64)
                    .untilAcknowledged(KEYS, PATIENCE)
                    .finish();
            cluster.awaitInSync(cluster.nodes());
            assertThat(filled.failures()).isEmpty();
            List<Writers.Written> all = filled.acknowledged();
            join(cluster, all.get(all.size() - 1).key());
            backup(cluster, filled.prefix());
        }
    }

    private static void join(RealCluster cluster, String lastKey) throws IOException {
        List<NodeProcess> three = List.copyOf(cluster.nodes());
        Writers writers = Writers.paced(three, 4, 200);
        long calmFrom = System.nanoTime();
        writers.during(CALM);
        long began = System.nanoTime();
        NodeProcess fresh = cluster.withNodes(4).node("n4").heap("-Xmx512m");
        fresh.start();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> serves(fresh, lastKey));
        long served = System.nanoTime();
        cluster.awaitMembership(cluster.nodes());
        long joined = System.nanoTime();
        writers.finish();
        cluster.awaitInSync(cluster.nodes());
        Audit.of(writers, cluster.nodes()).passes();
        Figures.print(
                "join-a-large-cluster",
                "keys=" + KEYS + " serves-the-last-key-after-ms=" + (served - began) / 1_000_000
                        + " in-sync-after-ms=" + (joined - began) / 1_000_000 + " p99-before-ms="
                        + writers.percentile99Millis(calmFrom, began) + " p99-meanwhile-ms="
                        + writers.percentile99Millis(began, joined) + " " + writers.summary());
        assertThat(writers.failures()).isEmpty();
    }

    private static boolean serves(NodeProcess fresh, String key) {
        try {
            return HttpConnection.getOnce(fresh.port(), "/v1/kv/" + key + "?consistency=local")
                            .status()
                    == 200;
        } catch (IOException e) {
            return false; // not up yet
        }
    }

    private static void backup(RealCluster cluster, String prefix) throws Exception {
        Path file = folder.resolve("large.backup");
        NodeProcess asked = cluster.others(cluster.leader()).get(0);
        Writers writers = Writers.paced(cluster.nodes(), 2, 200).during(CALM);
        long began = System.nanoTime();
        HttpResponse<Path> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(asked.url() + "/v1/snapshot"))
                                .timeout(PATIENCE)
                                .build(),
                        HttpResponse.BodyHandlers.ofFile(file));
        long taken = System.nanoTime();
        assertThat(answer.statusCode()).isEqualTo(200);
        writers.during(CALM).finish();
        assertThat(writers.failures()).isEmpty();
        long index = new BackupFile(file).verify().position().index();
        String expected = keysUpTo(index, asked, prefix);
        cluster.nodes().forEach(node -> node.process().kill());
        try (NodeProcess begins =
                new NodeProcess("n1", folder, cluster.zooKeeper().connect())) {
            begins.set("CLUSTER", "another")
                    .set("MIN_IN_SYNC", "1")
                    .set("DATA", folder.resolve("another-n1").toString());
            long restoring = System.nanoTime();
            new BackupFile(file).restore(begins.data());
            begins.start();
            await().atMost(PATIENCE).until(() -> begins.view()
                    .filter(view -> view.leader().equals("n1"))
                    .isPresent());
            long restored = System.nanoTime();
            assertThat(keysUpTo(index, begins, prefix)).isEqualTo(expected);
            Figures.print(
                    "backup-of-a-large-cluster",
                    "keys=" + KEYS + " mib=" + (Files.size(file) >> 20) + " taken-in-ms=" + (taken - began) / 1_000_000
                            + " restored-and-leading-in-ms=" + (restored - restoring) / 1_000_000 + " "
                            + writers.summary());
        }
    }

    /** A digest of all keys as they were at an index, since each is written once. */
    private static String keysUpTo(long index, NodeProcess node, String prefix)
            throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        int[] keys = {0};
        node.eachItem(prefix, index, (key, item) -> {
            if (item.index() <= index) {
                keys[0]++;
                digest.update((key + '\0' + item.index() + '\0' + item.text() + '\n').getBytes(UTF_8));
            }
        });
        assertThat(keys[0]).isGreaterThanOrEqualTo(KEYS);
        return keys[0] + " keys " + HexFormat.of().formatHex(digest.digest());
    }
}
