package io.bellwether.service;

import io.bellwether.replication.WriteQuorum;
import io.dropwizard.util.Duration;
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
 * How far acknowledged writes must have spread, and how long silence is tolerated.
 *
 * @param minInSync the least number of in-sync replicas, null for what the control record says
 * @param writeQuorum {@code majority}, {@code all}, or empty for what the control record says
 * @param leaderTimeout a leader not heard for so long is replaced
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

        @NotNull @MinDuration(value = 300, unit = TimeUnit.MILLISECONDS)
        Duration leaderTimeout,

        @NotNull Duration evictAfter) {

    public OptionalInt requiredInSync() {
        return minInSync == null ? OptionalInt.empty() : OptionalInt.of(minInSync);
    }

    public Optional<WriteQuorum> requiredWriteQuorum() {
        return writeQuorum.isEmpty() ? Optional.empty() : Optional.of(WriteQuorum.of(writeQuorum));
    }

    /** Else a follower would be evicted for a silence that doesn't even make a leader suspect. */
    @ValidationMethod(
            message =
                    "evictAfter is not shorter than leaderTimeout (BELLWETHER_EVICT_AFTER, BELLWETHER_LEADER_TIMEOUT)")
    public boolean isEvictedNotBeforeSuspected() {
        return evictAfter == null || leaderTimeout == null || evictAfter.compareTo(leaderTimeout) >= 0;
    }
}
