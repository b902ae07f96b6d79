package io.bellwether.service.node;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StateDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node sees itself and the cluster at one moment.
 *
 * @param replica this node and its store
 * @param role what it is now
 * @param epoch the highest epoch it knows
 * @param leader the leader that it follows, or itself; null if it knows none
 * @param serving it leads, has committed in its epoch, and its write quorum answers
 * @param lastIndex the end of its log
 * @param lastEpoch of its last entry; 0 if it has none
 * @param lastLogTime of its last entry, in milliseconds
 * @param commitIndex the highest index that it knows to be committed
 * @param appliedIndex what reads here see
 * @param stalenessMillis upper bound of how far its state is behind; -1 if it has none; 0 while {@code serving}
 * @param leaderHeardMillisAgo for how long it has heard no leader but itself; -1 if it has not since it started
 * @param sound whether its state is what it should be, as far as anybody knows
 * @param digests the latest of its state, oldest first, at the indexes at which all nodes take them
 * @param record the control record as last read; null if never
 * @param zookeeper how its session stands
 * @param members the live nodes as ZooKeeper last told
 * @param paused whether automation is off, as ZooKeeper last told
 */
public record NodeStatus(
        ReplicaId replica,
        Role role,
        long epoch,
        @Nullable NodeId leader,
        boolean serving,
        long lastIndex,
        long lastEpoch,
        long lastLogTime,
        long commitIndex,
        long appliedIndex,
        long stalenessMillis,
        long leaderHeardMillisAgo,
        boolean sound,
        List<StateDigest> digests,
        @Nullable ControlRecord record,
        Coordination.Session zookeeper,
        List<Member> members,
        boolean paused) {
    /** What a node is, in the words of API.md. */
    public enum Role {
        LEADER("leader"),
        FOLLOWER("follower"),
        LEARNER("learner"),
        UNKNOWN("unknown");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }
}
