package io.bellwether.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.gateway.GatewaySettings;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.service.http.Limits;
import io.bellwether.service.http.peer.PeerSettings;
import io.bellwether.service.storage.StoreSettings;
import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.configuration.SubstitutingSourceProvider;
import io.dropwizard.configuration.YamlConfigurationFactory;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.logging.common.ConsoleAppenderFactory;
import io.dropwizard.logging.common.DefaultLoggingFactory;
import io.dropwizard.util.Duration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
                        "n1",
                        "bellwether",
                        Path.of("data/n1"),
                        URI.create("http://127.0.0.1:8080"),
                        Duration.seconds(5)));
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
        assertThat(log(configuration).format()).isEqualTo(LogLayout.Format.TEXT);
    }

    @Test
    void everyVariableArrives() throws Exception {
        BellwetherConfiguration configuration = read(Map.ofEntries(
                entry("BELLWETHER_NODE", "n2"),
                entry("BELLWETHER_CLUSTER", "t"),
                entry("BELLWETHER_HTTP_PORT", "9080"),
                entry("BELLWETHER_ADMIN_PORT", "9081"),
                entry("BELLWETHER_BIND", "0.0.0.0"),
                entry("BELLWETHER_ADVERTISED_URL", "http://n2.example:8080"),
                entry("BELLWETHER_ZOOKEEPER", "a:2181,b:2181/chroot"),
                entry("BELLWETHER_DATA", "/var/lib/bellwether"),
                entry("BELLWETHER_MIN_IN_SYNC", "2"),
                entry("BELLWETHER_WRITE_QUORUM", "all"),
                entry("BELLWETHER_SESSION_TIMEOUT", "20s"),
                entry("BELLWETHER_LEADER_TIMEOUT", "500ms"),
                entry("BELLWETHER_EVICT_AFTER", "4s"),
                entry("BELLWETHER_COMPARE_EVERY", "1s"),
                entry("BELLWETHER_PEER_URLS", "n1=http://127.0.0.1:1,n3=http://127.0.0.1:3"),
                entry("BELLWETHER_LOG_FORMAT", "json")));

        assertThat(configuration.node())
                .isEqualTo(new NodeConfiguration(
                        "n2",
                        "t",
                        Path.of("/var/lib/bellwether"),
                        URI.create("http://n2.example:8080"),
                        Duration.seconds(5)));
        assertThat(configuration.zookeeper())
                .isEqualTo(new ZooKeeperConfiguration("a:2181,b:2181/chroot", Duration.seconds(20)));
        assertThat(configuration.zookeeper().embedded()).isFalse();
        assertThat(configuration.replication().requiredInSync()).hasValue(2);
        assertThat(configuration.replication().requiredWriteQuorum()).contains(WriteQuorum.ALL);
        assertThat(configuration.replication().leaderTimeout()).isEqualTo(Duration.milliseconds(500));
        assertThat(configuration.replication().evictAfter()).isEqualTo(Duration.seconds(4));
        assertThat(configuration.replication().compareEvery()).isEqualTo(Duration.seconds(1));
        assertThat(configuration.peers().urls().byNode())
                .containsExactly(
                        entry(new NodeId("n1"), URI.create("http://127.0.0.1:1")),
                        entry(new NodeId("n3"), URI.create("http://127.0.0.1:3")));
        assertThat(application(configuration).getBindHost()).isEqualTo("0.0.0.0");
        assertThat(application(configuration).getPort()).isEqualTo(9080);
        assertThat(admin(configuration).getPort()).isEqualTo(9081);
        assertThat(log(configuration).format()).isEqualTo(LogLayout.Format.JSON);
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
                "BELLWETHER_COMPARE_EVERY   | 999ms        | replication.compareEvery must be greater than",
                "BELLWETHER_COMPARE_EVERY   | 61m          | replication.compareEvery must be less than",
                "BELLWETHER_EVICT_AFTER     | 500ms        | evictAfter is not shorter than leaderTimeout",
                "BELLWETHER_ADVERTISED_URL  | https://n1:8080 | nodes speak plain HTTP to each other",
                "BELLWETHER_ZOOKEEPER       | /chroot      | names at least one host",
                "BELLWETHER_LOG_FORMAT      | xml          | format is 'text' or 'json', not 'xml'",
                "BELLWETHER_PEER_URLS       | n2           | 'n2' is no part of one",
                "BELLWETHER_PEER_URLS       | n2=https://n2:8080 | Nodes speak plain HTTP to each other",
                "BELLWETHER_PEER_URLS       | n2=nowhere   | 'n2=nowhere' is no part of one",
                "BELLWETHER_PEER_URLS       | n2=http://a:1,n2=http://b:1 | node 'n2' has two addresses",
            })
    void aBadValueIsNamed(String variable, String value, String complaint) {
        assertThatThrownBy(() -> read(Map.of(variable, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void theShippedLimitsAreTheDefaultsOfTheRooms() throws Exception {
        BellwetherConfiguration configuration = read(Map.of());

        assertThat(configuration.replication().settings()).isEqualTo(Settings.DEFAULT);
        assertThat(configuration
                        .gateway()
                        .settings(
                                configuration.clients().maxTimeout(),
                                configuration.peers().maxQueuedControlSize()))
                .isEqualTo(GatewaySettings.DEFAULT);
        assertThat(configuration.peers().settings()).isEqualTo(PeerSettings.DEFAULT);
        assertThat(configuration.store().settings()).isEqualTo(StoreSettings.DEFAULT);
        assertThat(configuration.clients().limits()).isEqualTo(Limits.DEFAULT);
    }

    /** Both sides of each limit: the last value that is taken, and the first that is not. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "heartbeat                | 10ms      | 9ms       | replication.heartbeat",
                "heartbeat                | 333ms     | 334ms     | heartbeat is at most a third of leaderTimeout",
                "maxAppendSize            | 1KiB      | 1023B     | replication.maxAppendSize",
                "maxAppendSize            | 4080KiB   | 4081KiB   | peers.maxPostSize is at least replication.maxAppendSize",
                "maxUncommittedSize       | 1040KiB   | 1039KiB   | replication.maxUncommittedSize is at least",
                "maxPostSize              | 2MiB      | 2047KiB   | peers.maxPostSize is at least twice gateway.maxForwardSize",
                "maxPostSize              | 4MiB      | 4097KiB   | are not below maxPostSize",
                "maxQueuedReplicationSize | 4MiB      | 4095KiB   | are not below maxPostSize",
                "maxQueuedControlSize     | 4MiB      | 4095KiB   | are not below maxPostSize",
                "maxQueuedControlSize     | 1GiB      | 1025MiB   | peers.maxQueuedControlSize",
                "maxPeers                 | 1         | 0         | peers.maxPeers",
                "maxPeers                 | 1000      | 1001      | peers.maxPeers",
                "connectTimeout           | 10ms      | 9ms       | peers.connectTimeout",
                "connectTimeout           | 60s       | 61s       | peers.connectTimeout",
                "exchangeTimeout          | 501ms     | 500ms     | holdTimeout is shorter than exchangeTimeout",
                "exchangeTimeout          | 60s       | 61s       | peers.exchangeTimeout",
                "holdTimeout              | 1ms       | 0ms       | peers.holdTimeout",
                "maxBackoff               | 1ms       | 0ms       | peers.maxBackoff",
                "maxBackoff               | 10s       | 11s       | peers.maxBackoff",
                "maxIdle                  | 1s        | 999ms     | peers.maxIdle",
                "snapshotRate             | 64KiB     | 63KiB     | peers.snapshotRate",
                "snapshotRate             | 64GiB     | 65GiB     | peers.snapshotRate",
                "maxIdle                  | 25s       | 26s       | peers.maxIdle",
                "maxValueSize             | 3MiB      | 4081KiB   | peers.maxPostSize is at least clients.maxValueSize",
                "maxQueuedRequests        | 1         | 0         | gateway.maxQueuedRequests",
                "maxHeldSize              | 1040KiB   | 1039KiB   | gateway.maxHeldSize is at least",
                "maxHeldRequests          | 1         | 0         | gateway.maxHeldRequests",
                "maxForwardSize           | 1KiB      | 1023B     | gateway.maxForwardSize",
                "maxForwardSize           | 2MiB      | 2049KiB   | peers.maxPostSize is at least twice",
                "retryInterval            | 1ms       | 0ms       | gateway.retryInterval",
                "retryInterval            | 10s       | 11s       | gateway.retryInterval",
                "patience                 | 10ms      | 9ms       | gateway.patience",
                "patience                 | 60s       | 61s       | gateway.patience",
                "keyRetention             | 1m        | 59s       | gateway.keyRetention",
                "keyRetention             | 365d      | 366d      | gateway.keyRetention",
                "blockCacheSize           | 1MiB      | 1023KiB   | store.blockCacheSize",
                "logBufferSize            | 64KiB     | 63KiB     | store.logBufferSize",
                "logBufferSize            | 1GiB      | 1025MiB   | store.logBufferSize",
                "tableBufferSize          | 64KiB     | 63KiB     | store.tableBufferSize",
                "tableBuffers             | 2         | 1         | store.tableBuffers",
                "tableBuffers             | 64        | 65        | store.tableBuffers",
                "batchSize                | 1B        | 0B        | store.batchSize",
                "batchSize                | 256MiB    | 257MiB    | store.batchSize",
                "cutFiles                 | 1         | 0         | store.cutFiles",
                "cutFileSize              | 0B        | much      | cutFileSize",
                "recentSize               | 0B        | much      | recentSize",
                "keepLogAtLeast           | 1KiB      | 1023B     | store.keepLogAtLeast",
                "keepLogAtLeast           | 256MiB    | 257MiB    | keepLogAtMost is not below keepLogAtLeast",
                "keepLogAtMost            | 16MiB     | 15MiB     | keepLogAtMost is not below keepLogAtLeast",
                "keepLogFor               | 0s        | never     | keepLogFor",
                "keepLogFor               | 365d      | 366d      | store.keepLogFor",
                "maxLag                   | 1ms       | 0ms       | node.maxLag",
                "minFreeSize              | 0B        | much      | minFreeSize",
                "scrubEvery               | 1s        | 999ms     | store.scrubEvery",
                "scrubEvery               | 365d      | 366d      | store.scrubEvery",
                "scrubRate                | 64KiB     | 63KiB     | store.scrubRate",
                "scrubRate                | 4GiB      | 4097MiB   | store.scrubRate",
                "rebuildDamaged           | false     | perhaps   | rebuildDamaged",
            })
    void eachLimitHasTwoSides(String setting, String taken, String refused, String complaint) throws Exception {
        readWith(setting, taken);
        assertThatThrownBy(() -> readWith(setting, refused))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void aKeyIsKnownLongerThanAnyOfItsCopiesMayTakeHoweverShortItsRetention() throws Exception {
        BellwetherConfiguration configuration = readWith("keyRetention", "1m");
        GatewaySettings settings = configuration
                .gateway()
                .settings(
                        configuration.clients().maxTimeout(),
                        configuration.peers().maxQueuedControlSize());

        assertThat(settings.keyRetentionMillis()).isEqualTo(60_000 + 2 * settings.maxTimeoutMillis());
    }

    @Test
    void aSettingThatIsMissingIsNamed() {
        assertThatThrownBy(() -> readText(shipped().replaceFirst("(?m)^  patience: .*$", "")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("gateway.patience");
    }

    /** Else an operator would believe that strangers are kept out. */
    @ParameterizedTest
    @CsvSource({"BELLWETHER_PEER_SECRET, secret", "BELLWETHER_TOKENS_FILE, tokensFile"})
    void whatIsNotThereYetCannotBeAskedFor(String variable, String setting) {
        assertThatThrownBy(() -> read(Map.of(variable, "it's: ${BELLWETHER_NODE} #1")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(setting + " (" + variable + ") is not supported")
                .hasMessageNotContaining("it's");
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

    /** The shipped file with another value in one place. */
    private static BellwetherConfiguration readWith(String setting, String value)
            throws IOException, ConfigurationException {
        String line = "(?m)^  " + setting + ": .*$";
        assertThat(shipped()).containsPattern(line);
        return readText(shipped().replaceFirst(line, "  " + setting + ": " + value));
    }

    private static BellwetherConfiguration readText(String text) throws IOException, ConfigurationException {
        return new YamlConfigurationFactory<>(
                        BellwetherConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "none")
                .build(
                        new SubstitutingSourceProvider(
                                path -> new ByteArrayInputStream(text.getBytes(UTF_8)), new Variables(Map.of())),
                        "changed");
    }

    private static String shipped() throws IOException {
        return Files.readString(SHIPPED);
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

    private static LogLayout log(BellwetherConfiguration configuration) {
        DefaultLoggingFactory logging = (DefaultLoggingFactory) configuration.getLoggingFactory();
        assertThat(logging.getAppenders()).hasSize(1);
        ConsoleAppenderFactory<?> console =
                (ConsoleAppenderFactory<?>) logging.getAppenders().get(0);
        return (LogLayout) Objects.requireNonNull(console.getLayout());
    }

    private static HttpConnectorFactory only(List<ConnectorFactory> connectors) {
        assertThat(connectors).hasSize(1);
        return (HttpConnectorFactory) connectors.get(0);
    }
}
