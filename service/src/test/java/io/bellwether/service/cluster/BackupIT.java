package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.service.storage.BackupFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backup that is taken while others write becomes a cluster of its own, and never a part of another one. */
@Tag("operate")
@Timeout(240)
class BackupIT {
    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(2).heal();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @Test
    void everyKeyOfABackupUnderLoadIsInTheClusterThatBeginsWithIt() throws Exception {
        NodeProcess asked = cluster.others(cluster.leader()).get(0);
        HttpConnection.Answer first = once(asked);
        Writers writers = Writers.paced(cluster.nodes(), 2, 200);
        writers.untilAcknowledged(500);
        Path backup = folder.resolve("under-load.backup");
        HttpResponse<Path> answer = take(asked, backup);
        assertThat(answer.statusCode()).isEqualTo(200);
        writers.untilAcknowledged(100).finish();
        assertThat(writers.failures()).isEmpty();

        long index = new BackupFile(backup).verify().position().index();
        assertThat(answer.headers().firstValueAsLong("Bellwether-Index")).hasValue(index);
        assertThat(answer.headers().firstValue("Bellwether-Node")).hasValue(asked.id());
        // Each key is written once.
        SortedMap<String, NodeProcess.Item> expected =
                new TreeMap<>(cluster.leader().items(writers.prefix(), 0));
        int all = expected.size();
        expected.values().removeIf(item -> item.index() > index);
        assertThat(expected).hasSizeBetween(500, all - 1);

        try (NodeProcess begins = another("n1");
                NodeProcess joins = another("n2")) {
            new BackupFile(backup).restore(begins.data());
            begins.start();
            await().atMost(RealCluster.PATIENCE).until(() -> begins.view()
                    .filter(view -> view.leader().equals("n1"))
                    .isPresent());
            assertThat(begins.items(writers.prefix(), index)).isEqualTo(expected);
            joins.start();
            await().atMost(RealCluster.PATIENCE).until(() -> joins.view()
                    .filter(view -> view.inSync().size() == 2)
                    .isPresent());
            assertThat(joins.items(writers.prefix(), index)).isEqualTo(expected);
            assertThat(joins.process().output()).contains("snapshot installed");
            assertThat(once(joins).etag()).as("what clients were told before").isEqualTo(first.etag());
            assertThat(HttpConnection.putOnce(joins.port(), "more", "of it").index())
                    .isGreaterThan(index);
            assertThat(clusterId(begins)).isNotEqualTo(clusterId(asked));
        }
    }

    @Test
    void itRefusesToBePartOfAnotherCluster() throws Exception {
        HttpConnection.putOnce(cluster.leader().port(), "here", "and not there");
        Path backup = folder.resolve("calm.backup");
        take(cluster.leader(), backup);
        try (NodeProcess stranger =
                new NodeProcess("n7", folder, cluster.zooKeeper().connect())) {
            new BackupFile(backup).restore(stranger.data());
            stranger.start();
            assertThat(stranger.ended(RealCluster.PATIENCE)).isNotZero();
            assertThat(stranger.process().output())
                    .contains("This store was restored from a backup", "BELLWETHER_CLUSTER");
        }
        cluster.awaitInSync(cluster.nodes());
    }

    @Test
    void aMethodOrAParameterThatIsNoneIsNamed() throws IOException {
        int port = cluster.leader().port();
        HttpConnection.Answer wrong = HttpConnection.getOnce(port, "/v1/snapshot?consistency=some");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).contains("invalid-parameter", "'some'");
        HttpConnection.Answer posted = HttpConnection.postOnce(port, "/v1/snapshot", "{}");
        assertThat(posted.status()).isEqualTo(405);
        assertThat(posted.field("Allow")).isEqualTo("GET, HEAD, OPTIONS");
        assertThat(posted.outcome()).isEqualTo("none");
    }

    private static NodeProcess another(String id) {
        return new NodeProcess(id, folder, cluster.zooKeeper().connect())
                .set("CLUSTER", "another")
                .set("DATA", folder.resolve("another-" + id).toString());
    }

    private static HttpResponse<Path> take(NodeProcess asked, Path file) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(asked.url() + "/v1/snapshot"))
                                .timeout(Duration.ofSeconds(60))
                                .build(),
                        HttpResponse.BodyHandlers.ofFile(file));
    }

    private static HttpConnection.Answer once(NodeProcess asked) throws IOException {
        HttpConnection.Answer answer =
                HttpConnection.putOnce(asked.port(), "once", "the first", "Idempotency-Key", "once");
        assertThat(answer.succeeded()).as("%s", answer).isTrue();
        return answer;
    }

    private static String clusterId(NodeProcess node) {
        return node.view().orElseThrow().json().path("clusterId").asText();
    }
}
