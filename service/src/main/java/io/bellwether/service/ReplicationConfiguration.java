package io.bellwether.service;

import io.bellwether.replication.Settings;
import io.bellwether.replication.WriteQuorum;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDataSize;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far acknowledged writes must have spread, how long silence is tolerated, and how much is in flight. What each limit
 * means stands in {@link Settings}.
 *
 * @param minInSync the least number of in-sync replicas, null for what the control record says
 * @param writeQuorum {@code majority}, {@code all}, or empty for what the control record says
 * @param leaderTimeout a leader not heard for so long is replaced
 * @param handOffTimeout a hand-off whose target has not taken over after so long has failed
 * @param compareEvery states that change are compared this often
 * @param evictAfter a follower that lags or is silent for so long leaves the in-sync set
 */
public record ReplicationConfiguration(
        @Nullable
        @Min(value = 1, message = "is at least 1, or empty for what ZooKeeper's record says (BELLWETHER_MIN_IN_SYNC)")
        Integer minInSync,

        @NotNull
        @Pattern(
                regexp = "|majority|all",
                message = "is 'majority', 'all', or empty for what ZooKeeper's record says (BELLWETHER_WRITE_QUORUM)")
        String writeQuorum,

        @NotNull
        @MinDuration(value = 300, unit = TimeUnit.MILLISECONDS)
        @MaxDuration(value = 10, unit = TimeUnit.MINUTES)
        Duration leaderTimeout,

        @NotNull @MaxDuration(value = 1, unit = TimeUnit.HOURS)
        Duration evictAfter,

        @NotNull @MinDuration(value = 10, unit = TimeUnit.MILLISECONDS)
        Duration heartbeat,

        @NotNull
        @MinDataSize(value = 1, unit = DataSizeUnit.KIBIBYTES)
        @MaxDataSize(value = 64, unit = DataSizeUnit.MEBIBYTES)
        DataSize maxAppendSize,

        @NotNull DataSize maxUncommittedSize,
        @NotNull DataSize recentSize,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.SECONDS) @MaxDuration(value = 1, unit = TimeUnit.HOURS)
        Duration compareEvery,

        @NotNull
        @MinDuration(value = 100, unit = TimeUnit.MILLISECONDS)
        @MaxDuration(value = 60, unit = TimeUnit.SECONDS)
        Duration handOffTimeout) {

    public OptionalInt requiredInSync() {
        return minInSync == null ? OptionalInt.empty() : OptionalInt.of(minInSync);
    }

    public Optional<WriteQuorum> requiredWriteQuorum() {
        return writeQuorum.isEmpty() ? Optional.empty() : Optional.of(WriteQuorum.of(writeQuorum));
    }

    /** The same as the protocol wants it. */
    Settings settings() {
        return new Settings(
                heartbeat.toMilliseconds(),
                leaderTimeout.toMilliseconds(),
                evictAfter.toMilliseconds(),
                (int) maxAppendSize.toBytes(),
                maxUncommittedSize.toBytes(),
                recentSize.toBytes(),
                compareEvery.toMilliseconds(),
                handOffTimeout.toMilliseconds());
    }

    /** Else one heartbeat that comes late would look like silence. */
    @ValidationMethod(message = "heartbeat is at most a third of leaderTimeout (BELLWETHER_LEADER_TIMEOUT)")
    public boolean isHeartbeatWellWithinTheTimeout() {
        return heartbeat == null
                || leaderTimeout == null
                || 3 * heartbeat.toMilliseconds() <= leaderTimeout.toMilliseconds();
    }

    /** Else a follower would be evicted for a silence that doesn't even make a leader suspect. */
    @ValidationMethod(
            message =
                    "evictAfter is not shorter than leaderTimeout (BELLWETHER_EVICT_AFTER, BELLWETHER_LEADER_TIMEOUT)")
    public boolean isEvictedNotBeforeSuspected() {
        return evictAfter == null || leaderTimeout == null || evictAfter.compareTo(leaderTimeout) >= 0;
    }
}
