package io.bellwether.service.http;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.setup.Environment;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.ThreadPool;

/**
 * Dropwizard's server with threads for requests that never block: those of records and peers are handled on the thread
 * that has read them ({@link FrontHandler}), and their connections go on with the thread that answers them ({@link
 * ServerThreads}); and with connections that are read {@linkplain NodeConnectors in turn}. Configured as the default one is.
 */
@JsonTypeName("node")
public final class NodeServerFactory extends DefaultServerFactory {
    /** What {@code server} is in a configuration that names no type. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type", defaultImpl = NodeServerFactory.class)
    private interface ByDefault {}

    public NodeServerFactory() {
        setApplicationConnectors(List.of(NodeConnectors.on(8080)));
        setAdminConnectors(List.of(NodeConnectors.on(8081)));
    }

    /** Makes a {@code server} without a type one of these, and its connectors those of nodes. */
    public static void byDefault(ObjectMapper mapper) {
        mapper.addMixIn(ServerFactory.class, ByDefault.class);
        NodeConnectors.register(mapper);
    }

    @Override
    public Server build(Environment environment) {
        getApplicationConnectors().forEach(NodeConnectors::check);
        getAdminConnectors().forEach(NodeConnectors::check);
        Server server = super.build(environment);
        server.setHandler(new FrontHandler(server.getHandler(), Math.max(1, getMaxThreads() / 2)));
        return server;
    }

    @Override
    protected ThreadPool createThreadPool(MetricRegistry metrics) {
        ServerThreads threads = new ServerThreads(metrics, getMaxThreads(), getMinThreads(), (int)
                getIdleThreadTimeout().toMilliseconds());
        threads.setName("http");
        return threads;
    }
}
