package io.bellwether.service.http;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.bellwether.service.node.NodeStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells its peers of itself, {@code GET /peer/v1/status}. A node of a later version may tell more.
 *
 * @param lastEpoch of its last entry; 0 if it has none
 * @param lastLogTime of its last entry, in milliseconds
 * @param stalenessMillis upper bound of how far its state is behind; -1 if it has none
 * @param lowOnSpace whether its disk has less left than it should
 * @param leaderHeardMillisAgo for how long it has heard no leader; -1 if it has not since it started
 */
@JsonIgnoreProperties(ignoreUnknown = true)
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
        String version,
        String started) {
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
                identity.version(),
                identity.started().toString());
    }
}
