package io.bellwether.service.http;

import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.jetty.HttpsConnectorFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;

/** Dropwizard's connectors, configured as those are, whose connections are read {@linkplain InTurnConnection in turn}. */
final class NodeConnectors {
    private NodeConnectors() {}

    /** What {@code type: http} is. */
    @JsonTypeName("http")
    static final class Http extends HttpConnectorFactory {
        @Override
        protected HttpConnectionFactory buildHttpConnectionFactory(HttpConfiguration configuration) {
            return inTurn(super.buildHttpConnectionFactory(configuration));
        }
    }

    /** What {@code type: https} is. */
    @JsonTypeName("https")
    static final class Https extends HttpsConnectorFactory {
        @Override
        protected HttpConnectionFactory buildHttpConnectionFactory(HttpConfiguration configuration) {
            return inTurn(super.buildHttpConnectionFactory(configuration));
        }
    }

    /** Has configurations mean these by the names of Dropwizard's. */
    static void register(ObjectMapper mapper) {
        mapper.registerSubtypes(Http.class, Https.class);
    }

    static Http on(int port) {
        Http connector = new Http();
        connector.setPort(port);
        return connector;
    }

    /**
     * Refuses what makes connections of another kind.
     *
     * @throws IllegalArgumentException if {@code connector} is none of these
     */
    static void check(ConnectorFactory connector) {
        if (!(connector instanceof Http || connector instanceof Https)) {
            throw new IllegalArgumentException("A node doesn't serve a connector of the type "
                    + connector.getClass().getSimpleName()
                    + "; in 'server', let each be 'type: http' or 'type: https'.");
        }
    }

    private static HttpConnectionFactory inTurn(HttpConnectionFactory usual) {
        return new InTurnConnection.Factory(usual.getHttpConfiguration());
    }
}
