package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Leadership moves on purpose, and nodes leave and return, while clients write. */
@Tag("operate")
@Timeout(400)
class HandOffIT {
    private static final int WRITES_PER_SECOND = 200;
    private static final int CONNECTIONS = 4;
    private static final Duration CALM = Duration.ofSeconds(1);
    /** A write whose turn comes in the pause waits for it; this one is generous, as the machine does other things too. */
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(3).heal();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @BeforeEach
    void calm() {
        cluster.heal();
    }

    @Test
    void leadershipMovesUnderLoadAndNoWriteFails() throws IOException {
        int count = Figures.isFull() ? 100 : 20;
        List<Long> pauses = new ArrayList<>();
        List<Long> took = new ArrayList<>();

        Writers writers =
                Writers.paced(cluster.nodes(), CONNECTIONS, WRITES_PER_SECOND).during(CALM);
        for (int i = 0; i < count; i++) {
            long began = System.nanoTime();
            NodeProcess asked = cluster.nodes().get(i % cluster.nodes().size());
            JsonNode moved = handOff(asked, "{}");
            NodeProcess from = cluster.node(moved.path("from").asText());
            assertThat(HttpConnection.getOnce(from.port(), "/v1/node/leader").status())
                    .as("%s, which handed over, as a leader", from)
                    .isEqualTo(503);
            writers.untilAcknowledged(WRITES_PER_SECOND / 10);
            JsonNode newest = newestLeadership(from);
            assertThat(newest.path("cause").asText()).isEqualTo("hand-off");
            assertThat(newest.path("epoch")).isEqualTo(moved.path("epoch"));
            assertThat(newest.path("leader")).isEqualTo(moved.path("to"));
            assertThat(newest.path("writePauseMillis").isNumber()).isTrue();
            pauses.add(writers.longestSilenceMillis(began, System.nanoTime()));
            took.add(moved.path("millis").asLong());
        }
        writers.during(CALM).finish();

        cluster.awaitInSync(cluster.nodes());
        Audit audit = Audit.of(writers, cluster.nodes()).passes();
        Collections.sort(pauses);
        Collections.sort(took);
        Figures.print(
                "hand-offs",
                writers.summary() + " lost=" + audit.lost().size() + " hand-offs=" + count + " pause-median-ms="
                        + pauses.get(count / 2) + " pause-longest-ms=" + pauses.get(count - 1) + " took-median-ms="
                        + took.get(count / 2) + " took-longest-ms=" + took.get(count - 1));
        assertThat(writers.failures()).isEmpty();
        assertThat(pauses.get(count - 1)).isLessThan(LONGEST_PAUSE_MILLIS);
    }

    @Test
    void aRestartOfOneAfterAnotherFailsNoWriteAtThoseThatStay() throws IOException {
        long longest = 0;
        NodeProcess leader = cluster.leader();
        List<NodeProcess> order = new ArrayList<>(cluster.others(leader));
        order.add(leader);
        int acknowledged = 0;
        for (NodeProcess restarted : order) {
            List<NodeProcess> others = cluster.others(restarted);
            Writers writers =
                    Writers.paced(others, CONNECTIONS, WRITES_PER_SECOND).during(CALM);
            long began = System.nanoTime();
            restarted.process().terminate();
            assertThat(restarted.ended(Duration.ofSeconds(30))).isIn(0, 143);
            restarted.start();
            cluster.awaitUp(List.of(restarted));
            cluster.awaitMembership(cluster.nodes());
            long silence = writers.longestSilenceMillis(began, System.nanoTime());
            writers.during(CALM).finish();
            cluster.awaitInSync(cluster.nodes());
            Audit.of(writers, cluster.nodes()).passes();
            assertThat(writers.failures()).isEmpty();
            longest = Math.max(longest, silence);
            acknowledged += writers.acknowledged().size();
            Figures.print(
                    "restart-" + (restarted.equals(leader) ? "of-the-leader" : "of-a-follower"),
                    writers.summary() + " pause-ms=" + silence);
        }
        Figures.print("rolling-restart", "acknowledged=" + acknowledged + " failed=0 pause-longest-ms=" + longest);
        assertThat(longest).isLessThan(LONGEST_PAUSE_MILLIS);
    }

    @Test
    void aLeaderThatHangsIsReplacedByForce() throws IOException {
        NodeProcess leader = cluster.leader();
        List<NodeProcess> others = cluster.others(leader);

        Writers writers = Writers.paced(others, CONNECTIONS, WRITES_PER_SECOND).during(CALM);
        long began = System.nanoTime();
        leader.process().pause();
        JsonNode moved = handOff(others.get(0), "{\"force\":true}");
        long serving = System.nanoTime();
        writers.untilAcknowledged(WRITES_PER_SECOND / 10);
        long ended = System.nanoTime();
        leader.process().resume();
        writers.during(CALM).finish();

        cluster.awaitInSync(cluster.nodes());
        Audit audit = Audit.of(writers, cluster.nodes()).passes();
        Figures.print(
                "leader-hangs-force",
                writers.summary() + " lost=" + audit.lost().size() + " serving-after-ms="
                        + (serving - began) / 1_000_000 + " pause-ms=" + writers.longestSilenceMillis(began, ended));
        assertThat(moved.path("from").asText()).isEqualTo(leader.id());
        assertThat(writers.failures()).isEmpty();
    }

    @Test
    void aNodeThatIsDrainedServesOnAndComesBack() throws IOException {
        NodeProcess drained = cluster.leader();
        Writers writers =
                Writers.paced(cluster.nodes(), CONNECTIONS, WRITES_PER_SECOND).during(CALM);
        JsonNode away = post(drained, "/v1/node/drain", "{}");
        assertThat(away.path("drained").asBoolean()).as(away.toString()).isTrue();
        NodeProcess.View view = drained.view().orElseThrow();
        assertThat(view.leader()).isNotEmpty().isNotEqualTo(drained.id());
        assertThat(view.inSync()).doesNotContain(drained.id());
        writers.during(CALM.multipliedBy(3));
        assertThat(drained.view().orElseThrow().inSync())
                .as("it stays out until it is told to return")
                .doesNotContain(drained.id());
        post(drained, "/v1/node/resume", "{}");
        cluster.awaitMembership(cluster.nodes());
        writers.finish();
        Audit.of(writers, cluster.nodes()).passes();
        assertThat(writers.failures()).isEmpty();
    }

    @Test
    void whatCannotBeIsRefusedWithTheReason() throws IOException {
        NodeProcess leader = cluster.leader();
        NodeProcess follower = cluster.others(leader).get(0);
        long epoch = follower.view().orElseThrow().epoch();
        Map<String, String> refused = Map.of(
                "{\"to\":\"n9\"}",
                "unknown-node",
                "{\"epoch\":" + (epoch + 1) + "}",
                "other-epoch",
                "{\"epoch\":" + (epoch + 1) + ",\"force\":true}",
                "other-epoch",
                "{\"frce\":true}",
                "invalid-json");
        for (Map.Entry<String, String> wish : refused.entrySet()) {
            HttpConnection.Answer answer =
                    HttpConnection.postOnce(follower.port(), "/v1/cluster/handoff", wish.getKey());
            assertThat(answer.json().path("code").asText())
                    .as("%s: %s", wish.getKey(), answer)
                    .isEqualTo(wish.getValue());
            assertThat(answer.outcome()).isEqualTo("none");
        }
        JsonNode stays = handOff(follower, "{\"to\":\"" + leader.id() + "\"}");
        assertThat(stays.path("millis").asLong()).isZero();
        assertThat(follower.view().orElseThrow().epoch()).isEqualTo(epoch);
    }

    private static JsonNode newestLeadership(NodeProcess asked) throws IOException {
        return HttpConnection.getOnce(asked.port(), "/v1/cluster/history?limit=1")
                .json()
                .path("leaderships")
                .path(0);
    }

    private static JsonNode handOff(NodeProcess asked, String wish) throws IOException {
        return post(asked, "/v1/cluster/handoff", wish);
    }

    private static JsonNode post(NodeProcess asked, String target, String json) throws IOException {
        HttpConnection.Answer answer = HttpConnection.postOnce(asked.port(), target, json);
        assertThat(answer.status()).as("%s at %s: %s", target, asked, answer).isEqualTo(200);
        return answer.json();
    }
}
