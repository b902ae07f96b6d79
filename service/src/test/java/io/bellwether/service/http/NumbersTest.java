package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
    @Test
    void aNumberIsDigits() {
        assertThat(Numbers.parse("0")).isZero();
        assertThat(Numbers.parse("4711")).isEqualTo(4_711);
        assertThat(Numbers.parse("0007")).isEqualTo(7);
        assertThat(Numbers.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "+1",
                "1 ",
                " 1",
                "1.0",
                "1e3",
                "0x1",
                "٣",
                "9223372036854775808",
                "9999999999999999999",
                "10000000000000000000",
                "18446744073709551617"
            })
    void anythingElseIsNone(String text) {
        assertThat(Numbers.parse(text)).isEqualTo(Numbers.NONE);
    }

    @Test
    void aDurationIsANumberWithItsUnit() {
        assertThat(Numbers.parseDuration("1ms")).isEqualTo(Duration.ofMillis(1));
        assertThat(Numbers.parseDuration("500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(Numbers.parseDuration("2s")).isEqualTo(Duration.ofSeconds(2));
        assertThat(Numbers.parseDuration("1m")).isEqualTo(Duration.ofMinutes(1));
        assertThat(Numbers.parseDuration("24h")).isEqualTo(Duration.ofDays(1));
        assertThat(Numbers.parseDuration("999999999s")).isEqualTo(Duration.ofSeconds(999_999_999));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "ms",
                "5",
                "0s",
                "0ms",
                "-1s",
                "+1s",
                "1.5s",
                "1 s",
                " 1s",
                "1s ",
                "1S",
                "1d",
                "1sec",
                "1s1s",
                "1000000000ms",
                "٣s",
                "99999999999999999999s"
            })
    void anythingElseIsNoDuration(String text) {
        assertThat(Numbers.parseDuration(text)).isNull();
    }
}
