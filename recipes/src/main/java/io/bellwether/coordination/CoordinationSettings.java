package io.bellwether.coordination;

import java.time.Duration;

/**
 * Where ZooKeeper is and how patient its client is.
 *
 * @param connectString hosts with ports, and perhaps a chroot, which is created if it is missing
 * @param cluster the name below {@code /bellwether/}
 * @param sessionTimeout how long the ensemble keeps the session of a process that it does not hear; the ensemble has its
 *     own bounds for it
 * @param pollInterval how often everything is asked for again, whatever the watches say: four reads each time, which any
 *     server answers by itself
 */
public record CoordinationSettings(
        String connectString, String cluster, Duration sessionTimeout, Duration pollInterval) {
    public static final Duration DEFAULT_SESSION_TIMEOUT = Duration.ofSeconds(10);
    public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(2);

    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

    public CoordinationSettings {
        if (connectString.isBlank() || connectString.startsWith("/")) {
            throw new IllegalArgumentException("the connect string of ZooKeeper names at least one host, as in"
                    + " 'zk1:2181,zk2:2181/chroot', but '" + connectString + "' does not");
        }
        if (cluster.isEmpty() || cluster.contains("/") || cluster.equals(".") || cluster.equals("..")) {
            throw new IllegalArgumentException(
                    "the name of a cluster is one path segment, but '" + cluster + "' is not");
        }
        if (sessionTimeout.toMillis() < 1 || pollInterval.toMillis() < 1) {
            throw new IllegalArgumentException("session timeout " + sessionTimeout + " and poll interval "
                    + pollInterval + " are at least a millisecond");
        }
    }

    /** The connect string without its chroot: the chroot stands in {@link #root}, so that one client can create it. */
    String servers() {
        int slash = connectString.indexOf('/');
        return slash < 0 ? connectString : connectString.substring(0, slash);
    }

    /** The path of everything that belongs to the cluster. */
    String root() {
        int slash = connectString.indexOf('/');
        String chroot = slash < 0 ? "" : connectString.substring(slash);
        while (chroot.endsWith("/")) {
            chroot = chroot.substring(0, chroot.length() - 1);
        }
        return chroot + "/bellwether/" + cluster;
    }

    Duration connectionTimeout() {
        return sessionTimeout.compareTo(LONGEST_CONNECT) < 0 ? sessionTimeout : LONGEST_CONNECT;
    }
}
