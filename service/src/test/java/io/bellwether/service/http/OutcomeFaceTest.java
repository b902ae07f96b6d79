package io.bellwether.service.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import io.bellwether.service.node.ReadOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What clients hear when the cluster can't do what they ask: the truth, with what to do next. */
class OutcomeFaceTest {
    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    private final Http http = SERVER.http();

    @AfterEach
    void everyViewIsClosed() {
        SERVER.node.releaseViews();
        SERVER.node.wakeUp();
        await().atMost(10, SECONDS).until(() -> SERVER.node.openViews() == 0);
    }

    @Test
    void whatWasRefusedDidNotHappen() {
        Map<WriteOutcome.Reason, ProblemCode> codes = Map.of(
                WriteOutcome.Reason.NO_LEADER, ProblemCode.NO_LEADER,
                WriteOutcome.Reason.SUSPENDED, ProblemCode.LEADER_SUSPENDED,
                WriteOutcome.Reason.TOO_FEW_IN_SYNC, ProblemCode.TOO_FEW_IN_SYNC,
                WriteOutcome.Reason.OVERLOADED, ProblemCode.OVERLOADED,
                WriteOutcome.Reason.LATE, ProblemCode.TOO_LATE,
                WriteOutcome.Reason.STOPPING, ProblemCode.STOPPING,
                WriteOutcome.Reason.NO_ROOM, ProblemCode.INSUFFICIENT_STORAGE);
        for (WriteOutcome.Reason reason : WriteOutcome.Reason.values()) {
            SERVER.node.nextWrite = new WriteOutcome.Refused(reason);
            Http.Answer answer = http.put("/v1/kv/refused", "x");
            ProblemCode code = Objects.requireNonNull(codes.get(reason));
            answer.problem(code.status(), code);
            assertThat(answer.outcome()).isEqualTo("none");

            SERVER.node.nextWrite = new WriteOutcome.Refused(reason);
            assertThat(http.delete("/v1/kv/refused").outcome()).isEqualTo("none");
        }
    }

    @Test
    void whatMayHaveHappenedIsUnknown() {
        SERVER.node.nextWrite = new WriteOutcome.Unknown();
        Http.Answer put = http.put("/v1/kv/unknown", "x");
        assertThat(put.problem(504, ProblemCode.OUTCOME_UNKNOWN)).contains("may have happened");
        assertThat(put.outcome()).isEqualTo("unknown");
        assertThat(SERVER.lastMeasured).satisfies(measured -> {
            assertThat(measured.outcome()).isEqualTo(new WriteOutcome.Unknown());
            assertThat(measured.nanos()).isBetween(0L, Duration.ofSeconds(5).toNanos());
        });

        SERVER.node.nextWrite = new WriteOutcome.Unknown();
        assertThat(http.delete("/v1/kv/unknown").outcome()).isEqualTo("unknown");
    }

    @Test
    void aWriteThatTheNodeNeverAnswersIsUnknown() {
        SERVER.node.hangs = true;
        Http.Answer put = http.put("/v1/kv/hung", "x", "Bellwether-Timeout: 50ms");
        put.problem(504, ProblemCode.OUTCOME_UNKNOWN);
        assertThat(put.outcome()).isEqualTo("unknown");
    }

    /** Jetty would end such a request with 200. */
    @Test
    void whatFailsByAMistakeOnJettysThreadIsNoSuccess() {
        SERVER.node.fails = new AssertionError("by the test");
        assertThat(http.get("/v1/kv/failing").problem(500, ProblemCode.INTERNAL_ERROR))
                .contains("log");
        SERVER.node.fails = new AssertionError("by the test");
        Http.Answer delete = http.delete("/v1/kv/failing");
        delete.problem(500, ProblemCode.INTERNAL_ERROR);
        assertThat(delete.outcome()).isEqualTo("unknown");
        SERVER.node.fails = new AssertionError("by the test");
        Http.Answer put = http.put("/v1/kv/failing", "x", "Bellwether-Timeout: 50ms");
        assertThat(put.status()).isGreaterThanOrEqualTo(500);
        assertThat(put.outcome()).isEqualTo("unknown");
    }

    @Test
    void withoutMemoryTheProcessEnds() {
        Thread.UncaughtExceptionHandler usual = Thread.getDefaultUncaughtExceptionHandler();
        List<Throwable> heard = new CopyOnWriteArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> heard.add(thrown));
        try {
            OutOfMemoryError none = new OutOfMemoryError("by the test");
            SERVER.node.fails = none;
            http.get("/v1/kv/failing").problem(500, ProblemCode.INTERNAL_ERROR);
            assertThat(heard).containsExactly(none);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(usual);
        }
    }

    @Test
    void aReadThatTheNodeNeverAnswersEndsAndItsLateViewIsClosed() {
        SERVER.node.hangs = true;
        CompletableFuture<Http.Answer> list =
                CompletableFuture.supplyAsync(() -> http.get("/v1/kv", "Bellwether-Timeout: 50ms"));
        http.get("/v1/kv/hung", "Bellwether-Timeout: 50ms").problem(503, ProblemCode.NODE_NOT_ANSWERING);
        list.join().problem(503, ProblemCode.NODE_NOT_ANSWERING);
        SERVER.node.wakeUp();
        assertThat(http.get("/v1/kv").status()).isEqualTo(200);
    }

    /** The node's thread is well then, and only the reading is slow. */
    @Test
    void aReadThatTakesTooLongSaysSoAndWhatToDo() {
        SERVER.node.holdViews();
        CompletableFuture<Http.Answer> list =
                CompletableFuture.supplyAsync(() -> http.get("/v1/kv", "Bellwether-Timeout: 50ms"));
        assertThat(http.get("/v1/kv/slow", "Bellwether-Timeout: 50ms").problem(503, ProblemCode.READ_TOO_SLOW))
                .contains("record", "another node");
        assertThat(list.join().problem(503, ProblemCode.READ_TOO_SLOW))
                .contains("page", "smaller limit", "Bellwether-Timeout", "another node");
    }

    @Test
    void aBodyThatComesTooLateIsNeverWritten() {
        Map<Bytes, Bytes> before = SERVER.node.state();
        Http.Answer answer = http.raw(
                "PUT /v1/kv/slow HTTP/1.1\r\nHost: t\r\nConnection: close\r\nBellwether-Timeout: 50ms\r\n"
                        + "Content-Length: 5\r\n\r\nabc",
                false);
        answer.problem(408, ProblemCode.REQUEST_TIMEOUT);
        assertThat(answer.outcome()).isEqualTo("none");
        assertThat(SERVER.node.state()).isEqualTo(before);
    }

    @Test
    void aReadThatFailsSaysWhy() {
        SERVER.node.nextRead = new ReadOutcome.NoLeader();
        http.get("/v1/kv/a").problem(503, ProblemCode.NO_LEADER);
        SERVER.node.nextRead = new ReadOutcome.Overloaded();
        http.get("/v1/kv/a").problem(429, ProblemCode.OVERLOADED);
        SERVER.node.nextRead = new ReadOutcome.Stopping();
        http.get("/v1/kv/a").problem(503, ProblemCode.STOPPING);
        SERVER.node.nextRead = new ReadOutcome.TooStale(2_500);
        assertThat(http.get("/v1/kv/a?consistency=bounded&max-staleness=2s").problem(503, ProblemCode.TOO_STALE))
                .contains("2500 ms");
        SERVER.node.nextRead = new ReadOutcome.TooStale(-1);
        assertThat(http.get("/v1/kv?consistency=bounded&max-staleness=2s").problem(503, ProblemCode.TOO_STALE))
                .contains("can't tell");
        http.get("/v1/kv/a", "Bellwether-Min-Index: 999999").problem(503, ProblemCode.INDEX_NOT_REACHED);
    }

    @Test
    void theNodeIsAskedForWhatTheClientAskedFor() {
        http.get("/v1/kv/a");
        assertThat(SERVER.node.lastLevel).isEqualTo(new ReadLevel.Linearizable());
        assertThat(SERVER.node.lastTimeout).isEqualTo(Duration.ofSeconds(5));
        assertThat(SERVER.node.lastMinIndex).isZero();
        http.get("/v1/kv/a?consistency=bounded&max-staleness=1500ms", "Bellwether-Min-Index: 3");
        assertThat(SERVER.node.lastLevel).isEqualTo(new ReadLevel.Bounded(1_500));
        assertThat(SERVER.node.lastMinIndex).isEqualTo(3);
        http.get("/v1/kv/a?consistency=local", "Bellwether-Timeout: 60s");
        assertThat(SERVER.node.lastLevel).isEqualTo(new ReadLevel.Local());
        assertThat(SERVER.node.lastTimeout).isEqualTo(Duration.ofSeconds(60));
        http.put("/v1/kv/a", "x", "Bellwether-Timeout: 2s");
        assertThat(SERVER.node.lastTimeout).isBetween(Duration.ofMillis(1), Duration.ofSeconds(2));
    }

    @Test
    void anAnswerThatIsNotLinearizableSaysHowStaleItIs() {
        http.put("/v1/kv/stale", "x");
        SERVER.node.staleness = 137;
        try {
            assertThat(http.get("/v1/kv/stale?consistency=local").header("Bellwether-Staleness"))
                    .isEqualTo("137");
            assertThat(http.get("/v1/kv/stale").header("Bellwether-Staleness")).isNull();
            SERVER.node.staleness = -1;
            assertThat(http.get("/v1/kv/stale?consistency=local").header("Bellwether-Staleness"))
                    .isNull();
        } finally {
            SERVER.node.staleness = 0;
        }
    }
}
