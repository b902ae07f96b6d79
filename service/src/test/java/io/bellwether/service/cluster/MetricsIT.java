package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the admin port of real nodes tells a machine, and what the files for Prometheus and Grafana ask of it. */
@Timeout(180)
class MetricsIT {
    private static final Path RULES = Path.of("src/deploy/prometheus/bellwether.rules.yml");
    private static final Path DASHBOARD = Path.of("src/deploy/grafana/bellwether.json");
    private static final Path README = Path.of("../README.md");
    private static final Pattern OURS = Pattern.compile("\\bbellwether_\\w+");
    private static final Pattern OURS_OR_THE_JVMS = Pattern.compile("\\b(bellwether|jvm)_\\w+");
    /** What is written twice without a separator, such as {@code answersanswers}. */
    private static final Pattern DOUBLED = Pattern.compile("(?i)(?<![a-z])([a-z][a-z_-]{2,})\\1(?![a-z])");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(3);
        cluster.nodes().forEach(node -> node.set("LOG_FORMAT", "json"));
        cluster.heal();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void metricsFollowWritesAndLeadership() throws IOException {
        NodeProcess leader = serving();
        Map<String, Double> before = metrics(leader);
        assertThat(before).containsEntry("bellwether_role{role=\"leader\"}", 1.0);
        assertThat(before).containsEntry("bellwether_zookeeper_session{state=\"connected\"}", 1.0);
        assertThat(before).containsEntry("bellwether_in_sync_replicas", 3.0);
        assertThat(before).containsEntry("bellwether_members", 3.0);
        for (NodeProcess follower : cluster.others(leader)) {
            assertThat(before).containsKey("bellwether_follower_lag_entries{follower=\"" + follower.id() + "\"}");
            assertThat(metrics(follower)).containsEntry("bellwether_role{role=\"follower\"}", 1.0);
        }

        Writers writers = Writers.at(List.of(leader), 2).untilAcknowledged(100);
        writers.finish();
        Map<String, Double> after = metrics(leader);
        String decided = "bellwether_writes_total{outcome=\"decided\"}";
        assertThat(value(after, decided) - value(before, decided)).isGreaterThanOrEqualTo(100);
        assertThat(after.get("bellwether_commit_duration_seconds_count")).isEqualTo(after.get(decided));
        assertThat(after.get("bellwether_fsync_duration_seconds_count"))
                .isGreaterThan(before.get("bellwether_fsync_duration_seconds_count"));
        assertThat(after.get("bellwether_commit_index")).isGreaterThan(before.get("bellwether_commit_index"));

        HttpConnection.Answer moved = HttpConnection.postOnce(leader.port(), "/v1/cluster/handoff", "{}");
        assertThat(moved.status()).as("%s", moved).isEqualTo(200);
        NodeProcess next = cluster.node(moved.json().path("to").asText());
        await("the new leader's metrics")
                .atMost(RealCluster.PATIENCE)
                .until(() -> value(metrics(next), "bellwether_serving") == 1);
        assertThat(metrics(next).get("bellwether_epoch")).isGreaterThan(after.get("bellwether_epoch"));
        assertThat(metrics(leader)).containsEntry("bellwether_role{role=\"leader\"}", 0.0);
    }

    @Test
    void alertsAndDashboardAskForMetricsThatExist() throws IOException {
        SortedSet<String> told = names(OURS_OR_THE_JVMS, prometheus(serving()));

        assertThat(names(OURS, Files.readString(RULES))).isNotEmpty().isSubsetOf(told);
        List<String> queries = JSON.readTree(DASHBOARD.toFile()).findValuesAsText("expr");
        assertThat(queries).isNotEmpty().allSatisfy(query -> assertThat(names(OURS_OR_THE_JVMS, query))
                .isNotEmpty()
                .isSubsetOf(told));
    }

    @Test
    void everyMetricOfOursIsExplained() throws IOException {
        SortedSet<String> told = names(
                OURS,
                prometheus(serving())
                        .lines()
                        .filter(line -> line.startsWith("# TYPE "))
                        .collect(Collectors.joining("\n")));

        assertThat(names(OURS, Files.readString(README))).isNotEmpty().isEqualTo(told);
    }

    @Test
    void noNameSaysTheSameWordTwice() throws IOException {
        NodeProcess node = cluster.nodes().get(0);

        assertThat(prometheus(node)).contains("answers").doesNotContainPattern(DOUBLED);
        assertThat(HttpConnection.getOnce(node.adminPort(), "/metrics").text())
                .contains("answers")
                .doesNotContainPattern(DOUBLED);
    }

    @Test
    void aClusterThatIsWellIsHealthy() {
        for (NodeProcess node : cluster.nodes()) {
            await("the health of " + node).atMost(RealCluster.PATIENCE).untilAsserted(() -> {
                HttpConnection.Answer health = HttpConnection.getOnce(node.adminPort(), "/healthcheck");
                assertThat(health.status()).as("%s", health).isEqualTo(200);
                assertThat(health.json().path("lag").path("healthy").asBoolean())
                        .isTrue();
            });
        }
    }

    @Test
    void everyLineOfTheLogIsAnObject() throws IOException {
        NodeProcess node = cluster.nodes().get(0);
        String log = node.process().output();
        String whole = log.substring(0, log.lastIndexOf('\n') + 1); // the last line may be on its way

        assertThat(whole).contains("node up id=" + node.id());
        for (String line : whole.lines().toList()) {
            JsonNode json = JSON.readTree(line);
            assertThat(json.path("message").asText()).as(line).isNotEmpty();
            assertThat(json.path("timestamp").asText()).as(line).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]{12}Z");
        }
    }

    /** The node that says of itself that it serves as the leader. */
    private static NodeProcess serving() {
        return await("a leader that serves")
                .atMost(RealCluster.PATIENCE)
                .until(
                        () -> {
                            for (NodeProcess node : cluster.nodes()) {
                                if (value(metrics(node), "bellwether_serving") == 1) {
                                    return Optional.of(node);
                                }
                            }
                            return Optional.<NodeProcess>empty();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    /** By name and labels. */
    private static Map<String, Double> metrics(NodeProcess node) throws IOException {
        Map<String, Double> metrics = new TreeMap<>();
        prometheus(node).lines().filter(line -> line.startsWith("bellwether_")).forEach(line -> {
            int value = line.lastIndexOf(' ');
            metrics.put(line.substring(0, value), Double.valueOf(line.substring(value + 1)));
        });
        return metrics;
    }

    private static String prometheus(NodeProcess node) throws IOException {
        HttpConnection.Answer answer = HttpConnection.getOnce(node.adminPort(), "/prometheus");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.text();
    }

    private static double value(Map<String, Double> metrics, String nameAndLabels) {
        Double value = metrics.get(nameAndLabels);
        if (value == null) {
            throw new AssertionError(nameAndLabels + " is not among " + metrics.keySet());
        }
        return value;
    }

    private static SortedSet<String> names(Pattern pattern, String text) {
        SortedSet<String> names = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }
}
