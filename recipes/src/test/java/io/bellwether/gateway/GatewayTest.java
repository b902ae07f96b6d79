package io.bellwether.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Admission;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a gateway has under way to the leader, and when its clients' time is over. */
class GatewayTest {
    private static final NodeId LEADER = new NodeId("n1");
    private static final int WRITE_BYTES = 1_000;
    private static final int UNDER_WAY = 4;
    private static final int UNDER_WAY_BYTES = UNDER_WAY * (WRITE_BYTES + Gateway.BESIDE_A_COMMAND_BYTES);
    private static final GatewaySettings SETTINGS =
            new GatewaySettings(1 << 20, 200, 2_500, UNDER_WAY_BYTES, 50, 1_000, 10_000, 120_000);

    private final List<Attempt> sent = new ArrayList<>();
    private final List<WriteOutcome> outcomes = new ArrayList<>();
    private final Gateway gateway = new Gateway(
            "n2-1",
            1,
            SETTINGS,
            command -> new Admission.Refused(Admission.Refusal.NOT_LEADING),
            (to, message) -> ((Message.Forward) message).requests().forEach(request -> sent.add(attempt(request))));

    private static Attempt attempt(Bytes encoded) {
        try {
            return Attempt.decode(encoded);
        } catch (MalformedBytes e) {
            throw new AssertionError(e);
        }
    }

    private void write(int bytes, long timeoutMillis) {
        gateway.submit(Bytes.wrap(new byte[bytes]), Optional.empty(), timeoutMillis, outcomes::add);
    }

    private void aLeaderComes() {
        gateway.tick(0, 0);
        gateway.observe(LEADER, 2, false);
        flush();
    }

    private void flush() {
        while (gateway.wantsFlush()) {
            gateway.flush();
        }
    }

    private void answer(Attempt attempt) {
        answer(attempt, new Verdict.Decided(attempt.ticket(), 1, Bytes.EMPTY));
    }

    private void answer(Attempt attempt, Verdict verdict) {
        gateway.onForwarded(new Message.Forwarded(
                1, List.of(new Verdict.Ticketed(attempt.ticket(), attempt.attempt(), verdict).encode())));
    }

    private List<Long> tickets() {
        return sent.stream().map(Attempt::ticket).toList();
    }

    /** On the way the oldest would be thrown away, and thrown away again when they are repeated. */
    @Test
    void noMoreIsUnderWayThanTheWayTakesAndTheOldestGoFirst() {
        for (int i = 0; i < 10; i++) {
            write(WRITE_BYTES, 5_000);
        }
        aLeaderComes();
        assertThat(tickets()).containsExactly(1L, 2L, 3L, 4L);

        answer(sent.get(2));
        flush();
        assertThat(tickets()).containsExactly(1L, 2L, 3L, 4L, 5L);

        gateway.tick(SETTINGS.patienceMillis(), 0); // all of these are lost
        flush();
        assertThat(tickets()).containsExactly(1L, 2L, 3L, 4L, 5L, 1L, 2L, 4L, 5L);

        for (int next = 5; next < sent.size(); next++) {
            answer(sent.get(next));
            flush();
        }
        assertThat(outcomes).hasSize(10).hasOnlyElementsOfType(WriteOutcome.Decided.class);
        assertThat(gateway.heldRequests()).isZero();
    }

    /** A leader without room refuses what is stored and takes what is removed. */
    @Test
    void whatWasRefusedDoesNotStandInTheWay() {
        for (int i = 0; i < UNDER_WAY + 1; i++) {
            write(WRITE_BYTES, 5_000);
        }
        aLeaderComes();
        for (int i = 0; i < UNDER_WAY; i++) {
            answer(sent.get(i), new Verdict.Postponed(Admission.Refusal.SUSPENDED));
        }
        gateway.tick(SETTINGS.retryMillis(), 0);
        flush();
        assertThat(tickets()).containsExactly(1L, 2L, 3L, 4L, 5L, 1L, 2L, 3L);
    }

    /** Ids weigh more than short commands. */
    @Test
    void manyShortOnesAreNoMoreThanTheWayTakes() {
        for (int i = 0; i < 200; i++) {
            Bytes command = Bytes.wrap(new byte[1]);
            RequestId.Keyed key = new RequestId.Keyed("k".repeat(120) + i, command);
            gateway.submit(command, Optional.of(key), 5_000, outcomes::add);
        }
        aLeaderComes();
        assertThat(sent).isNotEmpty();
        assertThat(sent.stream().mapToInt(attempt -> attempt.encode().size()).sum())
                .isLessThanOrEqualTo(UNDER_WAY_BYTES);
    }

    @Test
    void whoseTimeIsOverMakesWay() {
        for (int i = 0; i < UNDER_WAY; i++) {
            write(WRITE_BYTES, 100);
        }
        write(WRITE_BYTES, 5_000);
        aLeaderComes();
        assertThat(sent).hasSize(UNDER_WAY);
        gateway.tick(100, 0);
        flush();
        assertThat(outcomes).hasSize(UNDER_WAY);
        assertThat(sent).hasSize(UNDER_WAY + 1);
    }

    @Test
    void oneIsSentHoweverLarge() {
        write(UNDER_WAY_BYTES, 5_000);
        write(1, 5_000);
        aLeaderComes();
        assertThat(tickets()).containsExactly(1L);
        answer(sent.get(0));
        flush();
        assertThat(tickets()).containsExactly(1L, 2L);
    }

    /** The process stood still in the middle of a step, and finds what came meanwhile. */
    @Test
    void aDeadlineIsReckonedFromWhenTheWriteArrives() {
        gateway.tick(0, 0);
        gateway.time(6_000);
        write(WRITE_BYTES, 100);
        gateway.tick(6_099, 0);
        assertThat(outcomes).isEmpty();
        gateway.tick(6_104, 0);
        assertThat(outcomes).hasSize(1);
    }
}
