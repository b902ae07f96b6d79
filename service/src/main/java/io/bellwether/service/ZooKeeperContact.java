package io.bellwether.service;

import io.bellwether.replication.Coordination;
import io.bellwether.replication.Notice;
import java.util.Optional;

/**
 * Tells an operator how this node stands with ZooKeeper: a line when that changes, and one when it is not reached at the
 * start. One thread.
 */
final class ZooKeeperContact {
    /** A ZooKeeper that is reached within this time after the first look is not worth a warning. */
    static final long PATIENCE_MILLIS = 5_000;

    private static final String MEANWHILE = ": writes go on, elections and in-sync changes wait";

    private final String connect;
    private long startedMillis = Long.MIN_VALUE;
    private Coordination.Session last = Coordination.Session.LOST;
    private boolean everConnected;
    private boolean warned;

    ZooKeeperContact(String connect) {
        this.connect = connect;
    }

    /** @return what to say about it; empty if that is nothing new */
    Optional<Notice> seen(Coordination.Session session, long nowMillis) {
        if (startedMillis == Long.MIN_VALUE) {
            startedMillis = nowMillis;
        }
        if (session == last) {
            return unreached(nowMillis);
        }
        last = session;
        return Optional.of(
                switch (session) {
                    case CONNECTED -> connected();
                    case SUSPENDED -> warning("zookeeper suspended: the connection is lost" + MEANWHILE);
                    case LOST -> warning("zookeeper lost: the session is over, or cannot be kept" + MEANWHILE);
                });
    }

    private Notice connected() {
        everConnected = true;
        return new Notice(Notice.Level.INFO, "zookeeper connected");
    }

    private Optional<Notice> unreached(long nowMillis) {
        if (everConnected || warned || nowMillis - startedMillis < PATIENCE_MILLIS) {
            return Optional.empty();
        }
        warned = true;
        return Optional.of(warning("zookeeper not reached yet at " + connect
                + ": this node goes on trying. Is it running, is BELLWETHER_ZOOKEEPER right?"));
    }

    private static Notice warning(String text) {
        return new Notice(Notice.Level.WARN, text);
    }
}
