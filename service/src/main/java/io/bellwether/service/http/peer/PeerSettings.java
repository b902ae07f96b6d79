package io.bellwether.service.http.peer;

import java.time.Duration;

/**
 * The limits of the mail between nodes.
 *
 * @param maxPostBytes the largest body of a post or of its answer, sent or accepted. Above the largest message, which is
 *     an append of {@link io.bellwether.replication.Settings#maxAppendBytes} or of one entry that is larger than that
 * @param maxQueuedReplicationBytes what waits for one peer on the replication lane, by weight; beyond, the oldest goes
 * @param maxQueuedControlBytes the same for the control lane; there the oldest writes of clients go first
 * @param maxPeers other nodes that this one exchanges mail with
 * @param connectTimeout a peer that does not take a connection for so long is given up for this time
 * @param exchangeTimeout a post that is not sent and answered whole after so long is given up, its connection closed.
 *     What has waited for its turn as long is not sent any more either: the protocol has repeated it
 * @param holdTimeout a post that is held for the disk is answered without the answer after so long, which then follows
 *     on the control lane
 * @param maxBackoff the longest pause before the next attempt to reach a peer
 * @param maxIdle a connection unused for so long is replaced before the peer's server closes it
 */
public record PeerSettings(
        int maxPostBytes,
        int maxQueuedReplicationBytes,
        int maxQueuedControlBytes,
        int maxPeers,
        Duration connectTimeout,
        Duration exchangeTimeout,
        Duration holdTimeout,
        Duration maxBackoff,
        Duration maxIdle) {
    public static final PeerSettings DEFAULT = new PeerSettings(
            4 << 20,
            4 << 20,
            8 << 20,
            64,
            Duration.ofMillis(500),
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Duration.ofMillis(100),
            Duration.ofSeconds(10));

    public PeerSettings {
        if (maxPostBytes < 2 * Weight.HEADER_BYTES
                || maxQueuedReplicationBytes < 1
                || maxQueuedControlBytes < 1
                || maxPeers < 1) {
            throw new IllegalArgumentException("the limits of the mail between nodes are too small to send anything");
        }
        if (holdTimeout.compareTo(exchangeTimeout) >= 0) {
            throw new IllegalArgumentException("holdTimeout " + holdTimeout + " must be below exchangeTimeout "
                    + exchangeTimeout + ": the sender would give up before the answer");
        }
    }

    int maxQueuedBytes(Lane lane) {
        return lane == Lane.REPLICATION ? maxQueuedReplicationBytes : maxQueuedControlBytes;
    }

    /** Messages of one batch, by weight. */
    int maxBatchBytes() {
        return maxPostBytes - Weight.HEADER_BYTES;
    }
}
