package io.bellwether.service;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.admin.AdminServer.AdminServerException;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig.ConfigException;

/**
 * One ZooKeeper server on the loopback address, for trials. It syncs its log before it answers, so that it goes on
 * where it was after {@code kill -9}. Unlike a bare connection factory it reaps empty container nodes, as an ensemble
 * does.
 */
final class StandaloneZooKeeper implements AutoCloseable {
    static final String ADDRESS = "127.0.0.1";
    private static final int TICK_MILLIS = 2_000;

    private final int port;
    private final Path data;
    private final Server server;

    /** @param whenServing called once, on the serving thread, when clients can connect */
    StandaloneZooKeeper(int port, Path data, Runnable whenServing) {
        this.port = port;
        this.data = data.toAbsolutePath().normalize();
        this.server = new Server(whenServing);
    }

    /**
     * Serves until {@link #close} is called from another thread or the server gives up by itself.
     *
     * @throws IOException if it can't start: the port is taken, the directory can't be used
     */
    void serve() throws IOException {
        Files.createDirectories(data);
        try {
            server.runFromConfig(configuration());
        } catch (BindException e) {
            throw new IOException("Port " + port + " of " + ADDRESS + " is taken: " + e.getMessage(), e);
        } catch (AdminServerException e) {
            throw new IOException("The admin server is off and can't fail", e);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private ServerConfig configuration() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("dataDir", data.toString());
        properties.setProperty("clientPort", Integer.toString(port));
        properties.setProperty("clientPortAddress", ADDRESS);
        properties.setProperty("tickTime", Integer.toString(TICK_MILLIS));
        properties.setProperty("maxClientCnxns", "0");
        properties.setProperty("admin.enableServer", "false");
        properties.setProperty("forceSync", "yes");
        try {
            QuorumPeerConfig parsed = new QuorumPeerConfig();
            parsed.parseProperties(properties);
            ServerConfig configuration = new ServerConfig();
            configuration.readFrom(parsed);
            return configuration;
        } catch (ConfigException e) {
            throw new IOException("ZooKeeper refuses its configuration: " + e.getMessage(), e);
        }
    }

    private static final class Server extends ZooKeeperServerMain {
        private final Runnable whenServing;

        Server(Runnable whenServing) {
            this.whenServing = whenServing;
        }

        @Override
        protected void serverStarted() {
            whenServing.run();
        }
    }
}
