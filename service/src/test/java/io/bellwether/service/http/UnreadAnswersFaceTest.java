package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A client that asks and asks and never reads what it gets. The threads that write answers are everybody's, and don't wait
 * for it.
 */
class UnreadAnswersFaceTest {
    @RegisterExtension
    static final FacesServer SERVER = new FacesServer(Limits.DEFAULT);

    /** So much that its answers fill what both ends keep for a connection, while the requests fit in. */
    private static final int REQUESTS = 4_000;

    private static final Duration QUIET = Duration.ofMillis(500);

    @ParameterizedTest
    @CsvSource({"/v1/kv/unread, 4096", "/v1/kv?prefix=unread&values=true, 3500"})
    void othersAreAnsweredMeanwhile(String target, int size) {
        Http http = SERVER.http();
        http.put("/v1/kv/unread", "x".repeat(size));
        int before = SERVER.node.reads();
        try (Http.Connection neverReads = http.connect()) {
            neverReads.send(
                    ("GET " + target + " HTTP/1.1\r\nHost: t\r\nBellwether-Timeout: 60s\r\n\r\n").repeat(REQUESTS));
            awaitNoMoreReads(before);
            assertThat(SERVER.node.reads() - before)
                    .as("requests that were read before nobody took the answers")
                    .isLessThan(REQUESTS);

            long startedNanos = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                assertThat(http.get(target).status()).isEqualTo(200);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - startedNanos)).isLessThan(Duration.ofSeconds(10));
        }
    }

    private static void awaitNoMoreReads(int before) {
        AtomicInteger last = new AtomicInteger(before);
        await().pollInterval(QUIET).until(() -> {
            int now = SERVER.node.reads();
            return last.getAndSet(now) == now && now > before;
        });
    }
}
