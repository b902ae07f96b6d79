package io.bellwether.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoordinationSettingsTest {
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofSeconds(2);

    @ParameterizedTest
    @CsvSource({
        "zk1:2181,            zk1:2181,           /bellwether/t",
        "zk1:2181/,           zk1:2181,           /bellwether/t",
        "'zk1:1,zk2:2/a/b',   'zk1:1,zk2:2',      /a/b/bellwether/t",
        "zk1:2181/a/,         zk1:2181,           /a/bellwether/t",
    })
    void theChrootStandsInTheRoot(String connectString, String servers, String root) {
        CoordinationSettings settings = new CoordinationSettings(connectString, "t", SESSION, POLL);

        assertThat(settings.servers()).isEqualTo(servers);
        assertThat(settings.root()).isEqualTo(root);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "/chroot"})
    void aConnectStringWithoutAHostIsRefused(String connectString) {
        assertThatThrownBy(() -> new CoordinationSettings(connectString, "t", SESSION, POLL))
                .hasMessageContaining("at least one host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b"})
    void aClusterIsOnePathSegment(String cluster) {
        assertThatThrownBy(() -> new CoordinationSettings("zk:1", cluster, SESSION, POLL))
                .hasMessageContaining("one path segment");
    }

    @Test
    void timesAreAtLeastAMillisecond() {
        Duration least = Duration.ofMillis(1);
        assertThat(new CoordinationSettings("zk:1", "t", least, least).connectionTimeout())
                .isEqualTo(least);

        assertThatThrownBy(() -> new CoordinationSettings("zk:1", "t", Duration.ZERO, POLL))
                .hasMessageContaining("at least a millisecond");
        assertThatThrownBy(() -> new CoordinationSettings("zk:1", "t", SESSION, Duration.ofNanos(1)))
                .hasMessageContaining("at least a millisecond");
    }
}
