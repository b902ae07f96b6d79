package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.NodeId;
import java.util.List;

/** What comes from the other nodes, for the node's loop. Called on any thread; the callee only enqueues. */
public interface PeerEvents {
    /**
     * Mail for this node, of this cluster as far as either side knows, whole and with entries that fit their checksums.
     *
     * @param batch in the order in which the sender sent; at least one
     * @param whenProcessed called exactly once, on the loop's thread, after every message of the batch has been handled
     *     and what it called forth has been given to {@link HttpPeers#send}: only then is the next batch of this peer
     *     and lane let in
     */
    void received(List<Envelope> batch, Runnable whenProcessed);

    /** A connection to the node was refused, or reset in the middle of an exchange: its process may be gone. */
    void unreachable(NodeId node);
}
