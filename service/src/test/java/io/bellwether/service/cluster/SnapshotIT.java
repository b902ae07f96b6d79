package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logs are cut in front after a few hundred entries: a node that was away gets the state whole, and is one of all again. */
@Tag("operate")
@Timeout(400)
class SnapshotIT {
    private static final int WRITES_PER_SECOND = 400;
    private static final int CONNECTIONS = 2;
    /** Of about 350 bytes in the log each: much more than is kept. */
    private static final int MANY = 3_000;

    private static final String INSTALLED = "snapshot installed";

    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(3);
        for (NodeProcess node : cluster.nodes()) {
            node.set("KEEP_LOG_AT_LEAST", "64KiB").set("KEEP_LOG_AT_MOST", "128KiB");
        }
        cluster.heal();
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
    void aNodeWithAnEmptyDirectoryIsFilledAndKnowsWhatWasAskedBefore() throws IOException {
        NodeProcess wiped = cluster.others(cluster.leader()).get(0);
        HttpConnection.Answer first = once(cluster.leader(), "emptied");
        Writers writers = awayWhileOthersWrite(wiped, true);
        cluster.awaitInSync(cluster.nodes());
        Audit audit = Audit.of(writers, cluster.nodes()).passes();
        assertThat(writers.failures()).isEmpty();
        assertThat(wiped.process().output()).contains(INSTALLED);

        assertThat(once(wiped, "emptied").etag()).isEqualTo(first.etag());
        HttpConnection.postOnce(wiped.port(), "/v1/cluster/handoff", "{\"to\":\"" + wiped.id() + "\"}");
        cluster.awaitInSync(cluster.nodes());
        assertThat(cluster.leader()).isEqualTo(wiped);
        assertThat(once(wiped, "emptied").etag()).isEqualTo(first.etag());
        Figures.print(
                "snapshot-into-empty",
                writers.summary() + " lost=" + audit.lost().size());
    }

    @Test
    void aNodeThatWasAwayForTooLongIsFilledAndGoesOn() throws IOException {
        NodeProcess away = cluster.others(cluster.leader()).get(0);
        HttpConnection.Answer first = once(cluster.leader(), "away");
        Writers writers = awayWhileOthersWrite(away, false);
        cluster.awaitInSync(cluster.nodes());
        Audit.of(writers, cluster.nodes()).passes();
        assertThat(writers.failures()).isEmpty();
        assertThat(occurrences(away.process().output())).isEqualTo(1);
        assertThat(once(away, "away").etag()).isEqualTo(first.etag());

        away.process().terminate();
        away.ended(Duration.ofSeconds(30));
        away.start();
        cluster.awaitInSync(cluster.nodes());
        Audit.of(writers, cluster.nodes()).passes();
        assertThat(occurrences(away.process().output())).isZero();
    }

    /** The node is killed, the others forget what it would need, and it comes back while they are written to. */
    private static Writers awayWhileOthersWrite(NodeProcess away, boolean wiped) throws IOException {
        List<NodeProcess> others = cluster.others(away);
        away.process().kill();
        cluster.awaitMembership(others);
        if (wiped) {
            Folders.remove(away.data());
        }
        Writers writers = Writers.paced(others, CONNECTIONS, WRITES_PER_SECOND);
        writers.untilAcknowledged(MANY);
        away.start();
        cluster.awaitMembership(cluster.nodes());
        writers.untilAcknowledged(100).finish();
        return writers;
    }

    private static HttpConnection.Answer once(NodeProcess asked, String key) throws IOException {
        HttpConnection.Answer answer =
                HttpConnection.putOnce(asked.port(), "once/" + key, "the first", "Idempotency-Key", key);
        assertThat(answer.succeeded()).as("%s", answer).isTrue();
        return answer;
    }

    /** In the latest life. */
    private static int occurrences(String output) {
        return output.split(INSTALLED, -1).length - 1;
    }
}
