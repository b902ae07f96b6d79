package io.bellwether.service.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GatheringPatienceTest {
    private static final long BEGAN = 1_000_000_000;

    private final GatheringPatience patience = new GatheringPatience();

    @Test
    void whoWaitsForNothingIsNotOver() {
        assertThat(patience.isOver(0, BEGAN)).isFalse();
        assertThat(patience.missing()).isZero();
    }

    @Test
    void eachOfThoseThatAreMissingIsGivenItsTime() {
        assertThat(patience.isOver(10, BEGAN)).isFalse();
        assertThat(patience.leftNanos(BEGAN)).isEqualTo(400_000);
        assertThat(patience.isOver(4, BEGAN + 399_999)).isFalse();
        assertThat(patience.missing()).isEqualTo(4);
        assertThat(patience.isOver(4, BEGAN + 400_000)).isTrue();
        assertThat(patience.missing()).isZero();
    }

    @Test
    void manyAreNotWaitedForLongerThanFiveMilliseconds() {
        assertThat(patience.isOver(1_000, BEGAN)).isFalse();
        assertThat(patience.isOver(1_000, BEGAN + 4_999_999)).isFalse();
        assertThat(patience.isOver(1_000, BEGAN + 5_000_000)).isTrue();
    }

    @Test
    void whenMoreAreAnsweredTheWaitBeginsAnew() {
        patience.isOver(10, BEGAN);
        assertThat(patience.isOver(12, BEGAN + 300_000)).isFalse();
        assertThat(patience.isOver(12, BEGAN + 300_000 + 479_999)).isFalse();
        assertThat(patience.isOver(12, BEGAN + 300_000 + 480_000)).isTrue();
    }
}
