package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.util.DataSize;
import java.util.List;
import org.eclipse.jetty.server.HttpConfiguration;
import org.junit.jupiter.api.Test;

/** What a configuration's {@code server} becomes. */
class NodeServerFactoryTest {
    @Test
    void itsConnectorsAreThoseOfNodes() throws Exception {
        NodeServerFactory server = read("{\"applicationConnectors\":[{\"type\":\"http\",\"port\":1},"
                + "{\"type\":\"https\",\"keyStorePath\":\"k\"}],\"adminConnectors\":[{\"type\":\"http\",\"port\":2}]}");
        assertThat(server.getApplicationConnectors())
                .hasExactlyElementsOfTypes(NodeConnectors.Http.class, NodeConnectors.Https.class);
        assertThat(server.getAdminConnectors()).hasExactlyElementsOfTypes(NodeConnectors.Http.class);
        assertThat(((HttpConnectorFactory) server.getAdminConnectors().get(0)).getPort())
                .isEqualTo(2);
    }

    @Test
    void withoutConnectorsItHasDropwizardsPorts() throws Exception {
        NodeServerFactory server = read("{}");
        assertThat(((NodeConnectors.Http) server.getApplicationConnectors().get(0)).getPort())
                .isEqualTo(8080);
        assertThat(((NodeConnectors.Http) server.getAdminConnectors().get(0)).getPort())
                .isEqualTo(8081);
    }

    @Test
    void anotherKindOfConnectorIsRefused() {
        NodeServerFactory server = new NodeServerFactory();
        server.setAdminConnectors(List.of(HttpConnectorFactory.admin()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.build(new Environment("t")))
                .withMessageContaining("HttpConnectorFactory")
                .withMessageContaining("type: http");
    }

    @Test
    void theConfigurationOfConnectionsIsKept() {
        NodeConnectors.Http connector = NodeConnectors.on(0);
        connector.setInputBufferSize(DataSize.kibibytes(17));
        assertThat(connector.buildHttpConnectionFactory(new HttpConfiguration()))
                .isInstanceOfSatisfying(
                        InTurnConnection.Factory.class,
                        factory -> assertThat(factory.getInputBufferSize()).isEqualTo(17 * 1024));
    }

    private static NodeServerFactory read(String json) throws Exception {
        ObjectMapper mapper = Jackson.newObjectMapper();
        NodeServerFactory.byDefault(mapper);
        return (NodeServerFactory) mapper.readValue(json, ServerFactory.class);
    }
}
