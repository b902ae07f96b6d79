package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SendingRateTest {
    private final AtomicLong now = new AtomicLong(TimeUnit.DAYS.toNanos(1));
    private final SendingRate rate = new SendingRate(1_000, now::get);

    @Test
    void whoComesFirstGoesAtOnceAndTheNextWaitsForIt() {
        assertThat(wait(500)).isZero();
        assertThat(wait(250)).isEqualTo(500);
        assertThat(wait(1)).isEqualTo(750);
    }

    @Test
    void theTimeThatPassesCounts() {
        wait(1_000);
        pass(999);
        assertThat(wait(1)).isEqualTo(1);
        pass(2);
        assertThat(wait(1)).isZero();
    }

    @Test
    void whatWasNotUsedUpIsLost() {
        pass(60_000);
        assertThat(wait(1_000)).isZero();
        assertThat(wait(1)).isEqualTo(1_000);
    }

    /** For how many milliseconds whoever sends so much now has to wait. */
    private long wait(int bytes) {
        return TimeUnit.NANOSECONDS.toMillis(rate.reserve(bytes) - now.get());
    }

    private void pass(long millis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
