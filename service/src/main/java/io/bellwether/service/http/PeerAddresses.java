package io.bellwether.service.http;

import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.service.node.NodeStatus;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Where peers are reached: at the address that they advertise, unless the configuration knows a better one.
 *
 * @param overriding by node
 */
record PeerAddresses(Map<NodeId, URI> overriding) {
    PeerAddresses {
        overriding = Map.copyOf(overriding);
    }

    /**
     * Where the node of this name is.
     *
     * @throws ProblemException if it is not live
     */
    URI ofLive(NodeId node, NodeStatus status) {
        return status.members().stream()
                .filter(member -> member.replica().node().equals(node))
                .findFirst()
                .flatMap(this::of)
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NOT_LIVE, node + " is not live: ZooKeeper does not list it.", WriteFate.NONE));
    }

    /** Empty if it advertises something that is no address, so that nobody reaches it. */
    Optional<URI> of(Member member) {
        URI known = overriding.get(member.replica().node());
        if (known != null) {
            return Optional.of(known);
        }
        try {
            return Optional.of(URI.create(member.url()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
