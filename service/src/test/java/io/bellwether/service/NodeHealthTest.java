package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.health.HealthCheckRegistry;
import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.ReadOutcome;
import io.bellwether.service.node.Requests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeHealthTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final Duration MAX_LAG = Duration.ofSeconds(3);

    @TempDir
    private Path data;

    private final HealthCheckRegistry checks = new HealthCheckRegistry();

    @Test
    void aNodeWithALeaderAZooKeeperAndADiskIsHealthy() {
        register(status(N1, Coordination.Session.CONNECTED), 0);

        assertThat(checks.getNames()).containsExactly("disk", "lag", "leader-contact", "zookeeper");
        assertThat(checks.runHealthChecks().values()).allMatch(result -> result.isHealthy());
    }

    @Test
    void aNodeWithoutALeaderSaysSo() {
        register(status(null, Coordination.Session.CONNECTED), 0);

        assertThat(complaint("leader-contact")).contains("no leader is heard");
        assertThat(complaint("zookeeper")).isEmpty();
    }

    @Test
    void aNodeIsHealthyUpToItsMaxLag() {
        NodeStatus level = status(N1, Coordination.Session.CONNECTED, MAX_LAG.toMillis());
        NodeStatus behind = status(N1, Coordination.Session.CONNECTED, MAX_LAG.toMillis() + 1);

        assertThat(NodeHealth.lag(level, MAX_LAG).isHealthy()).isTrue();
        assertThat(NodeHealth.lag(behind, MAX_LAG).getMessage()).contains("3001 ms behind", "node.maxLag");
    }

    @Test
    void aNodeThatCannotTellItsLagIsUnhealthy() {
        register(status(N1, Coordination.Session.CONNECTED, -1), 0);

        assertThat(complaint("lag")).contains("can't tell");
    }

    @Test
    void aNodeWithoutAZooKeeperSaysSo() {
        register(status(N1, Coordination.Session.SUSPENDED), 0);

        assertThat(complaint("zookeeper")).contains("no connection to ZooKeeper");
        assertThat(complaint("leader-contact")).isEmpty();
    }

    @Test
    void aDiskIsHealthyDownToTheLastByteThatIsAskedFor() {
        assertThat(NodeHealth.disk(data, 10, 10).isHealthy()).isTrue();
        assertThat(NodeHealth.disk(data, 9, 10).getMessage()).contains("9 bytes left", "minFreeSize");
    }

    @Test
    void aDiskThatIsAlmostFullSaysSo() {
        register(status(N1, Coordination.Session.CONNECTED), Long.MAX_VALUE);

        assertThat(complaint("disk")).contains(data.toString(), "make room");
    }

    @Test
    void aNodeThatHangsIsUnhealthy() {
        register(null, 0);

        assertThat(complaint("leader-contact")).contains("did not answer");
    }

    private void register(@Nullable NodeStatus status, long minFreeBytes) {
        NodeHealth.register(checks, new Told(status), MAX_LAG, data, minFreeBytes);
    }

    private String complaint(String check) {
        return Optional.of(checks.runHealthCheck(check))
                .filter(result -> !result.isHealthy())
                .map(result -> result.getMessage())
                .orElse("");
    }

    private static NodeStatus status(@Nullable NodeId leader, Coordination.Session zooKeeper) {
        return status(leader, zooKeeper, 0);
    }

    private static NodeStatus status(@Nullable NodeId leader, Coordination.Session zooKeeper, long lagMillis) {
        ReplicaId self = new ReplicaId(N1, new StoreId("9c1e"));
        return new NodeStatus(
                self,
                NodeStatus.Role.FOLLOWER,
                7,
                leader,
                false,
                5,
                7,
                0,
                5,
                5,
                lagMillis,
                0,
                true,
                List.of(),
                null,
                zooKeeper,
                List.of(),
                false);
    }

    /** A node that says this of itself, or nothing. */
    private record Told(@Nullable NodeStatus status) implements Requests {
        @Override
        public void status(Consumer<NodeStatus> whenDone) {
            if (status != null) {
                whenDone.accept(status);
            }
        }

        @Override
        public void write(
                Bytes command, Optional<RequestId.Keyed> key, Duration timeout, Consumer<WriteOutcome> whenDone) {
            throw new UnsupportedOperationException("a health check writes nothing");
        }

        @Override
        public void read(ReadLevel level, long minIndex, Duration timeout, Consumer<ReadOutcome> whenDone) {
            throw new UnsupportedOperationException("a health check reads no record");
        }
    }
}
