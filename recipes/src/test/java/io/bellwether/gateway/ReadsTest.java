package io.bellwether.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a replica is asked to confirm while there is no leader. */
class ReadsTest {
    private static final int READS = 10_000;

    private final Set<Long> asked = new HashSet<>();
    private final Reads reads = new Reads(asked::add, asked::removeAll);
    private int answered;

    private void read(long timeoutMillis) {
        reads.read(new ReadLevel.Linearizable(), 0, timeoutMillis, verdict -> answered++);
    }

    @Test
    void whoWaitsNoMoreIsForgottenEverywhere() {
        for (int now = 0; now < READS; now++) {
            reads.tick(now, 0, -1);
            read(10);
            assertThat(asked).hasSizeLessThanOrEqualTo(2 * 11 + Reads.FORGOTTEN_AT_LEAST);
        }
        reads.tick(READS + 10, 0, -1);
        assertThat(answered).isEqualTo(READS);
    }

    @Test
    void whoStillWaitsIsNotForgotten() {
        read(2 * READS);
        for (int i = 0; i < READS; i++) {
            read(10);
        }
        reads.tick(10, 0, -1);
        assertThat(asked).containsExactly(1L);
        reads.confirmed(1);
        assertThat(answered).isEqualTo(READS + 1);
    }
}
