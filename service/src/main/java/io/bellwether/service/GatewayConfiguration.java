package io.bellwether.service;

import io.bellwether.gateway.GatewaySettings;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDataSize;
import io.dropwizard.validation.MinDuration;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/**
 * How much this node holds for its clients, and for how long. What each limit means stands in {@link GatewaySettings}.
 *
 * @param maxQueuedRequests requests of clients that wait for the node's own thread; beyond, they are refused at the door
 * @param maxHeldSize of the writes that the node holds; as much again may wait for its thread
 * @param keyRetention how long an idempotency key is known after its last use; twice the longest timeout comes on top, so
 *     that it never ends while a copy may be under way
 */
public record GatewayConfiguration(
        @Min(1) @Max(1_000_000) int maxQueuedRequests,
        @NotNull DataSize maxHeldSize,
        @Min(1) @Max(1_000_000) int maxHeldRequests,

        @NotNull
        @MinDataSize(value = 1, unit = DataSizeUnit.KIBIBYTES)
        @MaxDataSize(value = 64, unit = DataSizeUnit.MEBIBYTES)
        DataSize maxForwardSize,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.MILLISECONDS) @MaxDuration(value = 10, unit = TimeUnit.SECONDS)
        Duration retryInterval,

        @NotNull
        @MinDuration(value = 10, unit = TimeUnit.MILLISECONDS)
        @MaxDuration(value = 60, unit = TimeUnit.SECONDS)
        Duration patience,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.MINUTES) @MaxDuration(value = 365, unit = TimeUnit.DAYS)
        Duration keyRetention) {

    /**
     * The same as the gateway wants it.
     *
     * @param maxQueuedSize what may wait for a peer on the lane that writes travel by: the other half is for all else there
     */
    GatewaySettings settings(Duration maxTimeout, DataSize maxQueuedSize) {
        return new GatewaySettings(
                maxHeldSize.toBytes(),
                maxHeldRequests,
                (int) maxForwardSize.toBytes(),
                maxQueuedSize.toBytes() / 2,
                retryInterval.toMilliseconds(),
                patience.toMilliseconds(),
                maxTimeout.toMilliseconds(),
                keyRetention.toMilliseconds() + 2 * maxTimeout.toMilliseconds());
    }
}
