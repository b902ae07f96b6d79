package io.bellwether.service;

import io.bellwether.service.storage.BatchListener;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;

/**
 * How long batches of the log take onto the disk; also the one that is on its way, since a disk that hangs ends none. Told
 * by the disk's thread, asked by any.
 */
final class FsyncMeter implements BatchListener {
    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier nanoTime;
    private final DoubleConsumer ended;
    private volatile long beganNanos;
    private volatile boolean running;

    /**
     * @param nanoTime a monotonic clock
     * @param ended hears of each batch how many seconds it took
     */
    FsyncMeter(LongSupplier nanoTime, DoubleConsumer ended) {
        this.nanoTime = nanoTime;
        this.ended = ended;
    }

    @Override
    public void writing() {
        beganNanos = nanoTime.getAsLong();
        running = true;
    }

    @Override
    public void written() {
        running = false;
        ended.accept(secondsSinceBegun());
    }

    /** For how long the batch has been written that is on its way now; 0 while none is. */
    double runningSeconds() {
        return running ? secondsSinceBegun() : 0;
    }

    private double secondsSinceBegun() {
        return (nanoTime.getAsLong() - beganNanos) / NANOS_PER_SECOND;
    }
}
