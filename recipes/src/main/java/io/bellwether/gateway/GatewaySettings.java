package io.bellwether.gateway;

/**
 * The limits of the gateway.
 *
 * @param maxHeldBytes writes that one node holds, waiting or forwarded; beyond, it answers {@link
 *     WriteOutcome.Reason#OVERLOADED}
 * @param maxHeldRequests the same, counted
 * @param maxForwardBytes writes in one message to the leader
 * @param maxUnderWayBytes writes that the leader has been sent and has not answered; the others wait here, for on the way
 *     they could be thrown away. One write is always sent, however large
 * @param retryMillis a write that the leader refused for now is offered again after so long
 * @param patienceMillis a write that was forwarded and not answered for so long is offered again
 * @param maxTimeoutMillis the longest deadline of a request, on which the retention of outcomes rests (Rule 9.4)
 * @param keyRetentionMillis how long the outcome of an idempotency key is kept, in log time, after the last copy that was
 *     applied
 */
public record GatewaySettings(
        long maxHeldBytes,
        int maxHeldRequests,
        int maxForwardBytes,
        long maxUnderWayBytes,
        long retryMillis,
        long patienceMillis,
        long maxTimeoutMillis,
        long keyRetentionMillis) {
    public static final GatewaySettings DEFAULT =
            new GatewaySettings(64L << 20, 10_000, 1 << 20, 4 << 20, 50, 1_000, 60_000, 24 * 3_600_000L + 120_000);
}
