package io.bellwether.service;

import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/**
 * Where ZooKeeper is.
 *
 * @param connect a connect string, with a chroot if wanted, or {@value #EMBEDDED}: a ZooKeeper inside this process,
 *     with its data below the node's data directory
 * @param sessionTimeout asked for; the ensemble grants 2 to 20 of its ticks
 */
public record ZooKeeperConfiguration(
        @NotEmpty String connect,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.SECONDS) @MaxDuration(value = 1, unit = TimeUnit.HOURS)
        Duration sessionTimeout) {
    public static final String EMBEDDED = "embedded";

    @ValidationMethod(
            message = "connect is 'embedded' or names at least one host, as in zk1:2181,zk2:2181/chroot"
                    + " (BELLWETHER_ZOOKEEPER)")
    public boolean isConnectNamingAHost() {
        return connect == null || !(connect.isBlank() || connect.startsWith("/"));
    }

    public boolean embedded() {
        return connect.equals(EMBEDDED);
    }
}
