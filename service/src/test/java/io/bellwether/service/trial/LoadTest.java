package io.bellwether.service.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final Workload READS = Workload.bellwether(Operation.GET_LOCAL);
    private static final byte[] VALUE = new byte[256];

    @Test
    void eachRequestOfAWorkloadIsSentOnce() throws IOException {
        Set<String> paths = ConcurrentHashMap.newKeySet();
        AtomicInteger requests = new AtomicInteger();
        try (StandIn server = new StandIn(exchange -> {
            paths.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            requests.incrementAndGet();
            exchange.sendResponseHeaders(201, -1);
        })) {
            LoadResult result = Load.once(server.address(), Workload.bellwether(Operation.PUT_AT_LEADER), 4);

            assertThat(result.errors()).isZero();
            assertThat(result.operations()).isEqualTo(10_000);
            assertThat(requests).hasValue(10_000);
            assertThat(paths).hasSize(10_000).contains("PUT /v1/kv/bench/key-00000", "PUT /v1/kv/bench/key-09999");
        }
    }

    @Test
    void aClosedLoopNeverHasMoreUnderWayThanItHasConnections() throws IOException {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicLong answered = new AtomicLong();
        try (StandIn server = new StandIn(exchange -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            exchange.sendResponseHeaders(200, VALUE.length);
            answered.incrementAndGet();
            underWay.decrementAndGet();
            exchange.getResponseBody().write(VALUE);
        })) {
            LoadResult result = Load.closed(server.address(), READS, 3, Duration.ofMillis(500), 1);

            assertThat(result.errors()).isZero();
            assertThat(result.operations()).isPositive().isEqualTo(answered.get());
            assertThat(most.get()).isLessThanOrEqualTo(3);
            assertThat(result.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        }
    }

    @Test
    void anAnswerWithAnotherStatusOrWithoutTheValueIsAnError() throws IOException {
        AtomicInteger turn = new AtomicInteger();
        try (StandIn server = new StandIn(exchange -> {
            switch (turn.getAndIncrement() % 3) {
                case 0 -> {
                    exchange.sendResponseHeaders(200, VALUE.length);
                    exchange.getResponseBody().write(VALUE);
                }
                case 1 -> {
                    exchange.sendResponseHeaders(200, VALUE.length - 1);
                    exchange.getResponseBody().write(VALUE, 0, VALUE.length - 1);
                }
                default -> exchange.sendResponseHeaders(503, -1);
            }
        })) {
            LoadResult result = Load.closed(server.address(), READS, 1, Duration.ofMillis(300), 1);

            assertThat(result.errors() + result.operations()).isEqualTo(turn.get());
            assertThat(result.operations()).isPositive().isEqualTo((turn.get() + 2) / 3);
        }
    }

    @Test
    void aConnectionThatDiesIsAnErrorAndTheOthersGoOn() throws IOException {
        AtomicInteger requests = new AtomicInteger();
        try (StandIn server = new StandIn(exchange -> {
            if (requests.incrementAndGet() == 5) {
                throw new IOException("as if the process had been killed");
            }
            exchange.sendResponseHeaders(200, VALUE.length);
            exchange.getResponseBody().write(VALUE);
        })) {
            LoadResult result = Load.closed(server.address(), READS, 2, Duration.ofMillis(300), 1);

            assertThat(result.errors()).isEqualTo(1);
            assertThat(result.operations()).isEqualTo(requests.get() - 1);
        }
    }

    /** The server stops for 400 ms. A closed loop would have one slow request; here everybody who was due is late. */
    @Test
    void aPauseIsSeenByAllWhoWereDueMeanwhile() throws IOException {
        AtomicInteger requests = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        try (StandIn server = new StandIn(exchange -> {
            if (requests.incrementAndGet() == 50) {
                waitFor(never, Duration.ofMillis(400));
            }
            exchange.sendResponseHeaders(200, VALUE.length);
            exchange.getResponseBody().write(VALUE);
        })) {
            LoadResult result = Load.open(server.address(), READS, 1, Duration.ofSeconds(1), 200, 1);

            assertThat(result.operations()).isEqualTo(200);
            assertThat(result.errors()).isZero();
            long late = result.latencies()
                    .getCountBetweenValues(TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.SECONDS.toNanos(30));
            assertThat(late).isGreaterThanOrEqualTo(50);
        }
    }

    private static void waitFor(CountDownLatch latch, Duration duration) throws IOException {
        try {
            if (latch.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("Nobody opens this latch");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
