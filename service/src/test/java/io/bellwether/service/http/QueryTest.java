package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
    private static final List<String> KNOWN = List.of("a", "b");

    @Test
    void valuesAreDecodedAndAPlusIsAPlus() {
        Query query = Query.parse("a=x%20y+z%26&b=%C3%BC=", KNOWN);
        assertThat(query.text("a")).contains("x y+z&");
        assertThat(query.text("b")).contains("ü=");
    }

    @Test
    void namesMayBeEscaped() {
        assertThat(Query.parse("%61=1", KNOWN).text("a")).contains("1");
    }

    @Test
    void nothingIsNoParameter() {
        assertThat(Query.parse(null, KNOWN).text("a")).isEmpty();
        assertThat(Query.parse("", KNOWN).bytes("a")).isEmpty();
        assertThat(Query.parse("a=", KNOWN).bytes("a")).contains(Bytes.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "c=1 | 'c'",
                "a=1&c=1 | 'c'",
                "A=1 | 'A'",
                "a=1&a=1 | 'a' is there more than once",
                "a=1&%61=2 | 'a' is there more than once",
                "a | 'a' has no value",
                "a=1&b | 'b' has no value",
                "& | ''",
                "a=1& | ''",
                "&a=1 | ''",
                "=1 | ''",
                "a=% | 'a'",
                "a=%g1 | 'a'",
                "a=%C3 | 'a'",
                "a=ü | 'a'",
                "%ff=1 | '%ff'",
                "a;b=1 | 'a;b'",
            })
    void whatIsUnknownRepeatedOrMalformedIsNamed(String raw, String culprit) {
        assertThatThrownBy(() -> Query.parse(raw, KNOWN))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(ProblemCode.INVALID_PARAMETER))
                .hasMessageContaining(culprit);
    }

    @Test
    void numbersHaveBounds() {
        assertThat(number("1")).isEqualTo(1);
        assertThat(number("9")).isEqualTo(9);
        assertThat(Query.parse(null, KNOWN).number("a", 1, 9, 5)).isEqualTo(5);
        for (String wrong : new String[] {"0", "10", "", "x", "1.0", "-1"}) {
            assertThatThrownBy(() -> number(wrong)).hasMessageContaining("from 1 to 9");
        }
    }

    @Test
    void flagsAndDurationsAreWrittenOneWay() {
        assertThat(Query.parse("a=true", KNOWN).flag("a")).isTrue();
        assertThat(Query.parse("a=false", KNOWN).flag("a")).isFalse();
        assertThat(Query.parse("b=x", KNOWN).flag("a")).isFalse();
        assertThatThrownBy(() -> Query.parse("a=TRUE", KNOWN).flag("a")).hasMessageContaining("'TRUE'");
        assertThat(Query.parse("a=2s", KNOWN).duration("a")).contains(Duration.ofSeconds(2));
        assertThatThrownBy(() -> Query.parse("a=2", KNOWN).duration("a")).hasMessageContaining("'2'");
    }

    private static int number(String text) {
        return Query.parse("a=" + text, KNOWN).number("a", 1, 9, 5);
    }
}
