package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files for Prometheus and Grafana. That their metrics exist is tried on real nodes, their syntax by promtool. */
class MonitoringFilesTest {
    private static final Path DEPLOY = Path.of("src", "deploy");
    private static final Pattern RULE = Pattern.compile("alert: (\\w+)");
    private static final Pattern EXPECTED = Pattern.compile("alertname=\"(\\w+)\"");

    @Test
    void everyAlertIsSeenToFire() throws IOException {
        SortedSet<String> alerts = found(RULE, "bellwether.rules.yml");

        assertThat(alerts).hasSizeGreaterThan(10);
        assertThat(found(EXPECTED, "bellwether.rules.test.yml")).isEqualTo(alerts);
    }

    @Test
    void everyPanelOfTheDashboardHasItsPlaceAndItsQueries() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(DEPLOY.resolve("grafana/bellwether.json").toFile());
        TreeSet<Integer> ids = new TreeSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt())).as("%s", panel).isTrue();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt())
                    .as("%s", panel)
                    .isBetween(1, 24);
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("targets")).as("%s", panel).isNotEmpty();
                for (JsonNode target : panel.path("targets")) {
                    assertThat(target.path("expr").asText()).as("%s", panel).contains("job=\"$job\"");
                }
            }
        }
        assertThat(ids).isNotEmpty();
    }

    private static SortedSet<String> found(Pattern pattern, String file) throws IOException {
        SortedSet<String> found = new TreeSet<>();
        Matcher matcher =
                pattern.matcher(Files.readString(DEPLOY.resolve("prometheus").resolve(file)));
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
