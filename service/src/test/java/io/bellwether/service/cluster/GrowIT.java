package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster grows from three nodes to five, and shrinks again, while clients write at the three that stay. */
@Tag("operate")
@Timeout(300)
class GrowIT {
    private static final int WRITES_PER_SECOND = 200;
    private static final int CONNECTIONS = 2;
    private static final Duration CALM = Duration.ofSeconds(1);

    @TempDir
    static Path folder;

    @Test
    void threeBecomeFiveAndThreeAgainAndNoWriteFails() throws IOException {
        try (RealCluster cluster = new RealCluster(folder).withNodes(3).heal()) {
            List<NodeProcess> staying = List.copyOf(cluster.nodes());
            Writers writers =
                    Writers.paced(staying, CONNECTIONS, WRITES_PER_SECOND).during(CALM);

            long began = System.nanoTime();
            List<NodeProcess> joining =
                    new ArrayList<>(cluster.withNodes(5).nodes().subList(3, 5));
            joining.forEach(NodeProcess::start);
            cluster.awaitMembership(cluster.nodes());
            long grown = System.nanoTime();
            writers.during(CALM);

            // One of those that go leads, so that both a leader and a follower leave.
            NodeProcess leads = joining.get(1);
            assertThat(post(staying.get(0), "/v1/cluster/handoff", "{\"to\":\"" + leads.id() + "\"}")
                            .path("to")
                            .asText())
                    .isEqualTo(leads.id());
            writers.during(CALM);
            long shrinking = System.nanoTime();
            for (NodeProcess leaving : joining) {
                JsonNode away = post(leaving, "/v1/node/drain", "{}");
                assertThat(away.path("drained").asBoolean()).as("%s", away).isTrue();
                leaving.process().terminate();
                assertThat(leaving.ended(Duration.ofSeconds(30))).isIn(0, 143);
            }
            cluster.awaitMembership(staying);
            long shrunk = System.nanoTime();
            await("nobody to know them any more").atMost(RealCluster.PATIENCE).untilAsserted(() -> {
                for (NodeProcess node : staying) {
                    JsonNode members = node.view().orElseThrow().json().path("members");
                    assertThat(members).as("members seen by %s", node).hasSize(3);
                }
            });

            // Two of three are a write quorum, which two of five were not.
            NodeProcess follower = cluster.others(cluster.leader()).stream()
                    .filter(staying::contains)
                    .findFirst()
                    .orElseThrow();
            follower.process().pause();
            Writers two = Writers.paced(
                            staying.stream().filter(node -> node != follower).toList(), CONNECTIONS, WRITES_PER_SECOND)
                    .untilAcknowledged(WRITES_PER_SECOND / 2, Duration.ofSeconds(20))
                    .finish();
            follower.process().resume();
            writers.during(CALM).finish();

            cluster.awaitInSync(staying);
            Audit audit = Audit.of(writers, staying).passes();
            Audit.of(two, staying).passes();
            Figures.print(
                    "three-five-three",
                    writers.summary() + " lost=" + audit.lost().size() + " grown-after-ms=" + millis(grown - began)
                            + " shrunk-after-ms=" + millis(shrunk - shrinking) + " silence-ms="
                            + writers.longestSilenceMillis(began, shrunk));
            assertThat(writers.failures()).isEmpty();
            assertThat(two.failures()).isEmpty();
        }
    }

    private static JsonNode post(NodeProcess asked, String target, String json) throws IOException {
        HttpConnection.Answer answer = HttpConnection.postOnce(asked.port(), target, json);
        assertThat(answer.status()).as("%s at %s: %s", target, asked, answer).isEqualTo(200);
        return answer.json();
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
