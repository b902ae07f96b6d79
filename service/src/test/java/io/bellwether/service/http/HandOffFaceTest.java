package io.bellwether.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffOutcome.Reason;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an operator hears who moves leadership, or takes a node off duty: at the node that does it, and at another one. */
class HandOffFaceTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final ReplicaId OTHER = new ReplicaId(N2, new StoreId("9c1e"));
    private static final String HANDOFF = "/v1/cluster/handoff";
    private static final HandOffOutcome MOVED = new HandOffOutcome.Moved(N1, N2, 8, 37);

    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    /** In the part of n2, which the other one asks. */
    @RegisterExtension
    static final FacesServer PEER = new FacesServer(Limits.DEFAULT);

    private final LoneNode node = SERVER.node;
    private final LoneNode peer = PEER.node;

    @AfterEach
    void allIsWellAgain() {
        node.wakeUp();
        peer.wakeUp();
        node.wakeUp();
        node.leader = N1;
        node.members = List.of();
        node.inSync = List.of(LoneNode.SELF);
        node.nextDeparture = new DepartureOutcome.Left();
    }

    @Test
    void theLeaderDoesItItself() {
        node.nextHandOff = MOVED;
        Http.Answer answer = post(HANDOFF, "{\"to\":\"n2\",\"epoch\":7}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().toString())
                .isEqualTo("{\"from\":\"n1\",\"to\":\"n2\",\"epoch\":8,\"millis\":37,\"dryRun\":false}");
        assertThat(node.lastWish).isEqualTo(new HandOffWish(N2, 7L, false));
    }

    @Test
    void aDryRunSaysSo() {
        node.nextHandOff = new HandOffOutcome.Possible(N1, N2, 7);
        JsonNode answer = post(HANDOFF, "{\"dryRun\":true}").json();
        assertThat(answer.path("dryRun").asBoolean()).isTrue();
        assertThat(answer.path("epoch").asLong()).isEqualTo(7);
        assertThat(node.lastWish).isEqualTo(new HandOffWish(null, null, true));
    }

    @Test
    void anotherNodeAsksTheLeaderAndTellsWhatThatOneSays() {
        followTheOther();
        peer.nextHandOff = new HandOffOutcome.Moved(N2, N1, 8, 41);
        assertThat(post(HANDOFF, "{\"to\":\"n1\"}").json().path("millis").asLong())
                .isEqualTo(41);
        assertThat(peer.lastWish).isEqualTo(new HandOffWish(N1, null, false));
        peer.nextHandOff = new HandOffOutcome.Refused(Reason.NOT_IN_SYNC, "n1 is not in sync.");
        assertThat(refused(post(HANDOFF, "{}"), 422, ProblemCode.NOT_IN_SYNC, "none"))
                .isEqualTo("n1 is not in sync.");
        peer.nextHandOff = new HandOffOutcome.Undecided("n1 has not taken over.");
        refused(post(HANDOFF, "{}"), 504, ProblemCode.OUTCOME_UNKNOWN, "unknown");
        peer.hangs = true;
        refused(post(HANDOFF, "{}", "Bellwether-Timeout: 100ms"), 504, ProblemCode.OUTCOME_UNKNOWN, "unknown");
    }

    @Test
    void whoKnowsNoLeaderSaysThatNothingWasDone() {
        node.leader = null;
        refused(post(HANDOFF, "{}"), 503, ProblemCode.NO_LEADER, "none");
        node.leader = N2;
        node.members = List.of(new Member(OTHER, "http://127.0.0.1:1", "1", "now"));
        refused(post(HANDOFF, "{}"), 503, ProblemCode.NO_LEADER, "none");
        node.members = List.of();
        refused(post(HANDOFF, "{}"), 422, ProblemCode.NOT_LIVE, "none");
    }

    @Test
    void everyReasonHasItsStatusAndNoneHasHappened() {
        for (Reason reason : Reason.values()) {
            node.nextHandOff = new HandOffOutcome.Refused(reason, "since.");
            int status =
                    switch (reason) {
                        case OTHER_EPOCH, RUNS_ALREADY, SET_CHANGES, LEADER_HEARD, QUORUM_ANSWERS -> 409;
                        case UNKNOWN_NODE, NOT_IN_SYNC, NOT_LIVE, NO_TARGET, EMPTY_STORE -> 422;
                        case NOT_LEADING, NOT_SERVING, ZOOKEEPER_AWAY, TOO_SLOW -> 503;
                    };
            Http.Answer answer = post(HANDOFF, "{}");
            assertThat(answer.status()).as("%s", reason).isEqualTo(status);
            assertThat(answer.json().path("outcome").asText()).isEqualTo("none");
            assertThat(answer.json().path("detail").asText()).isEqualTo("since.");
        }
    }

    @Test
    void aForcedOneAsksTheTargetAndNotTheLeader() {
        node.inSync = List.of(LoneNode.SELF, OTHER);
        node.members = List.of(new Member(OTHER, "http://127.0.0.1:" + PEER.port(), "1", "now"));
        peer.nextHandOff = new HandOffOutcome.Moved(N1, N2, 8, 5);
        assertThat(post(HANDOFF, "{\"force\":true}").json().path("to").asText()).isEqualTo("n2");
        assertThat(peer.lastForced).as("the epoch that this node knows").isEqualTo(LoneNode.EPOCH);
        refused(post(HANDOFF, "{\"force\":true,\"epoch\":6}"), 409, ProblemCode.OTHER_EPOCH, "none");
        refused(post(HANDOFF, "{\"force\":true,\"to\":\"n7\"}"), 422, ProblemCode.UNKNOWN_NODE, "none");
        peer.hangs = true;
        refused(post(HANDOFF, "{\"force\":true}"), 422, ProblemCode.NO_TARGET, "none");
    }

    /** It would be said that it could move there, and then it would not. */
    @Test
    void aForcedDryRunAsksTheTargetHowFarItIs() {
        String dryRun = "{\"force\":true,\"to\":\"n2\",\"dryRun\":true}";
        node.inSync = List.of(LoneNode.SELF, OTHER);
        refused(post(HANDOFF, dryRun), 422, ProblemCode.NOT_LIVE, "none");
        node.members = List.of(new Member(OTHER, "http://127.0.0.1:" + PEER.port(), "1", "now"));
        assertThat(post(HANDOFF, dryRun).json().path("to").asText()).isEqualTo("n2");
        assertThat(post(HANDOFF, dryRun.replace("n2", "n1")).json().path("to").asText())
                .isEqualTo("n1");
        peer.hangs = true;
        refused(post(HANDOFF, dryRun), 422, ProblemCode.NOT_LIVE, "none");
    }

    /** As one does whose machine has lost its power. */
    @Test
    void aLeaderThatTakesNoConnectionHasBeenAskedNothing() throws IOException {
        followTheOther();
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            while (connects(full, waiting)) {
                assertThat(waiting).hasSizeLessThan(100);
            }
            node.members = List.of(new Member(OTHER, "http://127.0.0.1:" + full.getLocalPort(), "1", "now"));
            refused(post(HANDOFF, "{}"), 503, ProblemCode.NO_LEADER, "none");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    private static boolean connects(ServerSocket server, List<Socket> waiting) throws IOException {
        Socket socket = new Socket();
        waiting.add(socket);
        try {
            socket.connect(server.getLocalSocketAddress(), 300);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void whoGetsNoWordOfItsOwnThreadHasDoneNothing() {
        node.hangs = true;
        refused(post(HANDOFF, "{}"), 503, ProblemCode.NODE_NOT_ANSWERING, "none");
        assertThat(SERVER.http().get("/v1/cluster").json().has("outcome")).isFalse();
    }

    @Test
    void whatIsWrongWithTheQuestionIsNamed() {
        node.nextHandOff = MOVED;
        assertThat(post(HANDOFF, "").status()).isEqualTo(200);
        for (String wrong : new String[] {
            "[]",
            "{\"to\":7}",
            "{\"to\":\"\"}",
            "{\"epoch\":\"7\"}",
            "{\"epoch\":0}",
            "{\"force\":1}",
            "{",
            "{} {}",
            "{\"tto\":\"n1\"}",
            "{\"to\":\"n1\",\"to\":\"n2\"}",
            "{\"dryRun\":null}"
        }) {
            refused(post(HANDOFF, wrong), 400, ProblemCode.INVALID_JSON, "none");
        }
        assertThat(refused(post(HANDOFF, "{\"tto\":\"n1\"}"), 400, ProblemCode.INVALID_JSON, "none"))
                .contains("'tto'");
        refused(post(HANDOFF, "{\"to\":\"a b\"}"), 422, ProblemCode.UNKNOWN_NODE, "none");
        refused(post(HANDOFF, "{}", "Bellwether-Timeout: soon"), 400, ProblemCode.INVALID_HEADER, "none");
        refused(post(HANDOFF, "{}", "Bellwether-Timeout: 61s"), 400, ProblemCode.INVALID_HEADER, "none");
        refused(post(HANDOFF + "?to=n1", "{}"), 400, ProblemCode.INVALID_PARAMETER, "none");
        refused(
                SERVER.http().send("POST", HANDOFF, "{}".getBytes(UTF_8), "Content-Type: text/plain"),
                415,
                ProblemCode.UNSUPPORTED_CONTENT,
                "none");
        assertThat(SERVER.http().get(HANDOFF).header("Allow")).contains("POST");
    }

    @Test
    void aNodeIsTakenOffDutyAndReturns() {
        assertThat(post("/v1/node/drain", "").json().path("drained").asBoolean())
                .isTrue();
        assertThat(node.away).isTrue();
        node.nextDeparture = new DepartureOutcome.Stays(false, "minInSync is 2.");
        JsonNode stays = post("/v1/node/drain", "").json();
        assertThat(stays.path("drained").asBoolean(true)).isFalse();
        assertThat(stays.path("detail").asText()).isEqualTo("minInSync is 2.");
        node.nextDeparture = null;
        refused(post("/v1/node/drain", "", "Bellwether-Timeout: 50ms"), 504, ProblemCode.OUTCOME_UNKNOWN, "unknown");
        assertThat(post("/v1/node/resume", "").json().path("drained").asBoolean(true))
                .isFalse();
        assertThat(node.away).isFalse();
        assertThat(SERVER.http().get("/v1/node/drain").status()).isEqualTo(405);
    }

    @Test
    void theHistoryHasALimit() {
        Http.Answer history = SERVER.http().get("/v1/cluster/history");
        assertThat(history.json().toString()).isEqualTo("{\"leaderships\":[]}");
        assertThat(history.header("Bellwether-Index")).isNotNull();
        assertThat(history.header("Bellwether-Epoch")).isNotNull();
        assertThat(history.header("Bellwether-Node")).isEqualTo("n1");
        SERVER.http().get("/v1/cluster/history?limit=0").problem(400, ProblemCode.INVALID_PARAMETER);
        SERVER.http().get("/v1/cluster/history?limit=1001").problem(400, ProblemCode.INVALID_PARAMETER);
    }

    /** It would take a place for good: nothing is written to it that could fail. */
    @Test
    void whoOnlyAsksForTheHeadDoesNotListen() throws IOException, InterruptedException {
        for (int i = 0; i < 20; i++) {
            Http.Answer head = SERVER.http().send("HEAD", "/v1/cluster/events", null);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
        }
        whoListensHearsAtOnceHowItIsAndThenWhatChanges();
    }

    @Test
    @Timeout(30)
    void whoListensHearsAtOnceHowItIsAndThenWhatChanges() throws IOException, InterruptedException {
        HttpRequest question = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + SERVER.port() + "/v1/cluster/events"))
                .build();
        HttpResponse<InputStream> answer =
                HttpClient.newHttpClient().send(question, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("event: cluster");
            assertThat(nextData(lines)).contains("\"leader\":\"n1\"");
            node.leader = N2;
            assertThat(nextData(lines)).contains("\"leader\":\"n2\"");
        }
    }

    private static String nextData(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return String.valueOf(line);
    }

    private void followTheOther() {
        node.leader = N2;
        node.members = List.of(new Member(OTHER, "http://127.0.0.1:" + PEER.port(), "1", "now"));
    }

    private static Http.Answer post(String target, String json, String... headers) {
        String[] all = new String[headers.length + 1];
        all[0] = "Content-Type: application/json";
        System.arraycopy(headers, 0, all, 1, headers.length);
        return SERVER.http().send("POST", target, json.getBytes(UTF_8), all);
    }

    private static String refused(Http.Answer answer, int status, ProblemCode code, String outcome) {
        String detail = answer.problem(status, code);
        assertThat(answer.json().path("outcome").asText()).isEqualTo(outcome);
        return detail;
    }
}
