package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that must not start say why and what to do, and a disk that was wiped is a new store. */
@Timeout(180)
class StartRefusalIT {
    private static final Duration END = Duration.ofSeconds(60);

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
    void aDataDirectoryInUseIsRefused() {
        try (NodeProcess second = stranger("second")) {
            second.set("NODE", "n1").set("DATA", cluster.node("n1").data().toString());
            refused(second, cluster.node("n1").data().toString());
        }
    }

    @Test
    void theDataDirectoryOfAnotherNodeIsRefused() throws IOException {
        Path data = usedByNobody("of-another-node");
        try (NodeProcess other = stranger("other")) {
            other.set("NODE", "n9").set("DATA", data.toString());
            refused(other, "n8");
        }
    }

    @Test
    void theDataDirectoryOfAnotherClusterIsRefused() throws IOException {
        Path data = usedByNobody("of-another-cluster");
        try (NodeProcess other = stranger("n8-elsewhere")) {
            other.set("NODE", "n8").set("DATA", data.toString()).set("CLUSTER", "elsewhere");
            refused(other, "survival");
        }
    }

    @Test
    void aConfigurationThatContradictsTheRecordIsRefused() {
        try (NodeProcess wrong = stranger("n7")) {
            wrong.set("MIN_IN_SYNC", "3");
            refused(wrong, "BELLWETHER_MIN_IN_SYNC is 3, but ZooKeeper's record says 2");
        }
    }

    @Test
    void aWipedDiskIsANewStoreThatJoinsAsLearnerAndComesIn() throws IOException {
        NodeProcess wiped = cluster.leader() == cluster.node("n1") ? cluster.node("n2") : cluster.node("n1");
        NodeProcess third = new NodeProcess("n3", folder, cluster.zooKeeper().connect());
        try (third) {
            third.start();
            NodeProcess leader = cluster.leader();
            await("three in sync")
                    .atMost(RealCluster.PATIENCE)
                    .until(() -> inSync(leader).size() == 3);
            HttpConnection.putOnce(leader.port(), "kept", "through it all");
            List<String> before = inSync(leader);

            wiped.process().kill();
            wiped.set("DATA", folder.resolve("wiped").toString());
            wiped.start();

            await("the new store in place of the old one")
                    .atMost(RealCluster.PATIENCE)
                    .untilAsserted(() -> {
                        List<String> now = inSync(leader);
                        assertThat(now).hasSize(3);
                        assertThat(before).as("in-sync stores before").doesNotContainSequence(now);
                        assertThat(now.stream().filter(before::contains)).hasSize(2);
                    });
            // Not a local read: in sync is who has the entry, and it may be applied there a heartbeat later.
            assertThat(HttpConnection.getOnce(wiped.port(), "/v1/kv/kept").text())
                    .isEqualTo("through it all");
        }
    }

    private static List<String> inSync(NodeProcess node) {
        return node.view()
                .orElseThrow(() -> new AssertionError(node + " doesn't answer"))
                .inSyncStores();
    }

    private static NodeProcess stranger(String id) {
        return new NodeProcess(id, folder, cluster.zooKeeper().connect());
    }

    /** A data directory that node n8 of this cluster has left behind. */
    private static Path usedByNobody(String name) throws IOException {
        Path data = folder.resolve(name);
        try (NodeProcess node = stranger("n8")) {
            node.set("DATA", data.toString());
            node.start();
            await("n8 to answer").atMost(RealCluster.PATIENCE).until(() -> node.view()
                    .isPresent());
        }
        assertThat(data).isNotEmptyDirectory();
        return data;
    }

    private static void refused(NodeProcess node, String because) {
        node.start();
        int code = node.ended(END);
        assertThat(code)
                .as("exit code of %s: %s", node, node.process().output())
                .isNotZero();
        assertThat(node.process().output()).contains(because);
    }
}
