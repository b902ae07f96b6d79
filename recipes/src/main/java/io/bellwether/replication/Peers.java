package io.bellwether.replication;

/**
 * The door to the other nodes. Messages may be lost, repeated, delayed and reordered; they are never altered. Called on
 * the thread that owns the replica; never blocks. What cannot be sent is dropped: the protocol repeats what matters.
 *
 * <p>Whoever stands behind this door has {@link Replica#received} called for what arrives, and {@link
 * Replica#unreachable} when a connection to a node is refused or reset, both on the owning thread. It keeps at most one
 * {@link Message.Append} with entries under way to a node, holds at most a bounded number of bytes for a node that hangs,
 * and drops the oldest beyond it.
 */
public interface Peers {
    void send(Envelope envelope);
}
