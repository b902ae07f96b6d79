package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator's browser reaches a node, and shows pages of others: they must not change what the operator could. */
class CrossSiteFaceTest {
    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    private final Http http = SERVER.http();

    @BeforeEach
    void aRecord() {
        http.put("/v1/kv/a", "kept");
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /v1/kv/a",
        "DELETE, /v1/kv/a",
        "POST, /v1/cluster/handoff",
        "PUT, /v1/cluster/paused",
        "DELETE, /v1/cluster/paused",
        "POST, /v1/node/drain",
        "POST, /peer/v1/control",
    })
    void aPageOfAnotherSiteChangesNothing(String method, String target) {
        Http.Answer refused = http.send(method, target, "{}".getBytes(UTF_8), "Origin: http://elsewhere.example");

        assertThat(refused.problem(403, ProblemCode.NOT_ALLOWED)).contains("Origin", "from a page of this host.");
        assertThat(refused.outcome()).isEqualTo("none");
        assertThat(http.get("/v1/kv/a").text()).isEqualTo("kept");
        assertThat(SERVER.node.paused).isFalse();
        assertThat(SERVER.node.away).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "http://test:8081", "file://", "no origin", "http://test.elsewhere.example"})
    void whatIsNotOurHostIsAnother(String origin) {
        http.put("/v1/kv/a", "x", "Origin: " + origin).problem(403, ProblemCode.NOT_ALLOWED);
    }

    @Test
    void oneOfTwoOriginsIsAnothers() {
        http.put("/v1/kv/a", "x", "Origin: http://test", "Origin: http://elsewhere.example")
                .problem(403, ProblemCode.NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://test", "https://test", "http://TEST"})
    void aPageOfThisHostMayChangeThings(String origin) {
        assertThat(http.put("/v1/kv/a", "x", "Origin: " + origin).status()).isEqualTo(200);
    }

    @Test
    void everyPageMayRead() {
        assertThat(http.get("/v1/kv/a", "Origin: http://elsewhere.example").text())
                .isEqualTo("kept");
    }
}
