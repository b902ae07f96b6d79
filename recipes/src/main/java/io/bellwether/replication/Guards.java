package io.bellwether.replication;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What must fit together before a node may start, claim or propose (Rules 11.1, 11.3): the record of ZooKeeper and what
 * the store has seen. A restored or wiped ensemble shows here, and so does a restored store; nobody guesses on.
 */
public final class Guards {
    private Guards() {}

    /**
     * @param record what ZooKeeper holds; null if it holds none
     * @param store what the store remembers
     * @param self whose store it is
     * @param emptyLog whether the store never had an entry; one that has, and has met no cluster, is restored from a backup
     * @return what does not fit, and what to do; empty if all fits
     */
    public static Optional<String> complaint(
            @Nullable ControlRecord record, StoreRecord store, ReplicaId self, boolean emptyLog) {
        boolean metNone = store.clusterId().isEmpty();
        if (record == null) {
            return metNone
                    ? Optional.empty()
                    : Optional.of("ZooKeeper has no control record, but this store has data of cluster "
                            + store.clusterId()
                            + ". Check the connect string and the cluster name; if the ensemble was wiped, restore its"
                            + " data.");
        }
        if (metNone && !emptyLog && !record.inSync().contains(self)) {
            return Optional.of(
                    "This store was restored from a backup and begins a cluster of its own, but ZooKeeper has the"
                            + " cluster " + record.clusterId()
                            + " already. Give the new cluster another name (BELLWETHER_CLUSTER) or another chroot, or start"
                            + " this node with an empty data directory to have it join that one.");
        }
        if (!store.clusterId().isEmpty() && !store.clusterId().equals(record.clusterId())) {
            return Optional.of("This store belongs to cluster " + store.clusterId() + ", but ZooKeeper's record is of "
                    + record.clusterId()
                    + ". Check the connect string, the cluster name and the data directory.");
        }
        if (record.epoch() < store.promise().epoch() || record.generation() < store.generation()) {
            return Optional.of("ZooKeeper's record stands at epoch " + record.epoch() + ", generation "
                    + record.generation() + ", but this store has seen epoch "
                    + store.promise().epoch() + ", generation " + store.generation()
                    + ": the ensemble was restored from an older state. Restore its latest state.");
        }
        return Optional.empty();
    }
}
