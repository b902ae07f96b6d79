package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void theDefaultsAreWhatTheApiSays() {
        assertThat(Limits.DEFAULT.maxValueSize()).isEqualTo(1_048_576);
        assertThat(Limits.DEFAULT.defaultTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(Limits.DEFAULT.maxTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(Limits.DEFAULT.defaultPageLimit()).isEqualTo(100);
        assertThat(Limits.DEFAULT.maxPageLimit()).isEqualTo(1_000);
        assertThat(Limits.DEFAULT.maxPageSize()).isEqualTo(4_194_304);
    }

    @Test
    void theSmallestOfAllIsAllowed() {
        assertThat(new Limits(1, Duration.ofMillis(1), Duration.ofMillis(1), 1, 1, 1, 1))
                .isNotNull();
    }

    @Test
    void whatContradictsItselfIsRefusedByName() {
        refused("maxValueSize", () -> new Limits(0, SECOND, SECOND, 1, 1, 1, 1));
        refused("defaultTimeout", () -> new Limits(1, Duration.ZERO, SECOND, 1, 1, 1, 1));
        refused("maxTimeout", () -> new Limits(1, SECOND, Duration.ofMillis(999), 1, 1, 1, 1));
        refused("defaultPageLimit", () -> new Limits(1, SECOND, SECOND, 0, 1, 1, 1));
        refused("maxPageLimit", () -> new Limits(1, SECOND, SECOND, 2, 1, 1, 1));
        refused("maxPageSize", () -> new Limits(1, SECOND, SECOND, 1, 1, 0, 1));
        refused("maxReceivingSize", () -> new Limits(2, SECOND, SECOND, 1, 1, 1, 1));
    }

    private static void refused(String name, Runnable making) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clients." + name);
    }
}
