package io.bellwether.replication;

import java.util.List;

/**
 * What ZooKeeper holds: who leads, in which epoch, and which replicas are in sync. Changed only by compare-and-set on
 * the version of its znode (Rule 3.2).
 *
 * @param clusterId made once, at bootstrap; a record with another one belongs to another cluster
 * @param generation grows by one with every change
 * @param epoch the latest epoch that was claimed
 * @param leader the node that claimed it
 * @param claim unique id of that claim: how a claimant recognises its own
 * @param writeQuorum the mode that every node obeys
 * @param minInSync clients' writes and removals need at least so many replicas in the set (Rule 4.3)
 * @param inSync the in-sync set, in ascending order, never empty
 */
public record ControlRecord(
        String clusterId,
        long generation,
        long epoch,
        NodeId leader,
        String claim,
        WriteQuorum writeQuorum,
        int minInSync,
        List<ReplicaId> inSync) {
    public ControlRecord {
        inSync = inSync.stream().sorted().distinct().toList();
        if (inSync.isEmpty()) {
            throw new IllegalArgumentException("the in-sync set is never empty");
        }
        if (minInSync < 1 || epoch < 1 || generation < 1) {
            throw new IllegalArgumentException("minInSync " + minInSync + ", epoch " + epoch + " and generation "
                    + generation + " are at least 1");
        }
    }

    /** The record after {@code claimant} has taken the next epoch. */
    ControlRecord claimedBy(NodeId claimant, String itsClaim) {
        return new ControlRecord(
                clusterId, generation + 1, epoch + 1, claimant, itsClaim, writeQuorum, minInSync, inSync);
    }

    /** The record after {@code claimant} has taken the next epoch alone: whoever else was in S is so no more (Rule 10.11). */
    ControlRecord recoveredBy(ReplicaId claimant, String itsClaim) {
        return new ControlRecord(
                clusterId,
                generation + 1,
                epoch + 1,
                claimant.node(),
                itsClaim,
                writeQuorum,
                minInSync,
                List.of(claimant));
    }

    /** The record after its leader has changed the in-sync set. */
    ControlRecord withInSync(List<ReplicaId> changed) {
        return new ControlRecord(clusterId, generation + 1, epoch, leader, claim, writeQuorum, minInSync, changed);
    }
}
