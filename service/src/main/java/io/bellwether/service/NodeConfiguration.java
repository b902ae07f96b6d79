package io.bellwether.service;

import io.bellwether.replication.NodeId;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Who this node is.
 *
 * @param id as in {@link NodeId}
 * @param cluster the cluster that it belongs to; a name in ZooKeeper's tree
 * @param data its store; created when missing
 * @param advertisedUrl where the other nodes reach it
 * @param maxLag the health check {@code lag} complains when its state may be older
 */
public record NodeConfiguration(
        @NotNull
        @Pattern(
                regexp = "[A-Za-z0-9._-]{1,64}",
                message = "has 1 to 64 characters out of letters, digits, '.', '_' and '-' (BELLWETHER_NODE)")
        String id,

        @NotNull
        @Pattern(
                regexp = "(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}",
                message = "has 1 to 64 characters out of letters, digits, '.', '_' and '-' (BELLWETHER_CLUSTER)")
        String cluster,

        @NotNull Path data,
        @NotNull URI advertisedUrl,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.MILLISECONDS)
        Duration maxLag) {

    public NodeId nodeId() {
        return new NodeId(id);
    }

    @ValidationMethod(
            message =
                    "advertisedUrl is http://host:port, since nodes speak plain HTTP to each other (BELLWETHER_ADVERTISED_URL)")
    public boolean isAdvertisedUrlABase() {
        return advertisedUrl == null || PeerUrls.isBase(advertisedUrl);
    }
}
