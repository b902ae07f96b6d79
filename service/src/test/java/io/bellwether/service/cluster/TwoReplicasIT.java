package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An in-sync set of two loses its leader while a third node is there that is only being caught up. */
@Timeout(180)
class TwoReplicasIT {
    @TempDir
    static Path folder;

    @Test
    void theSurvivorOfTwoLeadsByItselfWhereOneIsEnough() throws IOException {
        leaderOfTwoDies(1);
    }

    @Test
    void theSurvivorOfTwoServesAsSoonAsTheLearnerIsInWhereTwoAreAskedFor() throws IOException {
        leaderOfTwoDies(2);
    }

    private static void leaderOfTwoDies(int minInSync) throws IOException {
        try (RealCluster cluster = new RealCluster(folder.resolve("min-in-sync-" + minInSync))
                .withNodes(3)
                .withLinks()) {
            cluster.nodes().forEach(node -> node.set("MIN_IN_SYNC", Integer.toString(minInSync)));
            NodeProcess first = cluster.node("n1");
            NodeProcess second = cluster.node("n2");
            NodeProcess learner = cluster.node("n3");
            first.start();
            second.start();
            cluster.awaitInSync(List.of(first, second));
            NodeProcess leader = cluster.leader();
            NodeProcess survivor = leader == first ? second : first;

            Writers writers = Writers.at(List.of(survivor), 2, "Bellwether-Timeout", "40s")
                    .untilAcknowledged(100);
            // Alive, known to the survivor, and kept from catching up: the leader alone brings entries.
            cluster.cut(leader, learner);
            learner.start();
            await("the survivor to see the learner")
                    .atMost(RealCluster.PATIENCE)
                    .until(() -> view(survivor).role(learner.id()).equals("learner"));
            assertThat(view(survivor).inSync()).hasSize(2);
            leader.process().kill();
            long killed = System.nanoTime();
            writers.untilAcknowledged(1);
            NodeProcess next = cluster.awaitLeader(List.of(survivor, learner));
            writers.during(Duration.ofSeconds(1));
            cluster.awaitMembership(List.of(survivor, learner));
            long both = System.nanoTime();
            writers.during(Duration.ofSeconds(1)).finish();

            Audit audit = Audit.of(writers, List.of(survivor, learner)).passes();
            Figures.print(
                    "leader-of-two-killed",
                    "min-in-sync=" + minInSync + " " + writers.summary() + " lost="
                            + audit.lost().size() + " next=" + next + " both-in-sync-after-ms="
                            + (both - killed) / 1_000_000);
            assertThat(writers.failures()).isEmpty();
        }
    }

    private static NodeProcess.View view(NodeProcess node) {
        return node.view().orElseThrow(() -> new AssertionError(node + " doesn't answer"));
    }
}
