package io.bellwether.service.http;

import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
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
