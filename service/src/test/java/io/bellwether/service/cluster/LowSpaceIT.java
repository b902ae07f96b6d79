package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are low on space, by a bound that no disk reaches: what can be stored is stored, and the rest is denied truly. */
@Timeout(180)
class LowSpaceIT {
    private static final String MORE_THAN_ANY_DISK_HAS = "4PiB";

    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(3);
        cluster.heal();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @Test
    void aLeaderThatIsLowGivesWayAndWithAllOfThemLowNothingIsStored() throws IOException {
        HttpConnection.putOnce(cluster.leader().port(), "kept", "from before");
        NodeProcess first = cluster.leader();
        NodeProcess last = cluster.others(first).get(1);
        Writers writers = Writers.paced(List.of(last), 1, 50);
        writers.untilAcknowledged(20);
        restartLow(first);
        restartLow(cluster.others(first).get(0));
        await().atMost(RealCluster.PATIENCE)
                .untilAsserted(() -> assertThat(cluster.leader()).isEqualTo(last));
        writers.untilAcknowledged(50).finish();
        assertThat(writers.failures()).as("while one node has room").isEmpty();

        restartLow(last);
        cluster.awaitInSync(cluster.nodes());
        NodeProcess asked = cluster.others(cluster.leader()).get(0);
        await().atMost(RealCluster.PATIENCE).untilAsserted(() -> assertThat(
                        HttpConnection.putOnce(asked.port(), "new", "value").status())
                .isEqualTo(507));
        HttpConnection.Answer denied = HttpConnection.putOnce(asked.port(), "new", "value");
        assertThat(denied.outcome()).isEqualTo("none");
        assertThat(denied.text()).contains("insufficient-storage", "low on space");
        assertThat(HttpConnection.getOnce(asked.port(), "/v1/kv/new").status()).isEqualTo(404);
        assertThat(HttpConnection.getOnce(asked.port(), "/v1/kv/kept").text()).isEqualTo("from before");
        try (HttpConnection connection = asked.connect()) {
            assertThat(connection.delete("kept").status()).isEqualTo(204);
        }

        NodeProcess relieved = cluster.others(cluster.leader()).get(1);
        restart(relieved, "1MiB");
        await().atMost(RealCluster.PATIENCE).untilAsserted(() -> assertThat(
                        HttpConnection.putOnce(asked.port(), "new", "value").status())
                .isEqualTo(201));
        assertThat(cluster.leader()).isEqualTo(relieved);
    }

    private static void restartLow(NodeProcess node) {
        restart(node, MORE_THAN_ANY_DISK_HAS);
    }

    private static void restart(NodeProcess node, String minFree) {
        node.process().terminate();
        node.ended(RealCluster.PATIENCE);
        node.set("MIN_FREE_SIZE", minFree).start();
        cluster.awaitMembership(cluster.nodes());
    }
}
