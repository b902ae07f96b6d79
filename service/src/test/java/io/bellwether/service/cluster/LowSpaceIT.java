package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are low on space, by a bound that no disk reaches: what can be stored is stored, and the rest is denied truly. */
@Tag("operate")
@Timeout(180)
class LowSpaceIT {
    private static final String MORE_THAN_ANY_DISK_HAS = "4PiB";

    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(3);
        for (NodeProcess node : cluster.nodes()) {
            node.set("MIN_FREE_SIZE", MORE_THAN_ANY_DISK_HAS);
        }
        cluster.heal();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @Test
    void withAllOfThemLowNothingIsStoredAndTheOneThatGetsRoomLeads() throws IOException {
        NodeProcess leader = cluster.leader();
        NodeProcess asked = cluster.others(leader).get(0);
        NodeProcess relieved = cluster.others(leader).get(1);
        awaitPut(asked, 507);
        HttpConnection.Answer denied = put(asked);
        assertThat(denied.outcome()).isEqualTo("none");
        assertThat(denied.text()).contains("insufficient-storage", "low on space");
        assertThat(HttpConnection.getOnce(asked.port(), "/v1/kv/new").status()).isEqualTo(404);
        try (HttpConnection connection = asked.connect()) {
            HttpConnection.Answer deleted = connection.delete("new");
            assertThat(deleted.text()).as("what the log says of it").contains("key-not-found");
        }

        relieved.process().terminate();
        relieved.ended(RealCluster.PATIENCE);
        relieved.set("MIN_FREE_SIZE", "1MiB").start();
        awaitPut(asked, 201);
        assertThat(cluster.leader()).isEqualTo(relieved);
        try (HttpConnection connection = asked.connect()) {
            assertThat(connection.delete("new").status()).isEqualTo(204);
        }
    }

    private static void awaitPut(NodeProcess asked, int status) {
        await().atMost(RealCluster.PATIENCE)
                .untilAsserted(() -> assertThat(put(asked).status()).isEqualTo(status));
    }

    private static HttpConnection.Answer put(NodeProcess asked) throws IOException {
        return HttpConnection.putOnce(asked.port(), "new", "value");
    }
}
