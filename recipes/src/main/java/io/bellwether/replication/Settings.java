package io.bellwether.replication;

/**
 * The times and limits of the protocol, in milliseconds and bytes. Safety depends on none of them.
 *
 * @param heartbeatMillis a leader that has nothing to send sends a heartbeat this often
 * @param leaderTimeoutMillis a leader not heard for so long is silent; a write quorum not heard for so long suspends
 * @param evictAfterMillis a follower that has not answered for so long, or stored nothing, leaves the in-sync set
 * @param maxAppendBytes entries in one append, by {@link Entry#weightBytes}; one entry may be larger
 * @param maxUncommittedBytes entries that wait for their commit; beyond, proposals are refused
 * @param recentBytes durable entries kept in memory for followers that are nearly level
 * @param compareEveryMillis states that change are compared this often (Rule 14.2)
 * @param handOffTimeoutMillis a hand-off whose target has not taken over after so long has failed, and the leader goes on
 */
public record Settings(
        long heartbeatMillis,
        long leaderTimeoutMillis,
        long evictAfterMillis,
        int maxAppendBytes,
        long maxUncommittedBytes,
        long recentBytes,
        long compareEveryMillis,
        long handOffTimeoutMillis) {
    public static final Settings DEFAULT = new Settings(100, 1_000, 3_000, 1 << 20, 32 << 20, 16 << 20, 10_000, 2_000);
}
