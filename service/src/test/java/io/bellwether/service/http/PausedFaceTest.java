package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Pausing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator hears who switches automation off and on. */
class PausedFaceTest {
    private static final String PAUSED = "/v1/cluster/paused";

    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    private final LoneNode node = SERVER.node;

    @BeforeEach
    void on() {
        node.paused = false;
        node.nextPausing = Pausing.DONE;
    }

    @Test
    void itIsSwitchedOffAndOnAsOftenAsOneLikes() {
        for (int time = 0; time < 2; time++) {
            assertThat(send("PUT").json().path("paused").asBoolean()).isTrue();
            assertThat(view().json().path("paused").asBoolean()).isTrue();
        }
        assertThat(SERVER.http().get("/v1/cluster", "Accept: text/plain").text())
                .contains(" paused");
        for (int time = 0; time < 2; time++) {
            assertThat(send("DELETE").json().path("paused").asBoolean(true)).isFalse();
            assertThat(view().json().path("paused").asBoolean(true)).isFalse();
        }
    }

    @Test
    void whatBecameOfItIsTold() {
        node.nextPausing = Pausing.AWAY;
        outcome(send("PUT"), 503, ProblemCode.ZOOKEEPER_UNAVAILABLE, "none");
        node.nextPausing = Pausing.NO_PLACE;
        outcome(send("PUT"), 503, ProblemCode.ZOOKEEPER_UNAVAILABLE, "none");
        node.nextPausing = Pausing.NOT_ALLOWED;
        outcome(send("DELETE"), 503, ProblemCode.ZOOKEEPER_UNAVAILABLE, "none");
        node.nextPausing = Pausing.UNKNOWN;
        outcome(send("PUT"), 504, ProblemCode.OUTCOME_UNKNOWN, "unknown");
    }

    @Test
    void whatMeansNothingIsRefused() {
        SERVER.http().send("PUT", PAUSED + "?for=1h", new byte[0]).problem(400, ProblemCode.INVALID_PARAMETER);
        assertThat(node.paused).isFalse();
        assertThat(SERVER.http().get(PAUSED).header("Allow")).contains("PUT", "DELETE");
    }

    private static void outcome(Http.Answer answer, int status, ProblemCode code, String outcome) {
        answer.problem(status, code);
        assertThat(answer.json().path("outcome").asText()).isEqualTo(outcome);
    }

    private static Http.Answer send(String method) {
        return SERVER.http().send(method, PAUSED, new byte[0]);
    }

    private static Http.Answer view() {
        return SERVER.http().get("/v1/cluster");
    }
}
