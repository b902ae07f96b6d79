package io.bellwether.replication;

import java.util.Comparator;

/** A replica: one node with one store. What counts in quorums is a replica, never a node alone (Rule 3.1). */
public record ReplicaId(NodeId node, StoreId store) implements Comparable<ReplicaId> {
    private static final Comparator<ReplicaId> ORDER =
            Comparator.comparing(ReplicaId::node).thenComparing(ReplicaId::store);

    @Override
    public int compareTo(ReplicaId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return node + "/" + store;
    }
}
