package io.bellwether.service.http;

import io.bellwether.replication.StateDigest;
import io.bellwether.service.node.NodeStatus;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells its peers of itself, {@code GET /peer/v1/status}. A node of a later version may tell more.
 *
 * @param lastEpoch of its last entry; 0 if it has none
 * @param lastLogTime of its last entry, in milliseconds
 * @param stalenessMillis upper bound of how far its state is behind; -1 if it has none
 * @param lowOnSpace whether its disk has less left than it should
 * @param leaderHeardMillisAgo for how long it has heard no leader; -1 if it has not since it started
 * @param unsound whether it knows that its state is not what it should be
 * @param digests the latest of its state, oldest first; null from a node of an earlier version
 */
record PeerStatus(
        String node,
        String store,
        String role,
        long epoch,
        @Nullable String leader,
        boolean serving,
        long lastIndex,
        long lastEpoch,
        long lastLogTime,
        long commitIndex,
        long appliedIndex,
        long stalenessMillis,
        boolean lowOnSpace,
        long leaderHeardMillisAgo,
        boolean unsound,
        @Nullable List<StateDigest> digests,
        String version,
        String started) {
    PeerStatus {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(store, "store");
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(started, "started");
        digests = digests == null ? null : List.copyOf(digests);
    }

    static PeerStatus of(NodeStatus status, boolean lowOnSpace, Identity identity) {
        return new PeerStatus(
                status.replica().node().name(),
                status.replica().store().id(),
                status.role().word(),
                status.epoch(),
                status.leader() == null ? null : status.leader().name(),
                status.serving(),
                status.lastIndex(),
                status.lastEpoch(),
                status.lastLogTime(),
                status.commitIndex(),
                status.appliedIndex(),
                status.stalenessMillis(),
                lowOnSpace,
                status.leaderHeardMillisAgo(),
                !status.sound(),
                status.digests(),
                identity.version(),
                identity.started().toString());
    }
}
