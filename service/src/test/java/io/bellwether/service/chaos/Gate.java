package io.bellwether.service.chaos;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Holds clients up between two operations, for a fault after which nothing could be lost that they were told. */
final class Gate {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    /** Waits while the gate is closed. */
    void pass(Runnable operation) {
        lock.readLock().lock();
        try {
            operation.run();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Closes the gate once what has passed is over, and opens it again afterwards. */
    void whileClosed(Runnable fault) {
        lock.writeLock().lock();
        try {
            fault.run();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
