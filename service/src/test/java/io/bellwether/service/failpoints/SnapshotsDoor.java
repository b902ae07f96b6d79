package io.bellwether.service.failpoints;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import java.util.function.BiConsumer;

/** The door to the states of other nodes, and what comes back through it, as a node finds it that may fail there. */
final class SnapshotsDoor implements Snapshots {
    private final Snapshots snapshots;
    private final Gate gate;

    SnapshotsDoor(Snapshots snapshots, Gate gate) {
        this.snapshots = snapshots;
        this.gate = gate;
    }

    @Override
    public void fetch(NodeId from) {
        gate.checkAlive();
        snapshots.fetch(from);
    }

    @Override
    public void install(Snapshot snapshot) {
        Runnable failing = () -> {
            throw new DoorFailed(Step.SNAPSHOT_INSTALL);
        };
        gate.step(Step.SNAPSHOT_INSTALL, () -> snapshots.install(snapshot), failing, failing);
    }

    /** A snapshot is here, whole and on the disk: the node is told, on the thread that fetched it. */
    static BiConsumer<Snapshot, Runnable> telling(BiConsumer<Snapshot, Runnable> node, Gate gate) {
        return (snapshot, whenLookedAt) -> {
            Runnable nothing = () -> {};
            gate.stepQuietly(Step.SNAPSHOT_FETCHED, () -> node.accept(snapshot, whenLookedAt), nothing, nothing);
        };
    }
}
