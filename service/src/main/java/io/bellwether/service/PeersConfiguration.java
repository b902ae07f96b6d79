package io.bellwether.service;

import io.bellwether.service.http.peer.PeerSettings;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDataSize;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/**
 * How this node reaches the others. What each limit means stands in {@link PeerSettings}.
 *
 * @param urls addresses that override the advertised ones
 * @param secret must be empty: nodes don't prove to each other who they are yet, and whoever sets it believes they do
 * @param snapshotRate how much of its state this node gives to others per second, all together
 */
public record PeersConfiguration(
        @NotNull PeerUrls urls,
        @NotNull String secret,

        @NotNull
        @MinDataSize(value = 64, unit = DataSizeUnit.KIBIBYTES)
        @MaxDataSize(value = 256, unit = DataSizeUnit.MEBIBYTES)
        DataSize maxPostSize,

        @NotNull @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES)
        DataSize maxQueuedReplicationSize,

        @NotNull @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES)
        DataSize maxQueuedControlSize,

        @Min(1) @Max(1_000) int maxPeers,

        @NotNull
        @MinDuration(value = 10, unit = TimeUnit.MILLISECONDS)
        @MaxDuration(value = 60, unit = TimeUnit.SECONDS)
        Duration connectTimeout,

        @NotNull
        @MinDuration(value = 10, unit = TimeUnit.MILLISECONDS)
        @MaxDuration(value = 60, unit = TimeUnit.SECONDS)
        Duration exchangeTimeout,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.MILLISECONDS)
        Duration holdTimeout,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.MILLISECONDS) @MaxDuration(value = 10, unit = TimeUnit.SECONDS)
        Duration maxBackoff,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.SECONDS) @MaxDuration(value = 25, unit = TimeUnit.SECONDS)
        Duration maxIdle,

        @NotNull
        @MinDataSize(value = 64, unit = DataSizeUnit.KIBIBYTES)
        @MaxDataSize(value = 64, unit = DataSizeUnit.GIBIBYTES)
        DataSize snapshotRate) {

    @ValidationMethod(
            message = "secret (BELLWETHER_PEER_SECRET) is not supported by this version, and must be empty: nodes don't"
                    + " prove to each other who they are. Let only nodes and clients reach their ports")
    public boolean isSecretUnset() {
        return secret == null || secret.isEmpty();
    }

    @ValidationMethod(message = "holdTimeout is shorter than exchangeTimeout: else a sender gives up before the answer")
    public boolean isAnsweredBeforeGivenUp() {
        return holdTimeout == null || exchangeTimeout == null || holdTimeout.compareTo(exchangeTimeout) < 0;
    }

    @ValidationMethod(
            message =
                    "maxQueuedReplicationSize and maxQueuedControlSize are not below maxPostSize: a queue holds a post")
    public boolean isPostHeldByItsQueue() {
        return maxPostSize == null
                || maxQueuedReplicationSize == null
                || maxQueuedControlSize == null
                || Math.min(maxQueuedReplicationSize.toBytes(), maxQueuedControlSize.toBytes())
                        >= maxPostSize.toBytes();
    }

    /** The same as the transport wants it. */
    PeerSettings settings() {
        return new PeerSettings(
                (int) maxPostSize.toBytes(),
                (int) maxQueuedReplicationSize.toBytes(),
                (int) maxQueuedControlSize.toBytes(),
                maxPeers,
                connectTimeout.toJavaDuration(),
                exchangeTimeout.toJavaDuration(),
                holdTimeout.toJavaDuration(),
                maxBackoff.toJavaDuration(),
                maxIdle.toJavaDuration());
    }

    /** Without the secret: configurations get printed. */
    @Override
    public String toString() {
        return "PeersConfiguration[urls=" + urls + ", secret=" + (secret.isEmpty() ? "none" : "***") + "]";
    }
}
