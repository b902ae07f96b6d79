package io.bellwether.simulation;

import io.bellwether.gateway.ServingNode;
import io.bellwether.replication.Position;
import io.bellwether.replication.Replica;
import java.util.Optional;

/**
 * A state as it was at one position.
 *
 * @param clusterId of the cluster that it is of
 * @param logTime not before that of the entry at this position
 * @param promisedEpoch of the replica that it is of
 */
record Backup(String clusterId, MemoryTables tables, Position position, long logTime, long promisedEpoch) {
    /** Of the node's state as it is now; none while its process is down, or has heard no leader yet. */
    static Optional<Backup> of(SimulatedNode node) {
        ServingNode serving = node.serving();
        if (serving == null || serving.replica().logTime() < 0) {
            return Optional.empty();
        }
        MemoryTables copy = new MemoryTables();
        copy.replaceBy(node.tables());
        Replica replica = serving.replica();
        return Optional.of(
                new Backup(replica.clusterId(), copy, copy.applied(), replica.logTime(), replica.promisedEpoch()));
    }
}
