package io.bellwether.service;

import io.bellwether.service.storage.Pace;
import io.bellwether.service.storage.StorageFailure;
import io.bellwether.service.storage.StoreDamaged;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that the store has, again and again and slowly, so that damage of what nobody reads is found while the
 * others are well (Rule 14.6). One thread, which holds nobody up.
 */
final class Scrub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long MIB = 1 << 20;

    /** A node that was just started has other things to do. */
    private static final Duration AFTER_START = Duration.ofMinutes(5);

    private final Duration every;
    private final long bytesPerSecond;
    private final Predicate<Pace> check;
    private final Consumer<StoreDamaged> damaged;
    private final Consumer<StorageFailure> failed;
    private final Thread thread = new Thread(this::run, "scrub");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition told = lock.newCondition();
    private boolean closing;

    // Of the thread.
    private long readBytes;

    /**
     * @param every from the end of one time to the beginning of the next
     * @param bytesPerSecond above 0
     * @param check looks through the store at the pace that it is given; false if that stopped it
     * @param damaged hears, on the thread of this, what is not as it was written
     * @param failed hears that the disk does not work
     */
    Scrub(
            Duration every,
            long bytesPerSecond,
            Predicate<Pace> check,
            Consumer<StoreDamaged> damaged,
            Consumer<StorageFailure> failed) {
        this.every = every;
        this.bytesPerSecond = bytesPerSecond;
        this.check = check;
        this.damaged = damaged;
        this.failed = failed;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long pauseNanos = Math.min(every.toNanos(), AFTER_START.toNanos());
        while (waited(pauseNanos)) {
            try {
                readBytes = 0;
                long begun = System.nanoTime();
                if (!check.test(this::goesOn)) {
                    return;
                }
                LOG.info(
                        "scrub: all {} MiB of the store are as they were written; took {} s",
                        readBytes / MIB,
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
            } catch (StoreDamaged found) {
                damaged.accept(found);
                return; // the store goes, and this process with it
            } catch (StorageFailure failure) {
                failed.accept(failure);
                return;
            }
            pauseNanos = every.toNanos();
        }
    }

    private boolean goesOn(long bytes) {
        readBytes += bytes;
        return waited((long) (bytes * NANOS_PER_SECOND / bytesPerSecond));
    }

    /** @return false if it is to end */
    private boolean waited(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!closing && left > 0) {
                left = told.awaitNanos(left);
            }
            return !closing;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when the store may be closed: nobody reads in it any more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            told.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
