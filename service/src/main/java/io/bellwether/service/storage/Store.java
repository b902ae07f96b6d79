package io.bellwether.service.storage;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One data directory, open: the log and the tables behind their doors. Opened, used and closed by the thread that owns
 * the replica; views of the tables are for any thread.
 */
public final class Store implements AutoCloseable {
    /** The folder in the data directory that takes what a store was when it {@linkplain #renew began anew}. */
    public static final String ASIDE = DataDirectory.ASIDE;

    /** The folder in the data directory that is left to an embedded ZooKeeper. */
    public static final String ZOOKEEPER = DataDirectory.ZOOKEEPER;

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);

    private final DataDirectory directory;
    private final RocksFamily family;
    private final RocksLog log;
    private final RocksTables tables;
    private final OutgoingSnapshots outgoing;
    private final IncomingSnapshot incoming;

    private Store(
            DataDirectory directory, RocksFamily family, RocksLog log, RocksTables tables, OutgoingSnapshots outgoing) {
        this.directory = directory;
        this.family = family;
        this.log = log;
        this.tables = tables;
        this.outgoing = outgoing;
        this.incoming = new IncomingSnapshot(directory, family);
    }

    /**
     * Opens the store in this folder, or makes one where there is none.
     *
     * @param durable hears the number of the latest log write that has become durable, on the disk's thread: the caller
     *     takes it to the thread that owns the replica
     * @param failed hears, on any thread and perhaps more than once, why the process must stop now: {@link
     *     StorageFailure} or {@link StoreDamaged}. Nothing is reported as durable afterwards
     * @throws StoreRefused if the folder is in use, another node's or cluster's, or {@linkplain #retire retired}
     * @throws StoreDamaged if something is missing or wrong that was durable; nothing was changed
     * @throws StorageFailure if the disk does not work
     */
    public static Store open(
            Path folder,
            NodeId node,
            String cluster,
            StoreSettings settings,
            LongConsumer durable,
            Consumer<RuntimeException> failed) {
        try {
            DataDirectory directory = DataDirectory.lock(folder);
            RocksFamily family = new RocksFamily(folder, settings, failed);
            boolean opened = false;
            try {
                Store store = open(directory, family, node, cluster, settings, durable, failed);
                opened = true;
                return store;
            } finally {
                if (!opened) {
                    family.close();
                    directory.close();
                }
            }
        } catch (IOException e) {
            throw new StorageFailure(folder, "Opening the data directory", e);
        }
    }

    private static Store open(
            DataDirectory directory,
            RocksFamily family,
            NodeId node,
            String cluster,
            StoreSettings settings,
            LongConsumer durable,
            Consumer<RuntimeException> failed)
            throws IOException {
        directory
                .beginAnew()
                .ifPresent(renewal -> LOG.warn(
                        "store begins anew: {} What was in {} is now in its folder '{}', until that happens again",
                        renewal.why(),
                        directory.folder(),
                        ASIDE));
        Optional<StoreId> found = directory.storeOf(node, cluster);
        StoreId storeId = found.isPresent() ? found.get() : create(directory, family, node, cluster);
        AtomicReference<OutgoingSnapshots> made = new AtomicReference<>();
        RocksLog log = RocksLog.open(directory, storeId, settings, family, durable, failed, () -> neededAfter(made));
        boolean opened = false;
        try {
            boolean logHasAll = log.start().equals(Position.ZERO);
            RocksTables tables = RocksTables.open(
                    directory, family, log.stateFolder(), logHasAll, settings.recentRowsBytes(), failed);
            try {
                log.checkContains(tables.applied()); // Rule 12.4
                directory.removeStatesBut(log.stateFolder());
                DurableFiles.remove(directory.outgoing());
                OutgoingSnapshots outgoing = new OutgoingSnapshots(directory, family, tables);
                made.set(outgoing);
                opened = true;
                return new Store(directory, family, log, tables, outgoing);
            } finally {
                if (!opened) {
                    tables.close();
                }
            }
        } finally {
            if (!opened) {
                log.close();
            }
        }
    }

    private static long neededAfter(AtomicReference<OutgoingSnapshots> made) {
        OutgoingSnapshots outgoing = made.get();
        return outgoing == null ? Long.MAX_VALUE : outgoing.neededAfter();
    }

    private static StoreId create(DataDirectory directory, RocksFamily family, NodeId node, String cluster)
            throws IOException {
        directory.beginCreation();
        Restored restored = directory.restored().orElse(null);
        if (restored != null) {
            takeRestored(new IncomingSnapshot(directory, family), restored);
        }
        try {
            String clusterId = directory.renewal().map(Renewal::clusterId).orElse("");
            LogDatabase.create(directory, family, restored, clusterId);
        } catch (RocksDBException e) {
            throw new StorageFailure(directory.folder(), "Making the log", e);
        }
        return directory.finishCreation(node, cluster);
    }

    private static void takeRestored(IncomingSnapshot incoming, Restored restored) throws IOException {
        LOG.info("store begins with a backup position={} of cluster={}", restored.position(), restored.clusterId());
        if (incoming.isHere()) { // not if an earlier attempt came so far
            incoming.becomeState(restored.position());
        }
        incoming.forget();
    }

    public ReplicatedLog log() {
        return log;
    }

    /** Copies of the state for other nodes. */
    public OutgoingSnapshots outgoing() {
        return outgoing;
    }

    /** Where a snapshot of another node is gathered. */
    public IncomingSnapshot incoming() {
        return incoming;
    }

    /**
     * Makes what is {@linkplain #incoming complete} the state, and the beginning of the log; see {@link
     * io.bellwether.replication.Snapshots#install}. One batch of the log decides which state counts: before it the folder
     * that was is the state, after it the other one, and what belongs to neither is removed when the store is opened.
     *
     * @throws StorageFailure if the disk does not work
     */
    public void install(Snapshot snapshot) {
        try {
            String folder = incoming.becomeState(snapshot.position());
            log.restartAfter(snapshot.position(), snapshot.logTime(), folder);
            tables.replaceBy(folder);
            outgoing.replaced(snapshot.position().index());
            incoming.forget();
        } catch (IOException e) {
            throw new StorageFailure(directory.folder(), "Installing a snapshot", e);
        }
    }

    /** From the next batch of the log on; one listener at a time. */
    public void tellBatchesTo(BatchListener listener) {
        log.tellBatchesTo(listener);
    }

    public Tables tables() {
        return tables;
    }

    /**
     * Makes sure that this store never comes back (Rule 3.4): the next start with this folder is refused.
     *
     * @param why a sentence for whoever tries
     * @throws StorageFailure if the disk does not take it down
     */
    public void retire(String why) {
        try {
            directory.retire(why);
        } catch (IOException e) {
            throw new StorageFailure(directory.folder(), "Retiring the store", e);
        }
    }

    /**
     * Notes for the next start with this folder that something of its store is damaged. It can be opened all the same: whoever
     * reads what is damaged is told. For the process that has the store open, or is about to open it; any thread.
     *
     * @param damage a sentence, in one line
     * @throws StorageFailure if the disk does not take it down
     */
    public static void suspect(Path folder, String damage) {
        try {
            DataDirectory.suspect(folder, damage);
        } catch (IOException e) {
            throw new StorageFailure(folder, "Marking the store as damaged", e);
        }
    }

    /** What {@link #suspect} has noted in this folder; empty if nothing. */
    public static Optional<String> suspicion(Path folder) {
        try {
            return DataDirectory.suspicion(folder);
        } catch (IOException e) {
            throw new StorageFailure(folder, "Reading the data directory", e);
        }
    }

    /**
     * Makes sure that the next start with this folder begins with an empty store (Rule 14.4): what is in it now is then
     * moved aside, and what was moved there before goes.
     *
     * @param clusterId the cluster that the next store is to join: without it, it could begin one of its own
     * @param why a sentence for the log of that start, in one line
     * @throws StorageFailure if the disk does not take it down
     */
    public void renew(String clusterId, String why) {
        renew(directory, clusterId, why);
    }

    /**
     * The same for a folder whose store cannot be opened, since it is damaged.
     *
     * @throws StoreRefused if the folder is in use
     */
    public static void renew(Path folder, String clusterId, String why) {
        try (DataDirectory directory = DataDirectory.lock(folder)) {
            renew(directory, clusterId, why);
        } catch (IOException e) {
            throw new StorageFailure(folder, "Opening the data directory", e);
        }
    }

    private static void renew(DataDirectory directory, String clusterId, String why) {
        try {
            directory.renew(new Renewal(clusterId, why));
        } catch (IOException e) {
            throw new StorageFailure(directory.folder(), "Marking the store for a new beginning", e);
        }
    }

    /**
     * Looks through everything that was made durable, also while it is in use: all checksums, every entry of the log, and
     * whether the rows of the state add up to the sum that was kept of them (Rule 14.6). On a thread of the caller's, and
     * only while the store is open.
     *
     * @return whether it came to the end
     * @throws StoreDamaged if something is not as it was written
     * @throws StorageFailure if the disk does not work
     */
    public boolean check(Pace pace) {
        return log.check(pace) && tables.check(pace);
    }

    /** Brings everything to the disk and lets go of the folder. Views that are still open are waited for a few seconds. */
    @Override
    public void close() {
        try {
            outgoing.close();
            tables.close();
            log.close();
            family.close();
            directory.close();
        } catch (IOException e) {
            throw new StorageFailure(directory.folder(), "Closing the store", e);
        }
    }
}
