package io.bellwether.service.http;

import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.NodeId;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.request.logging.LogbackAccessRequestLogFactory;
import io.dropwizard.testing.DropwizardTestSupport;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.http.HttpCompliance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real server with the faces, before a {@link LoneNode}; one for a test class. Set up as {@code config.yml} says. */
public final class FacesServer implements BeforeAllCallback, AfterAllCallback {
    static final Identity IDENTITY =
            new Identity(LoneNode.SELF, "t", "http://127.0.0.1:8080", "1.0.0", Instant.parse("2026-01-05T10:00:00Z"));

    final LoneNode node = new LoneNode();
    final List<Throwable> broken = new CopyOnWriteArrayList<>();
    volatile @Nullable Measured lastMeasured;
    private final Limits limits;
    private final Map<NodeId, URI> peerUrls;
    private final DropwizardTestSupport<Configuration> support;
    private volatile ClientFaces faces;
    private volatile Answers answers;

    FacesServer(Limits limits) {
        this(limits, Map.of());
    }

    @SuppressWarnings("NullAway.Init")
    FacesServer(Limits limits, Map<NodeId, URI> peerUrls) {
        this.limits = limits;
        this.peerUrls = peerUrls;
        this.support = new DropwizardTestSupport<>(Faces.class, configuration()) {
            @Override
            public Application<Configuration> newApplication() {
                return new Faces();
            }
        };
    }

    /** What the meter of writes heard. */
    record Measured(WriteOutcome outcome, long nanos) {}

    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        NodeServerFactory server = new NodeServerFactory();
        configuration.setServerFactory(server);
        server.setRegisterDefaultExceptionMappers(false);
        server.setApplicationConnectors(List.of(connector()));
        server.setAdminConnectors(List.of(connector()));
        server.getGzipFilterFactory().setEnabled(false);
        LogbackAccessRequestLogFactory log = new LogbackAccessRequestLogFactory();
        log.setAppenders(List.of());
        server.setRequestLogFactory(log);
        server.setEnableThreadNameFilter(false);
        server.setApplicationContextPath("/");
        server.setJerseyRootPath("/*");
        return configuration;
    }

    private static ConnectorFactory connector() {
        HttpConnectorFactory connector = NodeConnectors.on(0);
        connector.setBindHost("127.0.0.1");
        connector.setHttpCompliance(HttpCompliance.STRICT);
        return connector;
    }

    private final class Faces extends Application<Configuration> {
        @Override
        public void run(Configuration configuration, Environment environment) {
            answers = Answers.of(environment, "answers-%d", broken::add);
            ClientFaces.registerPause(environment, node::pause, limits);
            faces = ClientFaces.register(
                    environment,
                    node,
                    node,
                    answers,
                    limits,
                    IDENTITY,
                    peerUrls,
                    () -> false,
                    System::nanoTime,
                    (outcome, nanos) -> lastMeasured = new Measured(outcome, nanos),
                    broken::add);
        }
    }

    /** Where answers are written. */
    Answers answers() {
        return answers;
    }

    ClientFaces faces() {
        return faces;
    }

    int port() {
        return support.getLocalPort();
    }

    int adminPort() {
        return support.getAdminPort();
    }

    Http http() {
        return new Http(port());
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        support.before();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        support.after();
        node.close();
    }
}
