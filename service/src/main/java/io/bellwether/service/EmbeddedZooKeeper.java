package io.bellwether.service;

import io.dropwizard.lifecycle.Managed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A ZooKeeper inside this process, for a node that is alone. It takes a free port of the loopback address. */
final class EmbeddedZooKeeper implements Managed {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);
    private static final long START_SECONDS = 20;

    private final int port;
    private final StandaloneZooKeeper server;

    /** Returns when it serves. */
    static EmbeddedZooKeeper start(Path data) throws IOException, InterruptedException {
        CountDownLatch serving = new CountDownLatch(1);
        int port = freePort();
        EmbeddedZooKeeper embedded =
                new EmbeddedZooKeeper(port, new StandaloneZooKeeper(port, data, serving::countDown));
        Thread thread = new Thread(embedded::serve, "embedded-zookeeper");
        thread.setDaemon(true);
        thread.start();
        if (!serving.await(START_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("The embedded ZooKeeper does not serve after " + START_SECONDS
                    + " s. Look above for why, or name an ensemble in BELLWETHER_ZOOKEEPER");
        }
        return embedded;
    }

    private EmbeddedZooKeeper(int port, StandaloneZooKeeper server) {
        this.port = port;
        this.server = server;
    }

    String connect() {
        return StandaloneZooKeeper.ADDRESS + ":" + port;
    }

    private void serve() {
        try {
            server.serve();
        } catch (IOException e) {
            LOG.error("The embedded ZooKeeper has ended; writes go on, elections wait. Start this node again", e);
        }
    }

    @Override
    public void stop() {
        server.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
