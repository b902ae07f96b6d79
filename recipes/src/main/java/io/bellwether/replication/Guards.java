package io.bellwether.replication;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What must fit together before a node may start, claim or propose (Rule 11.1): the record of ZooKeeper and what the
 * store has seen. A restored or wiped ensemble shows here, and nobody guesses on.
 */
public final class Guards {
    private Guards() {}

    /**
     * @param record what ZooKeeper holds; null if it holds none
     * @param store what the store remembers
     * @param emptyLog whether the store has no entries
     * @return what does not fit, and what to do; empty if all fits
     */
    public static Optional<String> complaint(@Nullable ControlRecord record, StoreRecord store, boolean emptyLog) {
        boolean virgin =
                emptyLog && store.clusterId().isEmpty() && store.promise().epoch() == 0;
        if (record == null) {
            return virgin
                    ? Optional.empty()
                    : Optional.of("ZooKeeper has no control record, but this store has data of cluster "
                            + store.clusterId()
                            + ". Check the connect string and the cluster name; if the ensemble was wiped, restore its"
                            + " data.");
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
