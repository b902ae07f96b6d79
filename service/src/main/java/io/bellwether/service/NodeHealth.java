package io.bellwether.service;

import com.codahale.metrics.health.HealthCheck;
import com.codahale.metrics.health.HealthCheckRegistry;
import io.bellwether.replication.Coordination;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The health checks on the admin port: {@code leader-contact}, {@code zookeeper} and {@code disk}. */
final class NodeHealth {
    private static final long PATIENCE_MILLIS = 500;

    private final Requests requests;

    private NodeHealth(Requests requests) {
        this.requests = requests;
    }

    /** @param minFreeBytes the disk of {@code data} is healthy while it has so much left */
    static void register(HealthCheckRegistry checks, Requests requests, Path data, long minFreeBytes) {
        NodeHealth health = new NodeHealth(requests);
        checks.register("leader-contact", health.of(NodeHealth::leaderContact));
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
