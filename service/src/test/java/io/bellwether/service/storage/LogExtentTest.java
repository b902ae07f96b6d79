package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What of a log may go: with 1600 bytes kept at least, in steps of 100, and 3200 at most; entries weigh 100. */
class LogExtentTest {
    private static final Duration KEPT_FOR = Duration.ofSeconds(10);

    private final LogExtent extent = new LogExtent(new LogRetention(1_600, KEPT_FOR, 3_200), () -> this.nowNanos);
    private long nowNanos = -5;

    @Test
    void nothingGoesOfASmallLogHoweverOld() {
        append(1, 16);
        pass(Duration.ofDays(1));
        assertThat(extent.dispensable()).isZero();
    }

    @Test
    void whatIsOldGoesBeyondWhatIsKeptAtLeast() {
        append(1, 20);
        assertThat(extent.dispensable()).isZero();
        pass(KEPT_FOR);
        assertThat(extent.dispensable()).isEqualTo(4);
        append(21, 30);
        assertThat(extent.dispensable()).isEqualTo(14);
    }

    @Test
    void whatIsNewStaysUntilItIsOld() {
        append(1, 10);
        pass(KEPT_FOR);
        append(11, 30);
        assertThat(extent.dispensable()).isEqualTo(10);
        pass(KEPT_FOR.minusNanos(1));
        assertThat(extent.dispensable()).isEqualTo(10);
        pass(Duration.ofNanos(1));
        assertThat(extent.dispensable()).isEqualTo(14);
    }

    @Test
    void beyondTheMostAnythingGoes() {
        append(1, 32);
        assertThat(extent.dispensable()).isZero();
        append(33, 35);
        assertThat(extent.dispensable()).isEqualTo(3);
    }

    @Test
    void aLogThatWasFoundIsAsOldAsTheProcess() {
        extent.found(1_000, 1_000);
        extent.found(2_000, 1_700);
        assertThat(extent.dispensable()).isZero();
        pass(KEPT_FOR);
        assertThat(extent.dispensable()).isEqualTo(1_000);
    }

    @Test
    void aCutTakesItsPiecesAlong() {
        append(1, 30);
        extent.cutFrom(11);
        append(11, 20);
        pass(KEPT_FOR);
        assertThat(extent.dispensable()).isEqualTo(4);
        extent.cutFrom(4);
        assertThat(extent.dispensable()).isEqualTo(3);
    }

    @Test
    void anotherLogBeginsEmpty() {
        append(1, 40);
        extent.restartedAfter(700);
        assertThat(extent.dispensable()).isEqualTo(700);
        append(701, 716);
        pass(KEPT_FOR);
        assertThat(extent.dispensable()).isEqualTo(700);
        append(717, 717);
        assertThat(extent.dispensable()).isEqualTo(701);
    }

    private void append(long first, long last) {
        for (long index = first; index <= last; index++) {
            Entry small = Entry.of(index, 1, 0, Entry.Kind.COMMAND, Bytes.EMPTY);
            Bytes rest = Bytes.wrap(new byte[100 - small.weightBytes()]);
            extent.appended(Entry.of(index, 1, 0, Entry.Kind.COMMAND, rest));
        }
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
    }
}
