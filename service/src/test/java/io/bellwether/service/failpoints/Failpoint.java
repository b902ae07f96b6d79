package io.bellwether.service.failpoints;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One pair, armed on every node of a cluster. It strikes whoever comes by first, once. */
final class Failpoint {
    private final Pair pair;
    private final AtomicInteger strikes = new AtomicInteger();
    private final CountDownLatch struck = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    Failpoint(Pair pair) {
        this.pair = pair;
    }

    Pair pair() {
        return pair;
    }

    /** Whether it strikes now. Whoever hears so says {@link #over} when the harm is done. */
    boolean strikes(boolean leads, Step step, Moment moment) {
        boolean meant = step == pair.step()
                && moment == pair.moment()
                && (pair.who() == Pair.Who.ANYBODY || leads == (pair.who() == Pair.Who.LEADER));
        if (!meant || !strikes.compareAndSet(0, 1)) {
            return false;
        }
        struck.countDown();
        return true;
    }

    void over() {
        over.countDown();
    }

    boolean hasStruck() {
        return strikes.get() > 0;
    }

    /** Waits until its harm is done. @return whether it came to that in time */
    boolean awaitOver(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /** @return whether it has struck in time */
    boolean awaitStruck(long millis) throws InterruptedException {
        return struck.await(millis, TimeUnit.MILLISECONDS);
    }
}
