package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes in is looked at here before the loop hears of it: whether it is for this node, and of its cluster. */
final class Inbox {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private static final long UNREACHABLE_INTERVAL_NANOS = 50_000_000;

    private final NodeId self;
    private final RateLimitedWarning warning = new RateLimitedWarning(LOG);
    private final ConcurrentMap<NodeId, Long> lastUnreachableNanos = new ConcurrentHashMap<>();
    private volatile String clusterId = "";
    private volatile @Nullable PeerEvents events;

    Inbox(NodeId self) {
        this.self = self;
    }

    void start(PeerEvents theEvents) {
        events = theEvents;
    }

    void stop() {
        events = null;
    }

    boolean isOpen() {
        return events != null;
    }

    void clusterId(String id) {
        clusterId = id;
    }

    /** Empty until it is known. */
    String clusterId() {
        return clusterId;
    }

    /** Why this node does not take the mail, as a sentence for the sender's operator; empty if it does. */
    Optional<String> refusal(List<Envelope> batch) {
        Envelope first = batch.get(0);
        String ours = clusterId;
        String reason = null;
        if (!first.to().equals(self)) {
            reason = "This is node " + self + ", and the mail is for " + first.to() + ": check the advertised URL of "
                    + first.to() + " and BELLWETHER_PEER_URLS.";
        } else if (first.from().node().equals(self)) {
            reason = "The mail says that it comes from " + self + " itself: two nodes have the same BELLWETHER_NODE.";
        } else if (!ours.isEmpty()
                && !first.clusterId().isEmpty()
                && !first.clusterId().equals(ours)) {
            reason = "Node " + self + " belongs to cluster " + ours + ", and node "
                    + first.from().node()
                    + " to another one: check BELLWETHER_ZOOKEEPER and BELLWETHER_CLUSTER of both.";
        }
        if (reason != null) {
            warning.warn("mail was dropped. {}", reason);
        }
        return Optional.ofNullable(reason);
    }

    /** @param batch has no {@link #refusal} */
    void received(List<Envelope> batch, Runnable whenProcessed) {
        PeerEvents current = events;
        if (current == null) {
            whenProcessed.run();
        } else {
            current.received(batch, whenProcessed);
        }
    }

    /** Mail that came back from a post to {@code peer}. */
    void answered(NodeId peer, List<Envelope> batch) {
        NodeId from = batch.get(0).from().node();
        if (!from.equals(peer)) {
            warning.warn(
                    "mail was dropped. At the URL of {} answers {}: check its advertised URL and BELLWETHER_PEER_URLS.",
                    peer,
                    from);
        } else if (refusal(batch).isEmpty()) {
            received(batch, () -> {});
        }
    }

    void unreachable(NodeId peer) {
        long nowNanos = System.nanoTime();
        boolean[] due = {false};
        lastUnreachableNanos.compute(peer, (node, last) -> {
            due[0] = last == null || nowNanos - last >= UNREACHABLE_INTERVAL_NANOS;
            return due[0] ? Long.valueOf(nowNanos) : last;
        });
        PeerEvents current = events;
        if (due[0] && current != null) {
            current.unreachable(peer);
        }
    }
}
