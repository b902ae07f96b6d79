package io.bellwether.service.failpoints;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The door to the states of other nodes, and what comes back through it, as a node finds it that may fail there. */
final class SnapshotsDoor implements Snapshots {
    private final Snapshots snapshots;
    private final Gate gate;
    private final Consumer<NodeId> asked;

    /** @param asked hears from whom a snapshot is to come, each time that the node says so */
    SnapshotsDoor(Snapshots snapshots, Gate gate, Consumer<NodeId> asked) {
        this.snapshots = snapshots;
        this.gate = gate;
        this.asked = asked;
    }

    @Override
    public void fetch(NodeId from) {
        gate.checkAlive();
        asked.accept(from);
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
