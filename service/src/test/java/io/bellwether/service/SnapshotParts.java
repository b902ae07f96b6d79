package io.bellwether.service;

import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import io.bellwether.service.http.peer.HttpPeers;
import io.bellwether.service.http.peer.SnapshotSource;
import io.bellwether.service.node.NodeLoop;
import io.bellwether.service.storage.Store;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The parts of a node that give and fetch its state, for tests that put a node together themselves. */
public final class SnapshotParts {
    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);

    private SnapshotParts() {}

    /** What gives this node's state to others. */
    public static SnapshotSource source(Store store, NodeLoop loop) {
        return new OfferedSnapshots(store.outgoing(), loop);
    }

    /**
     * What fetches the state of others. Named as production's threads name it.
     *
     * @param clusterId this node's
     * @param fetched hears of a snapshot that is here; the second is to be called when the node has looked at it
     * @param broken hears why the process must stop
     */
    public static Fetching fetching(
            Store store,
            HttpPeers peers,
            Supplier<String> clusterId,
            BiConsumer<Snapshot, Runnable> fetched,
            Consumer<Throwable> broken) {
        SnapshotFetching fetching = new SnapshotFetching(
                store.incoming(), store::install, peers::url, clusterId, CONNECT_TIMEOUT, fetched::accept, broken);
        return new Fetching(fetching, fetching::close);
    }

    /**
     * @param door for the node
     * @param end to be run before the store is closed
     */
    public record Fetching(Snapshots door, Runnable end) {}
}
