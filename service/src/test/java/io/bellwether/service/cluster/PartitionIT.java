package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that reach ZooKeeper and their clients, but not each other. */
@Timeout(180)
class PartitionIT {
    private static final Duration CALM = Duration.ofSeconds(2);
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    @TempDir
    static Path folder;

    @Test
    void aLeaderCutFromItsFollowersTellsTheTruthAndTheOthersGoOn() throws IOException {
        try (RealCluster cluster =
                new RealCluster(folder).withNodes(3).withLinks().heal()) {
            NodeProcess leader = cluster.leader();
            List<NodeProcess> followers = cluster.others(leader);

            Writers atFollowers = Writers.at(followers, 2);
            Writers atLeader = Writers.at(List.of(leader), 4, "Bellwether-Timeout", DEADLINE.toMillis() + "ms");
            atFollowers.during(CALM);
            followers.forEach(follower -> cluster.cut(leader, follower));
            atFollowers.during(Figures.time(Duration.ofSeconds(6), Duration.ofSeconds(15)));
            followers.forEach(follower -> cluster.join(leader, follower));
            long joined = System.nanoTime();
            atFollowers.untilAcknowledged(1);
            cluster.awaitMembership(cluster.nodes());
            long healed = System.nanoTime();
            atFollowers.during(CALM).finish();
            atLeader.finish();
            cluster.awaitInSync(cluster.nodes());

            Audit followersAudit = Audit.of(atFollowers, cluster.nodes()).passes();
            Audit.of(atLeader, cluster.nodes()).passes();
            List<Writers.Failure> refused = atLeader.failures();
            Set<String> answers = refused.stream()
                    .map(failure -> failure.status() + "-" + failure.outcome())
                    .collect(Collectors.toSet());
            long longest = refused.stream()
                    .mapToLong(Writers.Failure::tookMillis)
                    .max()
                    .orElse(0);
            Figures.print(
                    "leader-cut-off",
                    atFollowers.summary() + " lost=" + followersAudit.lost().size() + " refused-at-the-leader="
                            + refused.size() + " as=" + answers + " longest-refusal-ms=" + longest
                            + " in-sync-after-ms=" + (healed - joined) / 1_000_000);
            assertThat(atFollowers.failures()).isEmpty();
            assertThat(refused).isNotEmpty();
            assertThat(answers).isSubsetOf("503-none", "504-unknown");
            assertThat(longest).isLessThan(DEADLINE.toMillis() + 3_000);
        }
    }
}
