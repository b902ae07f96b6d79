package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths hold a key, and which. */
class KeyPathTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a | a",
                "a/b/c | a/b/c",
                "... | ...",
                ".a/b. | .a/b.",
                "a..b | a..b",
                "%61%2e%62 | a.b",
                "a+b | a+b",
                "a%20b | a b",
                "%C3%BC | ü",
                "%F0%9F%90%91 | 🐑",
                "a:b@c!$&'()*,= | a:b@c!$&'()*,=",
                "%C2%A0 | \u00a0",
                "~ | ~",
            })
    void aKeyIsWhatItsPathDecodesTo(String path, String key) {
        assertThat(KeyPath.parse("/v1/kv/" + path, 7).utf8()).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "a/",
                "/a",
                "a//b",
                ".",
                "..",
                "a/.",
                "a/..",
                "./a",
                "../a",
                "a/./b",
                "a/../b",
                "%2e",
                "%2e%2E",
                ".%2e/a",
                "a%2Fb",
                "a%2fb",
                "%2F",
                "a%25b",
                "%2525",
                "a%5Cb",
                "a\\b",
                "a;b",
                ";",
                "a%3bb",
                "a/b;c=d",
                "%",
                "a%",
                "a%4",
                "a%g0",
                "a%0g",
                "%-1",
                "%C3",
                "%C3/a",
                "%FF",
                "%80",
                "%C0%80",
                "%C0%AE",
                "%E0%80%AF",
                "%ED%A0%80",
                "%ED%BF%BF",
                "%F4%90%80%80",
                "%F8%88%80%80%80",
                "ü",
                "a\u0000"
            })
    void anythingElseIsRefused(String path) {
        assertThatThrownBy(() -> KeyPath.parse("/v1/kv/" + path, 7))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem().code()).isEqualTo(ProblemCode.INVALID_KEY);
                    assertThat(refused.problem().status()).isEqualTo(400);
                    assertThat(refused.problem().detail()).startsWith("The key '" + path);
                });
    }

    @Test
    void noControlCharacterIsPartOfAKey() {
        for (int c = 0; c <= 0x9f; c++) {
            String path = c < 0x80 ? String.format("a%%%02X", c) : String.format("a%%C2%%%02X", c);
            if (c < 0x20 || c >= 0x7f) {
                String name = String.format("U+%04X", c);
                assertThatThrownBy(() -> KeyPath.parse(path, 0)).hasMessageContaining(name);
            } else if ("/%\\;".indexOf(c) < 0) {
                assertThat(KeyPath.parse(path, 0).utf8()).isEqualTo("a" + (char) c);
            }
        }
    }

    @Test
    void aKeyHasAtMost512BytesOnceDecoded() {
        assertThat(KeyPath.parse("k".repeat(512), 0).size()).isEqualTo(512);
        assertThat(KeyPath.parse("%6B".repeat(512), 0).size()).isEqualTo(512);
        assertThat(KeyPath.parse("a/".repeat(255) + "ab", 0).size()).isEqualTo(512);
        assertThatThrownBy(() -> KeyPath.parse("k".repeat(513), 0)).hasMessageContaining("513");
        assertThatThrownBy(() -> KeyPath.parse("%6B".repeat(513), 0)).hasMessageContaining("513");
        assertThatThrownBy(() -> KeyPath.parse("k".repeat(511) + "%C3%BC", 0)).hasMessageContaining("513");
    }

    @Test
    void whatIsToldBackIsShort() {
        assertThatThrownBy(() -> KeyPath.parse("k".repeat(5_000), 0))
                .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(400));
    }
}
