package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import io.bellwether.service.node.NodeStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators and load balancers see. */
class OperatorFaceTest {
    private static final ServerSocket HUNG = socketThatNeverAnswers();
    private static final ReplicaId PEER = new ReplicaId(new NodeId("n2"), new StoreId("b07a"));
    private static final ReplicaId OVERRIDDEN = new ReplicaId(new NodeId("n9"), new StoreId("ffff"));

    @RegisterExtension
    static final FacesServer SERVER =
            new FacesServer(Limits.DEFAULT, Map.of(OVERRIDDEN.node(), URI.create("http://127.0.0.1:1")));

    private final Http http = SERVER.http();
    private final LoneNode node = SERVER.node;

    private static ServerSocket socketThatNeverAnswers() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void closeTheSocket() throws IOException {
        HUNG.close();
    }

    @AfterEach
    void theNodeIsWellAgain() {
        node.wakeUp();
        node.role = NodeStatus.Role.LEADER;
        node.serving = true;
        node.leader = LoneNode.SELF.node();
        node.staleness = 0;
        node.members = List.of();
        node.inSync = List.of(LoneNode.SELF);
        node.recorded = true;
    }

    @Test
    void theClusterIsShownAsTheNodeSeesIt() {
        http.put("/v1/kv/a", "x");
        Http.Answer answer = http.get("/v1/cluster");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        JsonNode cluster = answer.json();
        assertThat(cluster.path("cluster").asText()).isEqualTo("t");
        assertThat(cluster.path("clusterId").asText()).isEqualTo("5d0c");
        assertThat(cluster.path("node").asText()).isEqualTo("n1");
        assertThat(cluster.path("epoch").asLong()).isEqualTo(7);
        assertThat(cluster.path("leader").asText()).isEqualTo("n1");
        assertThat(cluster.path("commitIndex").asLong()).isPositive();
        assertThat(cluster.path("writeQuorum").asText()).isEqualTo("majority");
        assertThat(cluster.path("minInSync").asInt()).isEqualTo(1);
        assertThat(cluster.path("paused").isBoolean()).isTrue();
        assertThat(cluster.path("inSync").toString()).isEqualTo("[{\"node\":\"n1\",\"store\":\"9c1e\"}]");
        assertThat(cluster.path("zookeeper").toString()).isEqualTo("{\"state\":\"connected\"}");
        JsonNode self = cluster.path("members").path(0);
        assertThat(self.path("url").asText()).isEqualTo("http://127.0.0.1:8080");
        assertThat(self.path("role").asText()).isEqualTo("leader");
        assertThat(self.path("inSync").asBoolean()).isTrue();
        assertThat(self.path("reachable").asBoolean()).isTrue();
        assertThat(self.path("lastIndex").asLong())
                .isEqualTo(cluster.path("commitIndex").asLong());
        assertThat(self.path("lagEntries").asLong(-1)).isZero();
        assertThat(self.path("lagMillis").asLong(-1)).isZero();
        assertThat(self.path("version").asText()).isEqualTo("1.0.0");
        assertThat(self.path("started").asText()).isEqualTo("2026-01-05T10:00:00Z");
    }

    @Test
    void whatIsNotKnownIsNull() {
        node.recorded = false;
        node.leader = null;
        node.role = NodeStatus.Role.UNKNOWN;
        node.staleness = -1;
        JsonNode cluster = http.get("/v1/cluster").json();
        assertThat(cluster.path("leader").isNull()).isTrue();
        assertThat(cluster.path("clusterId").isNull()).isTrue();
        assertThat(cluster.path("writeQuorum").isNull()).isTrue();
        assertThat(cluster.path("inSync")).isEmpty();
        assertThat(cluster.path("members").path(0).path("lagMillis").isNull()).isTrue();
        assertThat(cluster.path("members").path(0).path("inSync").asBoolean(true))
                .isFalse();
    }

    @Test
    void hungRefusedAndAbsentPeersCostLessThanTwoSeconds() {
        ReplicaId absent = new ReplicaId(new NodeId("n3"), new StoreId("0000"));
        node.inSync = List.of(LoneNode.SELF, PEER, absent);
        node.members = List.of(
                member(LoneNode.SELF, "http://127.0.0.1:8080"),
                member(PEER, "http://127.0.0.1:" + HUNG.getLocalPort()),
                member(new ReplicaId(new NodeId("n4"), new StoreId("4444")), "http://127.0.0.1:1"),
                member(new ReplicaId(new NodeId("n5"), new StoreId("5555")), "not a url"));
        long started = System.nanoTime();
        JsonNode members = http.get("/v1/cluster").json().path("members");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));

        assertThat(members).hasSize(5);
        JsonNode hung = members.path(1);
        assertThat(hung.path("node").asText()).isEqualTo("n2");
        assertThat(hung.path("reachable").asBoolean(true)).isFalse();
        assertThat(hung.path("role").asText()).isEqualTo("unknown");
        assertThat(hung.path("inSync").asBoolean()).isTrue();
        assertThat(hung.path("lastIndex").isNull()).isTrue();
        assertThat(hung.path("lagEntries").isNull()).isTrue();
        assertThat(hung.path("version").asText()).isEqualTo("1.0.0");
        assertThat(members.path(2).path("url").isNull()).isTrue();
        assertThat(members.path(2).path("reachable").asBoolean(true)).isFalse();
        assertThat(members.path(3).path("reachable").asBoolean(true)).isFalse();
        assertThat(members.path(4).path("reachable").asBoolean(true)).isFalse();
        assertThat(http.get("/v1/cluster", "Accept: text/plain").text()).contains("n2    unknown  yes      no");
    }

    @Test
    void aPeerThatAnswersIsShownWithItsLag() {
        try (StatusServer server = new StatusServer("""
                {"node":"n2","store":"b07a","role":"follower","epoch":7,"leader":"n1","serving":false,
                 "lastIndex":3,"commitIndex":1000000,"appliedIndex":999990,"stalenessMillis":80,
                 "version":"1.0.1","started":"2026-01-05T10:00:01Z","somethingNew":true}""")) {
            node.members = List.of(member(PEER, server.url()));
            JsonNode shown = http.get("/v1/cluster").json().path("members").path(1);
            assertThat(shown.path("reachable").asBoolean()).isTrue();
            assertThat(shown.path("role").asText()).isEqualTo("follower");
            assertThat(shown.path("inSync").asBoolean(true)).isFalse();
            assertThat(shown.path("lagEntries").asLong()).isEqualTo(10);
            assertThat(shown.path("lagMillis").asLong()).isEqualTo(80);
            assertThat(shown.path("lastIndex").asLong()).isEqualTo(3);

            node.members = List.of(member(new ReplicaId(PEER.node(), new StoreId("old")), server.url()));
            assertThat(http.get("/v1/cluster")
                            .json()
                            .path("members")
                            .path(1)
                            .path("reachable")
                            .asBoolean(true))
                    .as("another store answers there")
                    .isFalse();

            node.members = List.of(member(OVERRIDDEN, server.url()));
            assertThat(server.questions()).isEqualTo(2);
            http.get("/v1/cluster");
            assertThat(server.questions()).as("its address is overridden").isEqualTo(2);
        }
    }

    @Test
    void aPeerThatAnswersNonsenseIsNotReachable() {
        try (StatusServer server = new StatusServer("<html>")) {
            node.members = List.of(member(PEER, server.url()));
            assertThat(http.get("/v1/cluster")
                            .json()
                            .path("members")
                            .path(1)
                            .path("reachable")
                            .asBoolean(true))
                    .isFalse();
            assertThat(server.questions()).isEqualTo(1);
        }
    }

    @Test
    void theTableIsAligned() {
        Http.Answer answer = http.get("/v1/cluster", "Accept: text/plain");
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
        List<String> lines = answer.text().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("cluster=t epoch=7 leader=n1 commitIndex=");
        assertThat(lines.get(1)).startsWith("NODE  ROLE    IN-SYNC  REACHABLE  LAST");
        assertThat(lines.get(2)).startsWith("n1    leader  yes      yes        ");
        assertThat(lines.get(1).indexOf("STORE")).isEqualTo(lines.get(2).indexOf("9c1e"));
    }

    @Test
    void jsonIsWhatOneGetsWithoutAsking() {
        assertThat(http.get("/v1/cluster", "Accept: */*").header("Content-Type"))
                .startsWith("application/json");
        assertThat(http.send("HEAD", "/v1/cluster", null).status()).isEqualTo(200);
    }

    @Test
    void aNodeWhoseThreadHangsSaysSo() {
        node.hangs = true;
        for (String path : new String[] {"/v1/cluster", "/v1/node/live", "/v1/node/ready", "/peer/v1/status"}) {
            http.get(path).problem(503, ProblemCode.NODE_NOT_ANSWERING);
        }
    }

    @Test
    void onlyALeaderThatServesIsTheLeader() {
        Http.Answer leader = http.get("/v1/node/leader");
        assertThat(leader.status()).isEqualTo(200);
        assertThat(leader.json().path("role").asText()).isEqualTo("leader");
        http.get("/v1/node/follower").problem(503, ProblemCode.NOT_FOLLOWER);
        node.serving = false;
        http.get("/v1/node/leader").problem(503, ProblemCode.NOT_LEADER);
        node.role = NodeStatus.Role.FOLLOWER;
        node.serving = true;
        http.get("/v1/node/leader").problem(503, ProblemCode.NOT_LEADER);
        assertThat(http.get("/v1/node/follower").status()).isEqualTo(200);
        node.role = NodeStatus.Role.LEARNER;
        http.get("/v1/node/follower").problem(503, ProblemCode.NOT_FOLLOWER);
        assertThat(http.send("HEAD", "/v1/node/live", null).status()).isEqualTo(200);
    }

    @Test
    void aNodeIsReadyWithinItsLagAndWithALeader() {
        node.role = NodeStatus.Role.FOLLOWER;
        node.staleness = 1_000;
        assertThat(http.get("/v1/node/ready").status()).isEqualTo(200);
        node.staleness = 1_001;
        assertThat(http.get("/v1/node/ready").problem(503, ProblemCode.NOT_READY))
                .contains("1001 ms");
        assertThat(http.get("/v1/node/ready?max-lag=1001ms").status()).isEqualTo(200);
        http.get("/v1/node/ready?max-lag=1s").problem(503, ProblemCode.NOT_READY);
        node.staleness = -1;
        http.get("/v1/node/ready?max-lag=1h").problem(503, ProblemCode.NOT_READY);
        node.staleness = 0;
        node.leader = null;
        assertThat(http.get("/v1/node/ready").problem(503, ProblemCode.NOT_READY))
                .contains("no leader");
        assertThat(http.get("/v1/node/live").status()).isEqualTo(200);
    }

    @Test
    void aPeerIsToldHowThisNodeIs() {
        JsonNode status = http.get("/peer/v1/status").json();
        assertThat(status.path("node").asText()).isEqualTo("n1");
        assertThat(status.path("store").asText()).isEqualTo("9c1e");
        assertThat(status.path("role").asText()).isEqualTo("leader");
        assertThat(status.path("serving").asBoolean()).isTrue();
        assertThat(status.path("epoch").asLong()).isEqualTo(7);
        assertThat(status.path("stalenessMillis").asLong(-2)).isZero();
        assertThat(status.path("version").asText()).isEqualTo("1.0.0");
    }

    private static Member member(ReplicaId replica, String url) {
        return new Member(replica, url, "1.0.0", "2026-01-05T10:00:00Z");
    }
}
