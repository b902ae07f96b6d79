package io.bellwether.service.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EntranceTest {
    private final Entrance entrance = new Entrance(2, 10);

    @Test
    void soManyRequestsMayWaitAndNoMore() {
        assertThat(entrance.enter(0)).isTrue();
        assertThat(entrance.enter(0)).isTrue();
        assertThat(entrance.enter(0)).isFalse();
        assertThat(entrance.requests()).isEqualTo(2);
        entrance.leave(0);
        assertThat(entrance.enter(0)).isTrue();
    }

    @Test
    void soManyBytesMayWaitAndNoMore() {
        assertThat(entrance.enter(11)).isFalse();
        assertThat(entrance.enter(10)).isTrue();
        assertThat(entrance.enter(1)).isFalse();
        assertThat(entrance.enter(0)).as("a read brings none").isTrue();
        entrance.leave(10);
        assertThat(entrance.enter(1)).isTrue();
    }
}
