package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes and a ZooKeeper with a session timeout of 20 s, one misfortune after another. Bounds of time are generous
 * here, since the machine does other things too; the exact ones stand in the figures.
 */
@Timeout(180)
class SurvivalIT {
    private static final int CONNECTIONS = 2;
    private static final Duration CALM = Duration.ofSeconds(2);
    /** How long ZooKeeper is away in the full version; {@code -Dsurvival.outage} says how many seconds. */
    private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("survival.outage", 20));
    /** A write waits at most so long before its own deadline of 5 s: a longer pause would be a failed request. */
    private static final long LONGEST_PAUSE_MILLIS = 4_500;

    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(3).heal();
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @BeforeEach
    void calm() {
        cluster.heal();
    }

    @Test
    void aKilledLeaderCostsNoWriteAndNoError() throws IOException {
        NodeProcess leader = cluster.leader();
        List<NodeProcess> followers = cluster.others(leader);

        Writers writers = Writers.at(followers, CONNECTIONS).during(CALM);
        leader.process().kill();
        writers.untilAcknowledged(1).during(CALM).finish();

        Audit audit = Audit.of(writers, followers).passes();
        Figures.print(
                "leader-killed", writers.summary() + " lost=" + audit.lost().size());
        assertThat(writers.failures()).isEmpty();
        assertThat(writers.longestPauseMillis()).isLessThan(LONGEST_PAUSE_MILLIS);
    }

    @Test
    void aKilledFollowerCostsNoErrorAndComesBackInSync() throws IOException {
        NodeProcess leader = cluster.leader();
        NodeProcess killed = cluster.others(leader).get(0);
        List<NodeProcess> others = cluster.others(killed);

        Writers writers = Writers.at(others, CONNECTIONS).during(CALM);
        long changes = changesOfTheSet(leader);
        long moment = System.nanoTime();
        killed.process().kill();
        await("the killed node to leave the in-sync set")
                .atMost(RealCluster.PATIENCE)
                .until(() -> !view(leader).inSync().contains(killed.id()));
        writers.during(CALM);
        long started = System.nanoTime();
        killed.start();
        cluster.awaitUp(List.of(killed));
        long up = System.nanoTime();
        await("the killed node to be in sync")
                .atMost(RealCluster.PATIENCE)
                .until(() -> view(leader).inSync().contains(killed.id()) && killed.ready());
        long inSync = System.nanoTime();
        writers.during(CALM).finish();

        Audit audit = Audit.of(writers, cluster.nodes()).passes();
        Figures.print(
                "follower-killed",
                writers.summary() + " lost=" + audit.lost().size() + " p99-before-ms="
                        + writers.percentile99Millis(moment - CALM.toNanos(), moment) + " p99-without-it-ms="
                        + writers.percentile99Millis(moment, started));
        Figures.print(
                "killed-node-returns",
                "process-up-after-ms=" + (up - started) / 1_000_000 + " in-sync-after-ms="
                        + (inSync - started) / 1_000_000 + " changes-of-the-set="
                        + (changesOfTheSet(leader) - changes));
        assertThat(writers.failures()).isEmpty();
        assertThat(changesOfTheSet(leader) - changes)
                .as("changes of the in-sync set: out once, in once")
                .isEqualTo(2);
    }

    @Test
    void aFollowerThatHangsCostsNoError() throws IOException {
        NodeProcess leader = cluster.leader();
        NodeProcess hung = cluster.others(leader).get(0);
        List<NodeProcess> others = cluster.others(hung);

        Writers writers = Writers.at(others, CONNECTIONS).during(CALM);
        long moment = System.nanoTime();
        hung.process().pause();
        writers.during(Figures.time(Duration.ofSeconds(5), Duration.ofSeconds(10)));
        long resumed = System.nanoTime();
        hung.process().resume();
        writers.finish();
        cluster.awaitInSync(cluster.nodes());

        Audit audit = Audit.of(writers, cluster.nodes()).passes();
        Figures.print(
                "follower-stopped",
                writers.summary() + " lost=" + audit.lost().size() + " p99-before-ms="
                        + writers.percentile99Millis(moment - CALM.toNanos(), moment) + " p99-meanwhile-ms="
                        + writers.percentile99Millis(moment, resumed));
        assertThat(writers.failures()).isEmpty();
    }

    @Test
    void aLeaderThatWakesUpTellsNothingOldAndLosesNothing() throws IOException {
        NodeProcess leader = cluster.leader();
        List<NodeProcess> others = cluster.others(leader);
        String key = "stale/a";
        HttpConnection.putOnce(leader.port(), key, "old");
        List<HttpConnection> linearizable = HttpConnection.open(leader.port(), 5);
        List<HttpConnection> bounded = HttpConnection.open(leader.port(), 5);
        List<HttpConnection> writes = HttpConnection.open(leader.port(), 5);
        // Open and known to the server before it stops: what they are sent then lies in its socket.
        for (HttpConnection connection : linearizable) {
            assertThat(connection.get("/v1/kv/" + key).text()).isEqualTo("old");
        }

        Writers writers = Writers.at(others, CONNECTIONS).during(CALM);
        leader.process().pause();
        writers.untilAcknowledged(1);
        HttpConnection.Answer newer = HttpConnection.putOnce(others.get(0).port(), key, "new");
        assertThat(newer.status()).as(newer.toString()).isEqualTo(200);
        for (HttpConnection connection : linearizable) {
            connection.sendGet("/v1/kv/" + key, "Bellwether-Timeout", "20s");
        }
        for (HttpConnection connection : bounded) {
            connection.sendGet("/v1/kv/" + key + "?consistency=bounded&max-staleness=2s", "Bellwether-Timeout", "20s");
        }
        for (int i = 0; i < writes.size(); i++) {
            writes.get(i).sendPut("stale/written-" + i, "late", "Bellwether-Timeout", "20s");
        }
        // More than the bound of the reads, so that what the sleeper knows is too old for them.
        writers.during(Figures.time(Duration.ofSeconds(4), Duration.ofSeconds(8)));
        leader.process().resume();

        for (HttpConnection connection : linearizable) {
            HttpConnection.Answer answer = connection.receive();
            assertThat(answer.status() == 503 || answer.text().equals("new"))
                    .as("linearizable read: %s", answer)
                    .isTrue();
        }
        for (HttpConnection connection : bounded) {
            HttpConnection.Answer answer = connection.receive();
            assertThat(answer.status() == 503 || answer.text().equals("new"))
                    .as("bounded read: %s", answer)
                    .isTrue();
        }
        List<HttpConnection.Answer> answers = new ArrayList<>();
        for (HttpConnection connection : writes) {
            answers.add(connection.receive());
        }
        writers.during(CALM).finish();
        cluster.awaitInSync(cluster.nodes());

        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i)).satisfies(TruthfulAnswer.of("stale/written-" + i, cluster.nodes()));
        }
        Audit audit = Audit.of(writers, cluster.nodes()).passes();
        Figures.print(
                "leader-stopped",
                writers.summary() + " lost=" + audit.lost().size() + " stale=0 writes-in-its-socket="
                        + answers.stream()
                                .map(answer -> answer.status() + answer.outcome())
                                .toList());
        assertThat(writers.failures()).isEmpty();
        for (List<HttpConnection> connections : List.of(linearizable, bounded, writes)) {
            connections.forEach(HttpConnection::close);
        }
    }

    @Test
    void allKilledAtOnceLoseNothingAndServeAgain() throws IOException {
        Writers before = Writers.at(cluster.nodes(), CONNECTIONS).during(CALM);
        // All signals first: none shall see another one go.
        cluster.nodes().parallelStream().forEach(node -> node.process().kill());
        before.finish();
        long started = System.nanoTime();
        cluster.nodes().forEach(NodeProcess::start);
        cluster.awaitUp(cluster.nodes());
        long up = System.nanoTime();
        NodeProcess leader = cluster.awaitLeader(cluster.nodes());
        HttpConnection.Answer first = HttpConnection.putOnce(leader.port(), "again", "serving");
        long serving = System.nanoTime();
        assertThat(first.succeeded()).as(first.toString()).isTrue();
        cluster.awaitInSync(cluster.nodes());

        Audit audit = Audit.of(before, cluster.nodes()).passes();
        Figures.print(
                "all-killed",
                "acknowledged=" + before.acknowledged().size() + " lost="
                        + audit.lost().size() + " processes-up-after-ms=" + (up - started) / 1_000_000
                        + " serving-after-ms=" + (serving - started) / 1_000_000);
        assertThat(before.acknowledged()).isNotEmpty();
    }

    @Test
    @Timeout(1_800)
    void aZooKeeperThatIsAwayStopsNoWrite() throws IOException {
        // Every write is kept and looked for: in a long outage at full speed there would be too many.
        boolean lasting = OUTAGE.compareTo(Duration.ofMinutes(1)) > 0;
        Writers writers =
                lasting ? Writers.paced(cluster.nodes(), CONNECTIONS, 1_000) : Writers.at(cluster.nodes(), CONNECTIONS);
        writers.during(CALM);
        int acknowledgedBefore = writers.acknowledged().size();
        cluster.zooKeeper().kill();
        writers.during(Figures.time(Duration.ofSeconds(8), OUTAGE));
        int meanwhile = writers.acknowledged().size() - acknowledgedBefore;
        cluster.zooKeeper().start();
        writers.during(CALM).finish();

        Audit audit = Audit.of(writers, cluster.nodes()).passes();
        Figures.print(
                "zookeeper-down",
                writers.summary() + " acknowledged-meanwhile=" + meanwhile + " lost="
                        + audit.lost().size());
        assertThat(writers.failures()).isEmpty();
        assertThat(meanwhile).isPositive();
    }

    @Test
    void aWriteAsksNothingOfZooKeeper() throws IOException {
        Duration time = Duration.ofSeconds(3);
        ZooKeeperProcess.Counters start = cluster.zooKeeper().counters();
        await().atMost(time.plusSeconds(5)).pollDelay(time).until(() -> true);
        ZooKeeperProcess.Counters idle = cluster.zooKeeper().counters();
        long began = System.nanoTime();
        Writers writers = Writers.at(cluster.nodes(), 4)
                .untilAcknowledged((int) Figures.time(Duration.ofSeconds(3), Duration.ofSeconds(10))
                                .toSeconds()
                        * 1_000)
                .finish();
        double seconds = (System.nanoTime() - began) / 1e9;
        ZooKeeperProcess.Counters busy = cluster.zooKeeper().counters();

        double idlePerSecond = (idle.received() - start.received()) / (double) time.toSeconds();
        double busyPerSecond = (busy.received() - idle.received()) / seconds;
        Figures.print(
                "zookeeper-per-write",
                "writes=" + writers.acknowledged().size() + " transactions="
                        + (busy.transactions() - idle.transactions()) + " packets-per-s-idle="
                        + Math.round(idlePerSecond)
                        + " packets-per-s-under-load=" + Math.round(busyPerSecond));
        assertThat(busy.transactions()).as("transactions").isEqualTo(idle.transactions());
        // Pings and polls go by time, not by writes.
        assertThat(busy.received() - idle.received())
                .as(
                        "packets of clients during %s writes",
                        writers.acknowledged().size())
                .isLessThan(writers.acknowledged().size() / 20);
    }

    @Test
    void underLoadEveryNodeStaysReadyAndFresh() throws IOException {
        Writers writers = Writers.at(cluster.nodes(), CONNECTIONS).during(CALM).during(CALM);
        for (NodeProcess node : cluster.nodes()) {
            HttpConnection.Answer read =
                    HttpConnection.getOnce(node.port(), "/v1/kv?prefix=nothing/&consistency=bounded&max-staleness=1s");
            assertThat(read.status()).as("%s: %s", node, read).isEqualTo(200);
            HttpConnection.Answer ready = HttpConnection.getOnce(node.port(), "/v1/node/ready?max-lag=1s");
            assertThat(ready.status()).as("%s: %s", node, ready).isEqualTo(200);
        }
        writers.finish();
        Audit.of(writers, cluster.nodes()).passes();
    }

    @Test
    void aStoppedLeaderEndsInTimeAndOthersWritersSeeNoError() throws IOException {
        NodeProcess leader = cluster.leader();
        List<NodeProcess> others = cluster.others(leader);

        Writers writers = Writers.at(others, CONNECTIONS).during(CALM);
        long asked = System.nanoTime();
        leader.process().terminate();
        int code = leader.ended(Duration.ofSeconds(30));
        long ended = System.nanoTime();
        writers.untilAcknowledged(1).during(CALM).finish();

        Audit audit = Audit.of(writers, others).passes();
        Figures.print(
                "leader-sigterm",
                writers.summary() + " lost=" + audit.lost().size() + " ended-after-ms=" + (ended - asked) / 1_000_000
                        + " exit-code=" + code);
        assertThat(writers.failures()).isEmpty();
    }

    /** How often this leader has changed the in-sync set since it was started. */
    private static long changesOfTheSet(NodeProcess leader) {
        return leader.process()
                .output()
                .lines()
                .filter(line -> line.contains("in-sync set changed"))
                .count();
    }

    private static NodeProcess.View view(NodeProcess node) {
        return node.view().orElseThrow(() -> new AssertionError(node + " doesn't answer"));
    }
}
