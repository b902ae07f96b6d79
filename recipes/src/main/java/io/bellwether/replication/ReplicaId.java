package io.bellwether.replication;

/** A replica: one node with one store. What counts in quorums is a replica, never a node alone (Rule 3.1). */
public record ReplicaId(NodeId node, StoreId store) implements Comparable<ReplicaId> {
    @Override
    public int compareTo(ReplicaId other) {
        int byNode = node.compareTo(other.node);
        return byNode != 0 ? byNode : store.compareTo(other.store);
    }

    @Override
    public String toString() {
        return node + "/" + store;
    }
}
