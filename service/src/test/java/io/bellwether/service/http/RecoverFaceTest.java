package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffOutcome.Reason;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator is told before data is given up, and when it is not given up. */
class RecoverFaceTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final ReplicaId GONE = new ReplicaId(N2, new StoreId("77aa"));

    private static final String RECOVER = "/v1/cluster/recover";

    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    private final LoneNode node = SERVER.node;

    @BeforeEach
    void tooFewAreLeft() {
        node.leader = null;
        node.serving = false;
        node.inSync = List.of(LoneNode.SELF, GONE);
        node.members = List.of(new Member(LoneNode.SELF, "http://127.0.0.1:" + SERVER.port(), "1", "now"));
        node.leaderHeardMillisAgo = 90_000;
        node.lastRecovery = null;
    }

    @Test
    void aDryRunTellsWhatIsKnownAndWhatWouldBeLost() {
        node.nextHandOff = new HandOffOutcome.Possible(N2, N1, 7);
        JsonNode told = post("{\"dryRun\":true}").json();
        assertThat(node.lastRecovery).isEqualTo(new RecoverRequest(null, true));
        assertThat(told.path("node").asText()).isEqualTo("n1");
        assertThat(told.path("possible").asBoolean()).isTrue();
        assertThat(told.path("refused").isNull()).isTrue();
        assertThat(told.path("epoch").asLong()).isEqualTo(LoneNode.EPOCH);
        assertThat(told.path("record").path("recoveryQuorum").asInt()).isEqualTo(1);
        assertThat(told.path("nodes")).hasSize(2);
        JsonNode gone = told.path("nodes").path(1);
        assertThat(gone.path("store").asText()).isEqualTo("77aa");
        assertThat(gone.path("reachable").asBoolean()).isFalse();
        assertThat(gone.path("lastIndex").isNull()).isTrue();
        assertThat(told.path("nodes").path(0).path("leaderHeard").asText()).startsWith("20");
        assertThat(told.path("report").asText())
                .contains("in sync n1,n2", "Nobody can know how much", "only n2 could tell", "switch n2 off")
                .doesNotContain("\"", "\\");
    }

    @Test
    void aDryRunTellsOfARefusalToo() {
        node.nextHandOff = new HandOffOutcome.Refused(Reason.QUORUM_ANSWERS, "They elect one.");
        JsonNode told = post("{\"dryRun\":true}").json();
        assertThat(told.path("possible").asBoolean(true)).isFalse();
        assertThat(told.path("refused").toString())
                .isEqualTo("{\"code\":\"quorum-answers\",\"detail\":\"They elect one.\"}");
    }

    @Test
    void theRealOneNamesTheEpoch() {
        node.nextHandOff = new HandOffOutcome.Moved(N2, N1, 8, 41);
        JsonNode done = post("{\"epoch\":7}").json();
        assertThat(node.lastRecovery).isEqualTo(new RecoverRequest(7L, false));
        assertThat(done.path("epoch").asLong()).isEqualTo(8);
        assertThat(done.path("millis").asLong()).isEqualTo(41);
        assertThat(done.path("dryRun").asBoolean(true)).isFalse();
        assertThat(refused(post("{}"), 400, ProblemCode.INVALID_JSON)).contains("'epoch'");
    }

    @Test
    void whoeverAnswersAndHasMoreIsNamed() {
        node.nextHandOff = new HandOffOutcome.Moved(N2, N1, 8, 41);
        try (StatusServer ahead = new StatusServer(statusOfN2("\"lastIndex\":1,\"lastEpoch\":8"))) {
            live(ahead.url());
            assertThat(refused(post("{\"epoch\":7}"), 409, ProblemCode.OTHER_IS_AHEAD))
                    .contains("n2 has a later entry: 1@8");
            JsonNode told = post("{\"dryRun\":true}").json();
            assertThat(told.path("refused").path("code").asText()).isEqualTo("other-is-ahead");
            assertThat(told.path("nodes").path(1).path("lastEpoch").asLong()).isEqualTo(8);
            assertThat(told.path("nodes").path(1).path("lastEntry").asText()).isEqualTo("2026-01-05T10:00:00Z");
            assertThat(node.lastRecovery).as("the node itself is not asked").isNull();
        }
        try (StatusServer older = new StatusServer(statusOfN2("\"lastIndex\":900"))) {
            live(older.url());
            refused(post("{\"epoch\":7}"), 409, ProblemCode.OTHER_IS_AHEAD);
        }
        try (StatusServer behind = new StatusServer(statusOfN2("\"lastIndex\":900,\"lastEpoch\":6"))) {
            SERVER.http().put("/v1/kv/a", "x");
            live(behind.url());
            assertThat(post("{\"epoch\":7}").status()).isEqualTo(200);
        }
    }

    private static String statusOfN2(String last) {
        return "{\"node\":\"n2\",\"store\":\"77aa\",\"role\":\"follower\",\"epoch\":7,\"leader\":null,\"serving\":false,"
                + last + ",\"lastLogTime\":" + LoneNode.FIRST_LOG_TIME
                + ",\"commitIndex\":1,\"appliedIndex\":1,\"stalenessMillis\":-1,\"leaderHeardMillisAgo\":5,"
                + "\"version\":\"1\",\"started\":\"now\"}";
    }

    private void live(String url) {
        node.members = List.of(new Member(GONE, url, "1", "now"));
    }

    @Test
    void everyRefusalHasItsStatus() {
        node.nextHandOff = new HandOffOutcome.Refused(Reason.LEADER_HEARD, "since.");
        refused(post("{\"epoch\":7}"), 409, ProblemCode.LEADER_HEARD);
        node.nextHandOff = new HandOffOutcome.Refused(Reason.QUORUM_ANSWERS, "since.");
        refused(post("{\"epoch\":7}"), 409, ProblemCode.QUORUM_ANSWERS);
        node.nextHandOff = new HandOffOutcome.Refused(Reason.EMPTY_STORE, "since.");
        refused(post("{\"epoch\":7}"), 422, ProblemCode.STORE_EMPTY);
        node.nextHandOff = new HandOffOutcome.Undecided("since.");
        Http.Answer unknown = post("{\"epoch\":7}");
        unknown.problem(504, ProblemCode.OUTCOME_UNKNOWN);
        assertThat(unknown.json().path("outcome").asText()).isEqualTo("unknown");
    }

    @Test
    void whatIsWrongWithTheQuestionIsNamed() {
        for (String wrong : new String[] {
            "[]",
            "{\"epoch\":0}",
            "{\"epoch\":\"7\"}",
            "{\"dryRun\":1}",
            "{\"epoch\":7,\"epoch\":7}",
            "{\"force\":true}",
            ""
        }) {
            refused(post(wrong), 400, ProblemCode.INVALID_JSON);
        }
        assertThat(node.lastRecovery).isNull();
        assertThat(SERVER.http().get(RECOVER).header("Allow")).contains("POST");
    }

    private static Http.Answer post(String json) {
        return SERVER.http().send("POST", RECOVER, json.getBytes(UTF_8), "Content-Type: application/json");
    }

    private static String refused(Http.Answer answer, int status, ProblemCode code) {
        String detail = answer.problem(status, code);
        assertThat(answer.json().path("outcome").asText()).isEqualTo("none");
        return detail;
    }
}
