package io.bellwether.service.failpoints;

import io.bellwether.replication.NodeId;
import io.bellwether.service.cluster.FreePorts;
import io.bellwether.service.node.NodeStatus;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Where a node lives, life after life: its disk and its address. */
final class Machine {
    private static final long STATUS_SECONDS = 1;
    private static final long BURIAL_SECONDS = 30;

    private final NodeId id;
    private final String cluster;
    private final int zooKeeperPort;
    private final Journal journal;
    private final Logs logs;
    private final Disk disk;
    private final int port = FreePorts.next();
    private int lives;
    private volatile @Nullable Life life;

    Machine(NodeId id, String cluster, Path folder, int zooKeeperPort, Logs logs, Journal journal) {
        this.id = id;
        this.cluster = cluster;
        this.zooKeeperPort = zooKeeperPort;
        this.journal = journal;
        this.logs = logs;
        this.disk = new Disk(folder, id, cluster, logs);
    }

    NodeId id() {
        return id;
    }

    String cluster() {
        return cluster;
    }

    int zooKeeperPort() {
        return zooKeeperPort;
    }

    Journal journal() {
        return journal;
    }

    Logs logs() {
        return logs;
    }

    Disk disk() {
        return disk;
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The process that runs; null if none does. */
    @Nullable
    Life life() {
        Life latest = life;
        return latest == null || latest.isGone() ? null : latest;
    }

    boolean runs() {
        return life() != null;
    }

    /** Whether it stands in the latch's queue. */
    boolean isQueued() {
        Life running = life();
        return running != null && running.isQueued();
    }

    /** Begins another life, when the last one is over to its last thread. */
    void start(@Nullable Failpoint armed) {
        awaitBurial();
        lives++;
        journal.say(id + " is started");
        Life next = new Life(this, lives, armed);
        life = next;
        next.begin();
    }

    void kill() {
        Life latest = life;
        if (latest != null) {
            latest.die("killed");
        }
    }

    void awaitBurial() {
        Life latest = life;
        if (latest == null) {
            return;
        }
        try {
            latest.buried().get(BURIAL_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(id + " was not taken apart", e);
        }
    }

    void arm(@Nullable Failpoint failpoint) {
        Life running = life();
        if (running != null) {
            running.arm(failpoint);
        }
    }

    /** Where its log ends; 0 if it is gone, or hangs. */
    long lastIndex() {
        return status().map(NodeStatus::lastIndex).orElse(0L);
    }

    /** After which entry its log begins; 0 if it is gone. */
    long logStart() {
        Life running = life();
        return running == null ? 0 : running.logStart();
    }

    /** How it sees itself and the cluster; empty if it is gone, or hangs. */
    Optional<NodeStatus> status() {
        Life running = life();
        if (running == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(running.status().get(STATUS_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return id.name();
    }
}
