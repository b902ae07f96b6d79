package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The day on which too few replicas are left (Rules 10.11 and 10.12): disks are gone, and one node goes on with what it has. */
@Tag("operate")
@Timeout(300)
class RecoverIT {
    /** The least that the ensemble grants: a node counts as left until its session is over. */
    private static final String SESSION = "4s";

    @TempDir
    static Path folder;

    @Test
    void twoDisksOfThreeAreGoneAndTheThirdGoesOn() throws IOException {
        try (RealCluster cluster = cluster("two-gone")) {
            Writers writers = Writers.paced(cluster.nodes(), 2, 200)
                    .untilAcknowledged(300)
                    .finish();
            cluster.awaitInSync(cluster.nodes());
            NodeProcess lost = cluster.leader();
            NodeProcess other = cluster.others(lost).get(0);
            NodeProcess survivor = cluster.others(lost, other).get(0);
            long epoch = survivor.view().orElseThrow().epoch();
            assertThat(refusal(recover(survivor, "{\"dryRun\":true}").json()))
                    .as("while all is well")
                    .isEqualTo("leader-heard");

            lost.process().kill();
            other.process().kill();
            await().atMost(RealCluster.PATIENCE)
                    .until(() -> refusal(recover(survivor, "{\"dryRun\":true}").json()), "quorum-answers"::equals);
            Folders.remove(lost.data());
            Folders.remove(other.data());
            JsonNode told = await("the sessions of the lost to end")
                    .atMost(RealCluster.PATIENCE)
                    .until(() -> recover(survivor, "{\"dryRun\":true}").json(), it -> it.path("possible")
                            .asBoolean());
            assertThat(told.path("epoch").asLong()).isGreaterThanOrEqualTo(epoch);
            epoch = told.path("epoch").asLong();
            JsonNode here = replica(told, survivor);
            assertThat(here.path("lastIndex").asLong()).isGreaterThan(300);
            assertThat(Instant.parse(here.path("lastEntry").asText())).isBefore(Instant.now());
            assertThat(Instant.parse(here.path("leaderHeard").asText())).isBefore(Instant.now());
            assertThat(replica(told, lost).path("reachable").asBoolean(true)).isFalse();
            assertThat(told.path("report").asText()).contains("kept: what " + survivor, "lost: everything");
            assertThat(recover(survivor, "{\"epoch\":" + (epoch + 1) + "}").status())
                    .isEqualTo(409);

            HttpConnection.Answer done = recover(survivor, "{\"epoch\":" + epoch + "}");
            assertThat(done.status()).as("%s", done).isEqualTo(200);
            assertThat(done.json().path("epoch").asLong()).isEqualTo(epoch + 1);
            assertThat(newestLeadership(survivor).path("cause").asText()).isEqualTo("recovered");
            assertThat(newestLeadership(survivor).path("leader").asText()).isEqualTo(survivor.id());
            assertThat(recover(survivor, "{\"epoch\":" + (epoch + 1) + "}").status())
                    .as("it leads already")
                    .isEqualTo(409);
            HttpConnection.Answer early = HttpConnection.putOnce(
                    survivor.port(), "early", "two are asked for", "Bellwether-Timeout", "500ms");
            assertThat(early.text()).contains("too-few-in-sync");

            long began = System.nanoTime();
            other.start();
            cluster.awaitMembership(List.of(survivor, other));
            long second = System.nanoTime();
            Writers more = Writers.paced(List.of(survivor, other), 2, 200).untilAcknowledged(100);
            lost.start();
            cluster.awaitMembership(cluster.nodes());
            more.untilAcknowledged(100).finish();
            cluster.awaitInSync(cluster.nodes());
            Audit.of(writers, cluster.nodes()).passes();
            Audit.of(more, cluster.nodes()).passes();
            assertThat(more.failures()).isEmpty();
            Figures.print(
                    "recovered",
                    more.summary() + " claim-ms=" + done.json().path("millis").asLong() + " second-in-sync-after-ms="
                            + (second - began) / 1_000_000);
        }
    }

    @Test
    void whatWasGivenUpIsNeitherServedNorThrownAwayWhenItComesBack() throws IOException {
        try (RealCluster cluster = cluster("given-up")) {
            NodeProcess leader = cluster.leader();
            NodeProcess behind = cluster.others(leader).get(0);
            NodeProcess gone = cluster.others(leader, behind).get(0);
            assertThat(HttpConnection.putOnce(leader.port(), "both", "have it").succeeded())
                    .isTrue();
            cluster.awaitInSync(cluster.nodes());
            behind.process().kill();
            Writers lost = Writers.paced(List.of(leader), 2, 200)
                    .untilAcknowledged(200)
                    .finish();
            leader.process().pause();
            gone.process().kill();

            behind.start();
            JsonNode told = await("the sessions of the others to end")
                    .atMost(RealCluster.PATIENCE)
                    .until(() -> dryRun(behind), it -> it.path("possible").asBoolean());
            long kept = replica(told, behind).path("lastIndex").asLong();
            HttpConnection.Answer done =
                    recover(behind, "{\"epoch\":" + told.path("epoch").asLong() + "}");
            assertThat(done.status()).as("%s", done).isEqualTo(200);

            // It has applied what was given up, and believes that it leads.
            leader.process().resume();
            assertThat(leader.ended(RealCluster.PATIENCE)).isNotZero();
            assertThat(leader.process().output())
                    .contains("recovered the cluster without this store", "Keep the directory");
            leader.start();
            assertThat(leader.ended(RealCluster.PATIENCE))
                    .as("it is not taken again")
                    .isNotZero();
            Path old = folder.resolve("set-aside");
            Files.move(leader.data(), old);
            assertThat(old.resolve("log")).isNotEmptyDirectory();

            // It only has them in its log, from where they give way.
            gone.start();
            leader.start();
            cluster.awaitInSync(cluster.nodes());
            assertThat(gone.data().resolve("cut")).isNotEmptyDirectory();
            for (NodeProcess node : cluster.nodes()) {
                assertThat(node.items(lost.prefix(), kept)).as("%s", node).isEmpty();
                assertThat(HttpConnection.getOnce(node.port(), "/v1/kv/both").text())
                        .isEqualTo("have it");
            }
            Writers more = Writers.paced(cluster.nodes(), 2, 200)
                    .untilAcknowledged(200)
                    .finish();
            Audit.of(more, cluster.nodes()).passes();
            assertThat(more.failures()).isEmpty();
        }
    }

    private static RealCluster cluster(String name) {
        RealCluster cluster = new RealCluster(folder.resolve(name)).withNodes(3);
        cluster.nodes().forEach(node -> node.set("SESSION_TIMEOUT", SESSION));
        return cluster.heal();
    }

    private static HttpConnection.Answer recover(NodeProcess node, String wish) throws IOException {
        return HttpConnection.postOnce(node.port(), "/v1/cluster/recover", wish);
    }

    /** While it starts it does not answer, or has not read the record. */
    private static JsonNode dryRun(NodeProcess node) {
        try {
            return recover(node, "{\"dryRun\":true}").json();
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static String refusal(JsonNode told) {
        return told.path("refused").path("code").asText();
    }

    private static JsonNode replica(JsonNode told, NodeProcess node) {
        for (JsonNode replica : told.path("nodes")) {
            if (replica.path("node").asText().equals(node.id())) {
                return replica;
            }
        }
        throw new AssertionError("no " + node + " in " + told);
    }

    private static JsonNode newestLeadership(NodeProcess asked) throws IOException {
        return HttpConnection.getOnce(asked.port(), "/v1/cluster/history?limit=1")
                .json()
                .path("leaderships")
                .path(0);
    }
}
