package io.bellwether.service.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connection that goes on after an answer which its client had no time to wait for. */
class KeptConnectionFaceTest {
    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    private final String first = "a".repeat(1_000);
    private final String second = "b".repeat(2_000);

    @BeforeEach
    void twoValues() {
        SERVER.http().put("/v1/kv/first", first);
        SERVER.http().put("/v1/kv/second", second);
    }

    @AfterEach
    void everyViewIsClosed() {
        SERVER.node.releaseViews();
        SERVER.node.wakeUp();
        await().atMost(10, SECONDS).until(() -> SERVER.node.openViews() == 0);
    }

    /** Else who sends one request after the other, without waiting, would have a thread that is everybody's for itself. */
    @Test
    void whoSendsManyAtOnceHasAnswersOfOthersWrittenBetweenThem() {
        AtomicInteger others = new AtomicInteger();
        List<Integer> before = new CopyOnWriteArrayList<>();
        SERVER.node.readsAtOnceAfter = () -> {
            before.add(others.get());
            SERVER.answers().execute(others::incrementAndGet);
        };
        try (Http.Connection connection = SERVER.http().connect()) {
            connection.send("GET /v1/kv/first?consistency=local HTTP/1.1\r\nHost: t\r\n\r\n".repeat(50));
            for (int i = 0; i < 50; i++) {
                assertThat(connection.answer().text()).isEqualTo(first);
            }
        } finally {
            SERVER.node.readsAtOnceAfter = null;
        }
        assertThat(before).isEqualTo(IntStream.range(0, 50).boxed().toList());
    }

    /** The disk is slow; the client has heard so and goes on; then the disk answers. What it says is nobody's answer. */
    @ParameterizedTest
    @CsvSource({"/v1/kv/first, /v1/kv/second", "/v1/kv?values=true&prefix=first, /v1/kv/second"})
    void whatComesTooLateIsNotWrittenIntoTheNextAnswer(String slow, String next) {
        try (Http.Connection connection = SERVER.http().connect()) {
            SERVER.node.holdViews();
            connection.get(slow, "Bellwether-Timeout: 1ms");
            assertThat(connection.answer().status()).isEqualTo(503);

            SERVER.node.hangs = true;
            connection.get(next);
            await().until(() -> SERVER.node.heldRequests() == 1);
            SERVER.node.releaseViews();
            await().until(() -> SERVER.node.openViews() == 0);
            SERVER.node.wakeUp();

            Http.Answer itsOwn = connection.answer();
            assertThat(itsOwn.status()).isEqualTo(200);
            assertThat(itsOwn.required("Content-Length")).isEqualTo("2000");
            assertThat(itsOwn.text()).isEqualTo(second);
            connection.get("/v1/kv/first");
            assertThat(connection.answer().text()).isEqualTo(first);
        }
    }
}
