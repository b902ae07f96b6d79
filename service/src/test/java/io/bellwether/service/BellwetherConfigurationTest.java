package io.bellwether.service;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.service.http.Limits;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.configuration.SubstitutingSourceProvider;
import io.dropwizard.configuration.YamlConfigurationFactory;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.util.Duration;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code config.yml} as it is shipped, under several environments. */
class BellwetherConfigurationTest {
    private static final Path SHIPPED = Path.of("..", "config.yml");

    @Test
    void anEmptyEnvironmentGivesTheDefaults() throws Exception {
        BellwetherConfiguration configuration = read(Map.of());

        assertThat(configuration.node())
                .isEqualTo(new NodeConfiguration(
                        "n1", "bellwether", Path.of("data/n1"), URI.create("http://127.0.0.1:8080")));
        assertThat(configuration.zookeeper()).isEqualTo(new ZooKeeperConfiguration("embedded", Duration.seconds(10)));
        assertThat(configuration.zookeeper().embedded()).isTrue();
        assertThat(configuration.replication().requiredInSync()).isEmpty();
        assertThat(configuration.replication().requiredWriteQuorum()).isEmpty();
        assertThat(configuration.replication().leaderTimeout()).isEqualTo(Duration.seconds(1));
        assertThat(configuration.replication().evictAfter()).isEqualTo(Duration.seconds(3));
        assertThat(configuration.peers().urls().byNode()).isEmpty();
        assertThat(configuration.peers().secret()).isEmpty();
        assertThat(configuration.clients().limits()).isEqualTo(Limits.DEFAULT);
        assertThat(configuration.clients().tokensFile()).isEmpty();
        assertThat(application(configuration).getBindHost()).isEqualTo("127.0.0.1");
        assertThat(application(configuration).getPort()).isEqualTo(8080);
        assertThat(admin(configuration).getBindHost()).isEqualTo("127.0.0.1");
        assertThat(admin(configuration).getPort()).isEqualTo(8081);
    }

    @Test
    void everyVariableArrives() throws Exception {
        BellwetherConfiguration configuration = read(Map.ofEntries(
                entry("BELLWETHER_NODE", "n2"),
                entry("BELLWETHER_CLUSTER", "t"),
                entry("BELLWETHER_HTTP_PORT", "9080"),
                entry("BELLWETHER_ADMIN_PORT", "9081"),
                entry("BELLWETHER_BIND", "0.0.0.0"),
                entry("BELLWETHER_ADVERTISED_URL", "https://n2.example:443"),
                entry("BELLWETHER_ZOOKEEPER", "a:2181,b:2181/chroot"),
                entry("BELLWETHER_DATA", "/var/lib/bellwether"),
                entry("BELLWETHER_MIN_IN_SYNC", "2"),
                entry("BELLWETHER_WRITE_QUORUM", "all"),
                entry("BELLWETHER_SESSION_TIMEOUT", "20s"),
                entry("BELLWETHER_LEADER_TIMEOUT", "500ms"),
                entry("BELLWETHER_EVICT_AFTER", "4s"),
                entry("BELLWETHER_PEER_URLS", "n1=http://127.0.0.1:1,n3=http://127.0.0.1:3"),
                entry("BELLWETHER_PEER_SECRET", "it's: ${BELLWETHER_NODE} #1"),
                entry("BELLWETHER_TOKENS_FILE", "/etc/bellwether/tokens")));

        assertThat(configuration.node())
                .isEqualTo(new NodeConfiguration(
                        "n2", "t", Path.of("/var/lib/bellwether"), URI.create("https://n2.example:443")));
        assertThat(configuration.zookeeper())
                .isEqualTo(new ZooKeeperConfiguration("a:2181,b:2181/chroot", Duration.seconds(20)));
        assertThat(configuration.zookeeper().embedded()).isFalse();
        assertThat(configuration.replication().requiredInSync()).hasValue(2);
        assertThat(configuration.replication().requiredWriteQuorum()).contains(WriteQuorum.ALL);
        assertThat(configuration.replication().leaderTimeout()).isEqualTo(Duration.milliseconds(500));
        assertThat(configuration.replication().evictAfter()).isEqualTo(Duration.seconds(4));
        assertThat(configuration.peers().urls().byNode())
                .containsExactly(
                        entry(new NodeId("n1"), URI.create("http://127.0.0.1:1")),
                        entry(new NodeId("n3"), URI.create("http://127.0.0.1:3")));
        assertThat(configuration.peers().secret()).isEqualTo("it's: ${BELLWETHER_NODE} #1");
        assertThat(configuration.clients().tokensFile()).isEqualTo("/etc/bellwether/tokens");
        assertThat(application(configuration).getBindHost()).isEqualTo("0.0.0.0");
        assertThat(application(configuration).getPort()).isEqualTo(9080);
        assertThat(admin(configuration).getPort()).isEqualTo(9081);
    }

    @Test
    void defaultsFollowOtherVariables() throws Exception {
        NodeConfiguration node = read(Map.of("BELLWETHER_NODE", "n7", "BELLWETHER_HTTP_PORT", "9000"))
                .node();

        assertThat(node.data()).isEqualTo(Path.of("data/n7"));
        assertThat(node.advertisedUrl()).isEqualTo(URI.create("http://127.0.0.1:9000"));
    }

    @Test
    void anEmptyVariableIsOneThatIsNotSet() throws Exception {
        BellwetherConfiguration configuration =
                read(Map.of("BELLWETHER_NODE", "", "BELLWETHER_HTTP_PORT", "", "BELLWETHER_ZOOKEEPER", ""));

        assertThat(configuration.node().id()).isEqualTo("n1");
        assertThat(application(configuration).getPort()).isEqualTo(8080);
        assertThat(configuration.zookeeper().embedded()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BELLWETHER_NODE            | n 1          | node.id has 1 to 64 characters",
                "BELLWETHER_CLUSTER         | ..           | node.cluster has 1 to 64 characters",
                "BELLWETHER_HTTP_PORT       | 70000        | port",
                "BELLWETHER_ADVERTISED_URL  | n1:8080      | advertisedUrl is http://host:port",
                "BELLWETHER_MIN_IN_SYNC     | 0            | replication.minInSync is at least 1",
                "BELLWETHER_MIN_IN_SYNC     | two          | replication.minInSync",
                "BELLWETHER_WRITE_QUORUM    | most         | is 'majority', 'all', or empty",
                "BELLWETHER_SESSION_TIMEOUT | 10           | zookeeper.sessionTimeout",
                "BELLWETHER_LEADER_TIMEOUT  | 10ms         | replication.leaderTimeout must be greater than",
                "BELLWETHER_EVICT_AFTER     | 500ms        | evictAfter is not shorter than leaderTimeout",
                "BELLWETHER_PEER_URLS       | n2           | 'n2' is no part of one",
                "BELLWETHER_PEER_URLS       | n2=nowhere   | 'n2=nowhere' is no part of one",
                "BELLWETHER_PEER_URLS       | n2=http://a:1,n2=http://b:1 | node 'n2' has two addresses",
            })
    void aBadValueIsNamed(String variable, String value, String complaint) {
        assertThatThrownBy(() -> read(Map.of(variable, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void theSecretIsNotPrinted() throws Exception {
        assertThat(read(Map.of("BELLWETHER_PEER_SECRET", "hunter2")).peers().toString())
                .doesNotContain("hunter2");
    }

    private static BellwetherConfiguration read(Map<String, String> environment)
            throws IOException, ConfigurationException {
        return new YamlConfigurationFactory<>(
                        BellwetherConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "none")
                .build(
                        new SubstitutingSourceProvider(
                                new FileConfigurationSourceProvider(), new Variables(environment)),
                        SHIPPED.toString());
    }

    private static HttpConnectorFactory application(BellwetherConfiguration configuration) {
        return only(server(configuration).getApplicationConnectors());
    }

    private static HttpConnectorFactory admin(BellwetherConfiguration configuration) {
        return only(server(configuration).getAdminConnectors());
    }

    private static DefaultServerFactory server(BellwetherConfiguration configuration) {
        return (DefaultServerFactory) configuration.getServerFactory();
    }

    private static HttpConnectorFactory only(List<ConnectorFactory> connectors) {
        assertThat(connectors).hasSize(1);
        return (HttpConnectorFactory) connectors.get(0);
    }
}
