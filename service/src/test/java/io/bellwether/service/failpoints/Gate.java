package io.bellwether.service.failpoints;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What all doors of one life of a node pass through: nothing once the process is gone, and a failpoint on the way while one
 * is armed.
 */
final class Gate {
    private static final long DELAY_MILLIS = 1_000;

    private final Runnable die;
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile boolean leads;
    private volatile @Nullable Failpoint armed;

    /** @param die ends the process, as it stands at that moment; it shuts this gate first */
    Gate(Runnable die) {
        this.die = die;
    }

    void arm(@Nullable Failpoint failpoint) {
        armed = failpoint;
    }

    /** Whether this node leads, as its own thread last saw it. */
    void leads(boolean now) {
        leads = now;
    }

    /** The process is gone. */
    void shut() {
        gone.countDown();
    }

    boolean isShut() {
        return gone.getCount() == 0;
    }

    /** Of the node's own thread, which ends here once the process is gone. */
    void checkAlive() {
        if (isShut()) {
            throw new Died();
        }
    }

    /**
     * A step of the node's own thread.
     *
     * @param refused what the node is met with in place of the step, where the door is to fail
     * @param failedAfter what it is met with when the step has been taken
     */
    void step(Step step, Runnable real, Runnable refused, Runnable failedAfter) {
        if (stepQuietly(step, real, refused, failedAfter)) {
            throw new Died();
        }
    }

    /** A step of another thread, for which a process that is gone is silence. @return whether it is gone */
    boolean stepQuietly(Step step, Runnable real, Runnable refused, Runnable failedAfter) {
        if (meets(step, Moment.BEFORE)) {
            refused.run();
            return isShut();
        }
        if (isShut()) {
            return true;
        }
        real.run();
        if (meets(step, Moment.AFTER)) {
            failedAfter.run();
        }
        return isShut();
    }

    /** @return whether the door is to fail */
    private boolean meets(Step step, Moment moment) {
        Failpoint failpoint = armed;
        if (failpoint == null || isShut() || !failpoint.strikes(leads, step, moment)) {
            return false;
        }
        try {
            switch (failpoint.pair().harm()) {
                case CRASH -> die.run();
                case DELAY -> standStill();
                case ERROR -> {
                    return true;
                }
            }
            return false;
        } finally {
            failpoint.over();
        }
    }

    /** For a second, or until the process is gone. */
    private void standStill() {
        try {
            boolean early = gone.await(DELAY_MILLIS, TimeUnit.MILLISECONDS);
            if (early) {
                armed = null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
