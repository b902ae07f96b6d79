package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.NodeId;
import io.bellwether.service.storage.Store;
import io.bellwether.service.storage.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replica whose state is not what its log says is found, leaves the set, and is filled anew (Rules 14.2 to 14.4). */
@Tag("operate")
@Timeout(300)
class DifferingIT {
    @TempDir
    static Path folder;

    @Test
    void aStateThatDiffersIsFoundUnderLoadAndRebuilt() throws IOException {
        try (RealCluster cluster = new RealCluster(folder).withNodes(3)) {
            cluster.nodes().forEach(node -> node.set("COMPARE_EVERY", "1s"));
            cluster.heal();
            NodeProcess odd = cluster.others(cluster.leader()).get(0);
            List<NodeProcess> others = cluster.others(odd);
            Writers before = Writers.paced(cluster.nodes(), 2, 200)
                    .untilAcknowledged(200)
                    .finish();
            cluster.awaitInSync(cluster.nodes());
            odd.process().terminate();
            odd.ended(RealCluster.PATIENCE);
            cluster.awaitInSync(others);
            spoil(odd);

            Writers during = Writers.paced(others, 2, 200).untilAcknowledged(50);
            long began = System.nanoTime();
            odd.start();
            assertThat(odd.ended(Duration.ofSeconds(60)))
                    .as("the process of %s ends", odd)
                    .isEqualTo(1);
            long ended = System.nanoTime();
            assertThat(Files.exists(odd.data().resolve(Store.ASIDE)))
                    .as("nothing is moved before the next start")
                    .isFalse();
            odd.start();
            cluster.awaitMembership(cluster.nodes());
            long inSync = System.nanoTime();
            during.untilAcknowledged(200).finish();
            cluster.awaitInSync(cluster.nodes());
            assertThat(odd.data().resolve(Store.ASIDE).resolve("log")).isDirectory();
            assertThat(during.failures()).isEmpty();
            Audit.of(before, cluster.nodes()).passes();
            Audit.of(during, cluster.nodes()).passes();
            Figures.print(
                    "state-differs",
                    during.summary() + " found-after-ms=" + (ended - began) / 1_000_000 + " rebuilt-after-ms="
                            + (inSync - ended) / 1_000_000);
        }
    }

    /** Gives its state a row of its own, as a mistake of the program would: the sum over the rows has it too. */
    private static void spoil(NodeProcess node) {
        try (Store store = Store.open(
                node.data(),
                new NodeId(node.id()),
                NodeProcess.CLUSTER,
                StoreSettings.DEFAULT,
                number -> {},
                failure -> {
                    throw failure;
                })) {
            store.tables().put(Bytes.utf8("~"), Bytes.utf8("nobody wrote this"));
            store.tables().commit(store.tables().applied());
        }
    }
}
