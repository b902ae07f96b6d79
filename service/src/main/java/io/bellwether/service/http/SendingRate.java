package io.bellwether.service.http;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Keeps those who send together below so many bytes per second. For any thread. */
public final class SendingRate {
    private static final double NANOS_PER_SECOND = 1e9;

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private long freeAtNanos;

    /**
     * @param bytesPerSecond above 0
     * @param nanoTime a monotonic clock
     */
    public SendingRate(long bytesPerSecond, LongSupplier nanoTime) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.freeAtNanos = nanoTime.getAsLong();
    }

    /** Waits until so many bytes may be sent; ends early when the thread is interrupted. */
    public void await(int bytes) {
        long turnNanos = reserve(bytes);
        long left = turnNanos - nanoTime.getAsLong();
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, left);
            left = turnNanos - nanoTime.getAsLong();
        }
    }

    /** When so many bytes may be sent; what was not used up before is lost. */
    synchronized long reserve(int bytes) {
        long now = nanoTime.getAsLong();
        long turn = freeAtNanos - now > 0 ? freeAtNanos : now;
        freeAtNanos = turn + (long) (bytes * NANOS_PER_SECOND / bytesPerSecond);
        return turn;
    }
}
