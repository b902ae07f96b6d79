package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityTagsTest {
    @Test
    void aListNamesIndexes() {
        assertThat(parse("\"4698\"").indexes()).containsExactly(4_698L);
        assertThat(parse("\"1\",\"2\" , \"3\"").indexes()).containsExactly(1L, 2L, 3L);
        assertThat(parse(" \"1\" ").indexes()).containsExactly(1L);
    }

    @Test
    void aTagThatCannotBeOursIsAllowedAndLeftOut() {
        assertThat(parse("\"\", \"abc\", \"a,b\", \"-1\", \"0\", \"07\", \"9223372036854775808\", \"5\"")
                        .indexes())
                .containsExactly(5L);
    }

    @Test
    void aWeakTagNeverMatches() {
        EntityTags tags = parse("W/\"5\", \"6\"");
        assertThat(tags.match(5)).isFalse();
        assertThat(tags.match(6)).isTrue();
    }

    @Test
    void aStarMatchesWhateverIsThere() {
        assertThat(parse("*").match(1)).isTrue();
        assertThat(parse("*").match(0)).isFalse();
        assertThat(parse("\"5\"").match(0)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "5",
                "\"5",
                "5\"",
                "\"5\"\"6\"",
                "\"5\" \"6\"",
                "\"5\",",
                ",\"5\"",
                "\"5\",,\"6\"",
                "**",
                "*,\"5\"",
                "\"5\",*",
                "w/\"5\"",
                "W\"5\"",
                "W/5",
                "W/",
                "W/ \"5\"",
                "\"a b\"",
                "\"a\tb\"",
                "'5'"
            })
    void whatIsNoListIsRefusedByName(String value) {
        assertThatThrownBy(() -> EntityTags.parse("If-Match", value))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo(ProblemCode.INVALID_CONDITION))
                .hasMessageStartingWith("If-Match");
    }

    private static EntityTags parse(String value) {
        return EntityTags.parse("If-Match", value);
    }
}
