package io.bellwether.service;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.service.node.NodeFigures;
import io.bellwether.service.node.NodeLoop;
import io.bellwether.service.node.NodeStatus;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How a node stands, as gauges. Asked of its own thread once for each time that somebody looks, so that the figures belong
 * together, and nobody who writes pays for them.
 */
final class NodeLevels implements MultiCollector {
    private static final long PATIENCE_MILLIS = 500;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final NodeLoop loop;
    private final Path data;

    /** @param data directory on the disk that is watched */
    NodeLevels(NodeLoop loop, Path data) {
        this.loop = loop;
        this.data = data;
    }

    @Override
    public MetricSnapshots collect() {
        Gauges gauges = new Gauges();
        Optional<NodeFigures> figures = ask();
        gauges.add(
                "bellwether_node_answering",
                "1 while the node's own thread answers; 0 leaves out what only it knows.",
                figures.isPresent() ? 1 : 0);
        figures.ifPresent(seen -> {
            addPlace(gauges, seen.status());
            addCluster(gauges, seen);
            addRequests(gauges, seen);
        });
        addDisk(gauges);
        return gauges.all.build();
    }

    private Optional<NodeFigures> ask() {
        CompletableFuture<NodeFigures> answer = new CompletableFuture<>();
        loop.figures(answer::complete);
        try {
            return Optional.of(answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (TimeoutException late) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("figures are answered or not, and never fail", e);
        }
    }

    private static void addPlace(Gauges gauges, NodeStatus status) {
        GaugeSnapshot.Builder roles = gauges.named("bellwether_role", "1 for what this node is now, 0 for the others.");
        for (NodeStatus.Role role : NodeStatus.Role.values()) {
            roles.dataPoint(point(status.role() == role ? 1 : 0, Labels.of("role", role.word())));
        }
        gauges.add(roles);
        gauges.add("bellwether_leader_known", "1 while this node hears a leader.", status.leader() == null ? 0 : 1);
        gauges.add("bellwether_serving", "1 on a leader whose write quorum answers.", status.serving() ? 1 : 0);
        gauges.add("bellwether_epoch", "The highest epoch that this node knows.", status.epoch());
        gauges.add("bellwether_last_index", "The end of this node's log.", status.lastIndex());
        gauges.add("bellwether_commit_index", "The highest index known to be committed.", status.commitIndex());
        gauges.add("bellwether_applied_index", "What reads at this node see.", status.appliedIndex());
        gauges.add(
                "bellwether_state_sound",
                "0 once this node's state was found not to be what it should be; it is about to be rebuilt.",
                status.sound() ? 1 : 0);
        if (status.stalenessMillis() >= 0) {
            gauges.add(
                    "bellwether_staleness_seconds",
                    "How far this node's state may be behind, at most; absent while it can't tell.",
                    status.stalenessMillis() / MILLIS_PER_SECOND);
        }
    }

    private static void addCluster(Gauges gauges, NodeFigures figures) {
        NodeStatus status = figures.status();
        GaugeSnapshot.Builder sessions = gauges.named(
                "bellwether_zookeeper_session", "1 for the state of the session with ZooKeeper, 0 for the others.");
        for (Coordination.Session session : Coordination.Session.values()) {
            String state = session.name().toLowerCase(Locale.ROOT);
            sessions.dataPoint(point(status.zookeeper() == session ? 1 : 0, Labels.of("state", state)));
        }
        gauges.add(sessions);
        gauges.add("bellwether_paused", "1 while an operator has switched automation off.", status.paused() ? 1 : 0);
        gauges.add(
                "bellwether_members",
                "Nodes that run, as ZooKeeper told last.",
                status.members().size());
        ControlRecord record = status.record();
        if (record != null) {
            gauges.add(
                    "bellwether_in_sync_replicas",
                    "Replicas in the in-sync set.",
                    record.inSync().size());
            gauges.add("bellwether_min_in_sync_replicas", "With fewer in sync, writes wait.", record.minInSync());
        }
        if (!figures.followerLagEntries().isEmpty()) {
            GaugeSnapshot.Builder lags = gauges.named(
                    "bellwether_follower_lag_entries",
                    "On the leader: entries of its log that a follower has not acknowledged.");
            figures.followerLagEntries()
                    .forEach((follower, lag) ->
                            lags.dataPoint(point(lag.doubleValue(), Labels.of("follower", follower.name()))));
            gauges.add(lags);
        }
    }

    private static void addRequests(Gauges gauges, NodeFigures figures) {
        boolean leads = figures.status().role() == NodeStatus.Role.LEADER;
        gauges.add(
                "bellwether_held_writes",
                "Writes of this node's clients that wait for their outcome.",
                figures.heldWrites());
        gauges.add(
                "bellwether_parked_writes",
                "Those of the held writes that wait for a leader, or to be offered to it again.",
                figures.parkedWrites());
        gauges.add(
                "bellwether_forwarded_writes",
                "Those of the held writes that are with the leader, another node.",
                leads ? 0 : figures.heldWrites() - figures.parkedWrites());
        gauges.add(
                "bellwether_waiting_reads",
                "Reads that wait for the leader's word or for an index.",
                figures.waitingReads());
    }

    private void addDisk(Gauges gauges) {
        long free;
        long size;
        try {
            FileStore disk = Files.getFileStore(data);
            free = disk.getUsableSpace();
            size = disk.getTotalSpace();
        } catch (IOException e) {
            return; // Nobody can look at the directory: both are absent, and the health check 'disk' says why.
        }
        gauges.add("bellwether_disk_free_bytes", "Room left for this process on the disk of the data directory.", free);
        gauges.add("bellwether_disk_size_bytes", "Size of the disk of the data directory.", size);
    }

    private static GaugeDataPointSnapshot point(double value, Labels labels) {
        return GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
    }

    /** What is gathered while somebody looks. */
    private static final class Gauges {
        private final MetricSnapshots.Builder all = MetricSnapshots.builder();

        GaugeSnapshot.Builder named(String name, String help) {
            return GaugeSnapshot.builder().name(name).help(help);
        }

        void add(GaugeSnapshot.Builder gauge) {
            all.metricSnapshot(gauge.build());
        }

        void add(String name, String help, long value) {
            add(name, help, (double) value);
        }

        void add(String name, String help, double value) {
            add(named(name, help).dataPoint(point(value, Labels.EMPTY)));
        }
    }
}
