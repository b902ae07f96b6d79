package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FsyncMeterTest {
    private final List<Double> ended = new ArrayList<>();
    private long nowNanos = -5;
    private final FsyncMeter meter = new FsyncMeter(() -> nowNanos, ended::add);

    @Test
    void aDiskThatHangsIsSeenBeforeItAnswers() {
        assertThat(meter.runningSeconds()).isZero();
        meter.writing();
        pass(6_000);
        assertThat(meter.runningSeconds()).isEqualTo(6);
        assertThat(ended).isEmpty();

        pass(1_000);
        meter.written();

        assertThat(meter.runningSeconds()).isZero();
        assertThat(ended).containsExactly(7.0);
    }

    @Test
    void timeWithoutABatchCountsForNone() {
        meter.writing();
        pass(2);
        meter.written();
        pass(60_000);
        meter.writing();
        pass(4);
        meter.written();

        assertThat(ended).containsExactly(0.002, 0.004);
    }

    private void pass(long millis) {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
