package io.bellwether.service.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Ends a node's session at once, by taking it over and closing it. */
final class SessionExpiry {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** With which ZooKeeper's servers make the password of a session out of its id (ZooKeeperServer.generatePasswd). */
    private static final long SECRET = 0XB3415C00L;

    private static final int PASSWORD_BYTES = 16;

    private SessionExpiry() {}

    /** Whether there was one that could be ended. */
    static boolean of(World world, String node) {
        try {
            long session;
            try (Connection connection = new Connection(world.addresses(), 0)) {
                if (!connection.connected()) {
                    return false;
                }
                Stat member = connection.client.exists("/bellwether/" + World.CLUSTER + "/members/" + node, false);
                if (member == null) {
                    return false;
                }
                session = member.getEphemeralOwner();
            }
            try (Connection taken = new Connection(world.addresses(), session)) {
                return taken.connected(); // and closing it ends it
            }
        } catch (KeeperException | IOException e) {
            return false; // the ensemble is away
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static final class Connection implements AutoCloseable {
        private final CountDownLatch connected = new CountDownLatch(1);
        private final ZooKeeper client;

        /** @param session 0 for one of its own */
        Connection(String servers, long session) throws IOException {
            int timeout = (int) PATIENCE.toMillis();
            client = session == 0
                    ? new ZooKeeper(servers, timeout, this::heard)
                    : new ZooKeeper(servers, timeout, this::heard, session, password(session));
        }

        private static byte[] password(long session) {
            byte[] password = new byte[PASSWORD_BYTES];
            new Random(session ^ SECRET).nextBytes(password);
            return password;
        }

        private void heard(WatchedEvent event) {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        }

        boolean connected() throws InterruptedException {
            return connected.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() {
            try {
                client.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
