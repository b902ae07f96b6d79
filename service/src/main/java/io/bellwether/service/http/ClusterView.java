package io.bellwether.service.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cluster as one node sees it: the JSON of {@code GET /v1/cluster}. What is not known is null. */
record ClusterView(
        String cluster,
        @Nullable String clusterId,
        String node,
        long epoch,
        @Nullable String leader,
        long commitIndex,
        @Nullable String writeQuorum,
        @Nullable Integer minInSync,
        boolean paused,
        List<Replica> inSync,
        ZooKeeper zookeeper,
        List<Member> members) {
    /** The same, but for how fresh its members are. */
    ClusterView withoutLagMillis() {
        return new ClusterView(
                cluster,
                clusterId,
                node,
                epoch,
                leader,
                commitIndex,
                writeQuorum,
                minInSync,
                paused,
                inSync,
                zookeeper,
                members.stream().map(Member::withoutLagMillis).toList());
    }

    /** A replica of the in-sync set. */
    record Replica(String node, String store) {}

    /** @param state {@code connected}, {@code suspended} or {@code lost} */
    record ZooKeeper(String state) {}

    /**
     * A replica that is alive, in the in-sync set, or both.
     *
     * @param url null if it is not alive as far as ZooKeeper has told
     * @param lagEntries entries that are committed, as far as any node here knows, and not applied there
     * @param lagMillis upper bound of how far its state is behind; null if it has none
     */
    record Member(
            String node,
            String store,
            @Nullable String url,
            String role,
            boolean inSync,
            boolean reachable,
            @Nullable Long lastIndex,
            @Nullable Long appliedIndex,
            @Nullable Long lagEntries,
            @Nullable Long lagMillis,
            @Nullable String version,
            @Nullable String started) {
        Member withoutLagMillis() {
            return new Member(
                    node,
                    store,
                    url,
                    role,
                    inSync,
                    reachable,
                    lastIndex,
                    appliedIndex,
                    lagEntries,
                    null,
                    version,
                    started);
        }
    }
}
