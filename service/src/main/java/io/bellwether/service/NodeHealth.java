package io.bellwether.service;

import com.codahale.metrics.health.HealthCheck;
import com.codahale.metrics.health.HealthCheckRegistry;
import io.bellwether.replication.Coordination;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The health checks on the admin port: {@code leader-contact}, {@code lag}, {@code zookeeper} and {@code disk}. */
final class NodeHealth {
    private static final long PATIENCE_MILLIS = 500;

    private final Requests requests;

    private NodeHealth(Requests requests) {
        this.requests = requests;
    }

    /**
     * @param maxLag a state that may be older is unhealthy
     * @param minFreeBytes the disk of {@code data} is healthy while it has so much left
     */
    static void register(HealthCheckRegistry checks, Requests requests, Duration maxLag, Path data, long minFreeBytes) {
        NodeHealth health = new NodeHealth(requests);
        checks.register("leader-contact", health.of(NodeHealth::leaderContact));
        checks.register("lag", health.of(status -> lag(status, maxLag)));
        checks.register("zookeeper", health.of(NodeHealth::zooKeeper));
        checks.register("disk", new HealthCheck() {
            @Override
            protected Result check() throws IOException {
                return disk(data, Files.getFileStore(data).getUsableSpace(), minFreeBytes);
            }
        });
    }

    static HealthCheck.Result leaderContact(NodeStatus status) {
        return status.leader() == null
                ? HealthCheck.Result.unhealthy("no leader is heard: writes wait")
                : HealthCheck.Result.healthy("%s leads", status.leader());
    }

    /** The same as {@code /v1/node/ready} asks, with a bound of the operator's instead of the asker's. */
    static HealthCheck.Result lag(NodeStatus status, Duration maxLag) {
        long lagMillis = status.stalenessMillis();
        if (lagMillis < 0) {
            return HealthCheck.Result.unhealthy("this node can't tell how far it is behind: it hears no leader, or has"
                    + " not caught up since it started");
        }
        return lagMillis <= maxLag.toMillis()
                ? HealthCheck.Result.healthy("at most %d ms behind", lagMillis)
                : HealthCheck.Result.unhealthy(
                        "this node may be %d ms behind, and %d ms are allowed (node.maxLag)",
                        lagMillis, maxLag.toMillis());
    }

    static HealthCheck.Result zooKeeper(NodeStatus status) {
        return status.zookeeper() == Coordination.Session.CONNECTED
                ? HealthCheck.Result.healthy()
                : HealthCheck.Result.unhealthy(
                        "no connection to ZooKeeper: writes go on, elections and in-sync changes wait");
    }

    static HealthCheck.Result disk(Path data, long freeBytes, long minFreeBytes) {
        return freeBytes >= minFreeBytes
                ? HealthCheck.Result.healthy()
                : HealthCheck.Result.unhealthy(
                        "the disk of %s has %d bytes left, and %d is the least (store.minFreeSize): make room, or this"
                                + " node stops when it is full",
                        data, freeBytes, minFreeBytes);
    }

    private HealthCheck of(Function<NodeStatus, HealthCheck.Result> verdict) {
        return new HealthCheck() {
            @Override
            protected Result check() throws ExecutionException, InterruptedException {
                CompletableFuture<NodeStatus> answer = new CompletableFuture<>();
                requests.status(answer::complete);
                try {
                    return verdict.apply(answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
                } catch (TimeoutException e) {
                    return Result.unhealthy("this node's own thread did not answer within " + PATIENCE_MILLIS + " ms");
                }
            }
        };
    }
}
