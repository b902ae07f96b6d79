package io.bellwether.service.http.peer;

import static io.bellwether.service.http.peer.Examples.N1;
import static io.bellwether.service.http.peer.Examples.N2;
import static io.bellwether.service.http.peer.Examples.heartbeat;
import static io.bellwether.service.http.peer.Examples.mail;
import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits for a peer: bounded, in order, never old. */
class LaneQueueTest {
    private final LaneQueue queue = new LaneQueue(1_000, 100);

    @Test
    void messagesLeaveInTheOrderInWhichTheyCame() {
        offer(beat(1), 10, 0);
        offer(beat(2), 10, 0);
        assertThat(queue.take(1_000, 0)).containsExactly(beat(1), beat(2));
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void aFullQueueIsFullAtItsBoundAndNotBefore() {
        assertThat(offer(beat(1), 600, 0)).isZero();
        assertThat(offer(beat(2), 400, 0)).isZero();
        assertThat(offer(beat(3), 1, 0)).isEqualTo(1);
        assertThat(queue.queuedBytes()).isEqualTo(401);
        assertThat(queue.take(1_000, 0)).containsExactly(beat(2), beat(3));
    }

    @Test
    void clientsWritesAreDroppedBeforeHeartbeats() {
        Envelope forward = mail(N1, N2, new Message.Forward(1, List.of(Bytes.utf8("x"))));
        offer(beat(1), 300, 0);
        offer(forward, 500, 0);
        offer(beat(2), 300, 0);
        assertThat(queue.take(1_000, 0)).containsExactly(beat(1), beat(2));
    }

    @Test
    void theNewestStaysEvenIfItIsLargerThanTheBound() {
        offer(beat(1), 10, 0);
        assertThat(offer(beat(2), 5_000, 0)).isEqualTo(1);
        assertThat(queue.take(1_000, 0)).containsExactly(beat(2));
    }

    @Test
    void aBatchEndsWhereTheNextMessageWouldNotFit() {
        offer(beat(1), 300, 0);
        offer(beat(2), 200, 0);
        offer(beat(3), 1, 0);
        assertThat(queue.take(500, 0)).containsExactly(beat(1), beat(2));
        assertThat(queue.take(500, 0)).containsExactly(beat(3));
    }

    @Test
    void aBatchHoldsOneHeaderOnly() {
        Envelope ofAnother = mail("another", N1, N2, heartbeat(2));
        offer(beat(1), 10, 0);
        offer(ofAnother, 10, 0);
        assertThat(queue.take(1_000, 0)).containsExactly(beat(1));
        assertThat(queue.take(1_000, 0)).containsExactly(ofAnother);
    }

    @Test
    void whatHasWaitedTooLongIsForgotten() {
        offer(beat(1), 10, 0);
        offer(beat(2), 10, 1);
        assertThat(queue.take(1_000, 101)).containsExactly(beat(2));
    }

    private int offer(Envelope envelope, int weightBytes, long nowNanos) {
        return queue.offer(envelope, weightBytes, nowNanos);
    }

    private static Envelope beat(long number) {
        return mail(N1, N2, heartbeat(number));
    }
}
