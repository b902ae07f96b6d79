package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator hears who has the states of all nodes compared. */
class VerifyFaceTest {
    /** Where somebody does not tell: long enough for those who do. */
    private static final String WAITED_OUT = "2s";

    private static final ReplicaId N2 = new ReplicaId(new NodeId("n2"), new StoreId("77aa"));
    private static final ReplicaId N3 = new ReplicaId(new NodeId("n3"), new StoreId("88bb"));
    private static final String VERIFY = "/v1/cluster/verify";

    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    private final LoneNode node = SERVER.node;

    @BeforeEach
    void n1Leads() {
        node.leader = LoneNode.SELF.node();
        node.serving = true;
        node.inSync = List.of(LoneNode.SELF, N2, N3);
        node.members = List.of();
        SERVER.http().put("/v1/kv/a", "x");
    }

    @Test
    void equalStatesAreEqual() {
        try (StatusServer n2 = new StatusServer(status(N2, LoneNode.DIGEST));
                StatusServer n3 = new StatusServer(status(N3, LoneNode.DIGEST))) {
            live(n2, n3);
            JsonNode told = verify();
            assertThat(told.path("equal").asBoolean()).isTrue();
            assertThat(told.path("index").asLong()).isEqualTo(index());
            assertThat(told.path("epoch").asLong()).isEqualTo(LoneNode.EPOCH);
            assertThat(states(told)).containsExactly("n1 equal", "n2 equal", "n3 equal");
            assertThat(told.path("members").path(1).path("digest").asText()).isEqualTo("0000000000007b2f");
        }
    }

    @Test
    void theOddOneIsNamed() {
        try (StatusServer n2 = new StatusServer(status(N2, 5));
                StatusServer n3 = new StatusServer(status(N3, LoneNode.DIGEST))) {
            live(n2, n3);
            assertThat(states(verify())).containsExactly("n1 equal", "n2 differs", "n3 equal");
        }
        try (StatusServer n2 = new StatusServer(status(N2, 5));
                StatusServer n3 = new StatusServer(status(N3, 5))) {
            live(n2, n3);
            assertThat(states(verify())).containsExactly("n1 differs", "n2 equal", "n3 equal");
        }
    }

    @Test
    void withoutMostThatAreAlikeNobodyIsRight() {
        try (StatusServer n2 = new StatusServer(status(N2, 5));
                StatusServer n3 = new StatusServer(status(N3, 6))) {
            live(n2, n3);
            JsonNode told = verify();
            assertThat(told.path("equal").asBoolean(true)).isFalse();
            assertThat(states(told)).containsExactly("n1 differs", "n2 differs", "n3 differs");
        }
    }

    @Test
    void whoDoesNotTellInTimeIsNotEqual() {
        try (StatusServer n2 = new StatusServer(behind(N2))) {
            live(n2, null);
            JsonNode told = verify(WAITED_OUT);
            assertThat(told.path("equal").asBoolean(true)).isFalse();
            assertThat(states(told)).containsExactly("n1 unconfirmed", "n2 behind", "n3 unreachable");
        }
    }

    @Test
    void oneThatHangsDoesNotHideWhatAnotherSaysLater() throws IOException {
        try (StatusServer n2 = new StatusServer(behind(N2), status(N2, LoneNode.DIGEST));
                ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            node.members = List.of(
                    new Member(N2, n2.url(), "1", "now"),
                    new Member(N3, "http://127.0.0.1:" + silent.getLocalPort(), "1", "now"));
            JsonNode told = verify(WAITED_OUT);
            assertThat(told.path("equal").asBoolean(true)).isFalse();
            assertThat(states(told)).containsExactly("n1 equal", "n2 equal", "n3 unreachable");
        }
    }

    /** Whoever differs is taken out of the set, and begins anew. */
    @Test
    void whoHasToldAndGoneIsNotForgotten() throws IOException {
        try (StatusServer n2 = new StatusServer(status(N2, 5));
                StatusServer n3 = new StatusServer(behind(N3))) {
            live(n2, n3);
            Thread leaves = new Thread(() -> {
                await().until(() -> n2.questions() > 0 && n3.questions() > 1);
                node.inSync = List.of(LoneNode.SELF, N3);
                node.members = List.of(new Member(N3, n3.url(), "1", "now"));
            });
            leaves.start();
            JsonNode told = verify(WAITED_OUT);
            assertThat(told.path("equal").asBoolean(true)).isFalse();
            assertThat(states(told)).containsExactly("n1 unconfirmed", "n2 differs", "n3 behind");
            leaves.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLearnerOfAnotherVersionIsNoReasonForDoubt() {
        node.inSync = List.of(LoneNode.SELF, N2);
        try (StatusServer n2 = new StatusServer(status(N2, LoneNode.DIGEST));
                StatusServer n3 = new StatusServer(status(N3, 5).replace(version(), "0.9"))) {
            live(n2, n3);
            JsonNode told = verify();
            assertThat(told.path("equal").asBoolean()).isTrue();
            assertThat(states(told)).containsExactly("n1 equal", "n2 equal", "n3 other-version");
        }
    }

    @Test
    void twoThatAreNotAlikeDifferWhateverTheThirdSays() {
        try (StatusServer n2 = new StatusServer(status(N2, 5))) {
            live(n2, null);
            assertThat(states(verify(WAITED_OUT))).containsExactly("n1 differs", "n2 differs", "n3 unreachable");
        }
    }

    @Test
    void twoVersionsWithoutMostAreNotCompared() {
        node.inSync = List.of(LoneNode.SELF, N2);
        try (StatusServer n2 = new StatusServer(status(N2, 5).replace(version(), "0.9"))) {
            live(n2, null);
            assertThat(states(verify())).containsExactly("n1 unconfirmed", "n2 unconfirmed");
        }
    }

    @Test
    void oneOfAnotherVersionIsNotCompared() {
        try (StatusServer n2 = new StatusServer(status(N2, 5).replace(version(), "0.9"));
                StatusServer n3 = new StatusServer(status(N3, LoneNode.DIGEST))) {
            live(n2, n3);
            assertThat(states(verify())).containsExactly("n1 equal", "n2 other-version", "n3 equal");
        }
    }

    @Test
    void oneThatKnowsItselfToBeDamagedSaysSo() {
        try (StatusServer n2 =
                        new StatusServer(status(N2, LoneNode.DIGEST).replace("\"unsound\":false", "\"unsound\":true"));
                StatusServer n3 = new StatusServer(status(N3, LoneNode.DIGEST))) {
            live(n2, n3);
            assertThat(states(verify())).containsExactly("n1 equal", "n2 damaged", "n3 equal");
        }
    }

    @Test
    void withoutALeaderNothingIsCompared() {
        node.leader = null;
        assertThat(post("{}").problem(503, ProblemCode.NO_LEADER)).contains("knows no leader");
        node.leader = LoneNode.SELF.node();
        node.serving = false;
        assertThat(post("{}").problem(503, ProblemCode.NO_LEADER)).contains("hands over just now");
        node.leader = N2.node();
        assertThat(post("{}").problem(422, ProblemCode.NOT_LIVE)).contains("n2 is not live");
    }

    @Test
    void whatIsWrongWithTheQuestionIsNamed() {
        assertThat(post("{\"to\":1}").problem(400, ProblemCode.INVALID_JSON)).contains("no field 'to'");
        assertThat(post("[]").problem(400, ProblemCode.INVALID_JSON)).contains("no object");
        assertThat(SERVER.http().get(VERIFY).header("Allow")).contains("POST");
    }

    private long index() {
        return SERVER.http().get("/v1/cluster").json().path("commitIndex").asLong();
    }

    private static String version() {
        return SERVER.http()
                .get("/v1/cluster")
                .json()
                .path("members")
                .path(0)
                .path("version")
                .asText();
    }

    private String behind(ReplicaId replica) {
        return status(replica, LoneNode.DIGEST).replace("\"index\":" + index(), "\"index\":1");
    }

    private String status(ReplicaId replica, long sum) {
        return "{\"node\":\"" + replica.node() + "\",\"store\":\"" + replica.store()
                + "\",\"role\":\"follower\",\"epoch\":7,"
                + "\"leader\":\"n1\",\"serving\":false,\"lastIndex\":1,\"lastEpoch\":7,\"lastLogTime\":5,"
                + "\"commitIndex\":1,\"appliedIndex\":1,\"stalenessMillis\":0,\"leaderHeardMillisAgo\":5,"
                + "\"unsound\":false,\"digests\":[{\"index\":0,\"sum\":9},{\"index\":" + index() + ",\"sum\":" + sum
                + "}],"
                + "\"version\":\"" + version() + "\",\"started\":\"now\"}";
    }

    private void live(StatusServer n2, @Nullable StatusServer n3) {
        node.members = n3 == null
                ? List.of(new Member(N2, n2.url(), "1", "now"))
                : List.of(new Member(N2, n2.url(), "1", "now"), new Member(N3, n3.url(), "1", "now"));
    }

    private static List<String> states(JsonNode told) {
        return told.path("members").findValuesAsText("node").stream()
                .map(name -> name + " " + stateOf(told, name))
                .toList();
    }

    private static String stateOf(JsonNode told, String name) {
        for (JsonNode member : told.path("members")) {
            if (member.path("node").asText().equals(name)) {
                return member.path("state").asText();
            }
        }
        return "";
    }

    private static JsonNode verify() {
        return verify("10s");
    }

    private static JsonNode verify(String timeout) {
        Http.Answer answer = post("{}", timeout);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json();
    }

    private static Http.Answer post(String json) {
        return post(json, "10s");
    }

    private static Http.Answer post(String json, String timeout) {
        return SERVER.http()
                .send(
                        "POST",
                        VERIFY,
                        json.getBytes(UTF_8),
                        "Content-Type: application/json",
                        "Bellwether-Timeout: " + timeout);
    }
}
