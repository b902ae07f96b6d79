package io.bellwether.service.http.peer;

import io.bellwether.replication.Member;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** One end of the mail on a real server on loopback, with a loop that records. */
final class TestNode implements AutoCloseable {
    final NodeId id;
    final RecordingLoop loop = new RecordingLoop();
    final HttpPeers peers;
    private final ExecutorService answering = Executors.newSingleThreadExecutor();
    final Map<Lane, AtomicInteger> posts =
            Map.of(Lane.CONTROL, new AtomicInteger(), Lane.REPLICATION, new AtomicInteger());
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    TestNode(NodeId id, PeerSettings settings) {
        this(id, settings, 0);
    }

    TestNode(NodeId id, PeerSettings settings, int port) {
        this.id = id;
        peers = new HttpPeers(id, settings, Map.of(), answering);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        for (Lane lane : Lane.values()) {
            FilterHolder counter = new FilterHolder((request, response, chain) -> {
                counterOf(lane).incrementAndGet();
                chain.doFilter(request, response);
            });
            counter.setAsyncSupported(true);
            context.addFilter(counter, lane.path(), null);
            ServletHolder holder = new ServletHolder(peers.servlet(lane));
            holder.setAsyncSupported(true);
            context.addServlet(holder, lane.path());
        }
        server.setHandler(context);
        startServer();
        peers.clusterId(Examples.CLUSTER);
        peers.start(loop);
    }

    private void startServer() {
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("the test's server does not start", e);
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    int postsOn(Lane lane) {
        return counterOf(lane).get();
    }

    void meets(TestNode... others) {
        peers.members(Arrays.stream(others)
                .map(other -> member(other.id, "http://127.0.0.1:" + other.port()))
                .toList());
    }

    void meets(NodeId node, int port) {
        peers.members(List.of(member(node, "http://127.0.0.1:" + port)));
    }

    void send(NodeId to, Message message) {
        peers.send(Examples.mail(id, to, message));
    }

    /** As a process that is killed: its connections are closed, its port is free. */
    void stop() {
        peers.close();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the test's server does not stop", e);
        }
        loop.close();
    }

    @Override
    public void close() {
        stop();
        answering.shutdown();
    }

    private AtomicInteger counterOf(Lane lane) {
        AtomicInteger counter = posts.get(lane);
        if (counter == null) {
            throw new IllegalStateException("every lane is counted");
        }
        return counter;
    }

    static Member member(NodeId node, String url) {
        return new Member(new ReplicaId(node, new StoreId("store-of-" + node)), url, "1.0.0", "2026-01-05T10:00:00Z");
    }
}
