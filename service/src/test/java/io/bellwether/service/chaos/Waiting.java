package io.bellwether.service.chaos;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Time that passes until something holds, or until the run is over. */
final class Waiting {
    private static final Duration STEP = Duration.ofMillis(100);

    private final CountDownLatch over = new CountDownLatch(1);

    /** Nobody waits any more. */
    void end() {
        over.countDown();
    }

    boolean ended() {
        return over.getCount() == 0;
    }

    /** Lets so much time pass; false when the run was ended instead. */
    boolean pass(Duration time) {
        try {
            return !over.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether it held before the time was over. */
    boolean until(Duration patience, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end >= 0 || !pass(STEP)) {
                return false;
            }
        }
        return true;
    }
}
