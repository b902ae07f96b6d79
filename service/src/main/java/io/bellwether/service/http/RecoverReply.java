package io.bellwether.service.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known on the day on which too few replicas are left: the JSON that answers {@code POST /v1/cluster/recover}.
 *
 * @param node the one that would lead alone, or does
 * @param possible whether it could, or has
 * @param refused why it could not; null if it could
 * @param epoch the present one, which the real request names; the new one once it is done
 * @param millis how long the claim took; 0 after a dry run
 * @param nodes what each replica of the in-sync set and each live one has, as it was found
 * @param report the same for people, in lines
 */
record RecoverReply(
        String node,
        boolean dryRun,
        boolean possible,
        @Nullable Refusal refused,
        long epoch,
        long millis,
        Recorded record,
        List<Node> nodes,
        String report) {
    RecoverReply {
        nodes = List.copyOf(nodes);
    }

    /** As a problem would say it. */
    record Refusal(String code, String detail) {}

    /** The control record. */
    record Recorded(
            long epoch,
            long generation,
            String leader,
            String writeQuorum,
            int minInSync,
            int recoveryQuorum,
            List<ClusterView.Replica> inSync) {}

    /**
     * A replica.
     *
     * @param live whether ZooKeeper lists it
     * @param reachable whether it answered; all that follows is null if not
     * @param lastEntry when its last entry was written, by the leader's clock
     * @param leaderHeard when it last heard a leader; null if it has not since it started
     */
    record Node(
            String node,
            String store,
            boolean inSync,
            boolean live,
            boolean reachable,
            @Nullable Long lastEpoch,
            @Nullable Long lastIndex,
            @Nullable Long commitIndex,
            @Nullable String lastEntry,
            @Nullable String leaderHeard) {}
}
