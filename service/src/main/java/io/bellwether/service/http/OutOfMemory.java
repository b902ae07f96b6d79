package io.bellwether.service.http;

/**
 * Jetty catches whatever its threads throw, and goes on. Without memory nobody knows what else was left undone, and the
 * process must end as it does when one of our own threads fails: a dead node is a failover.
 */
public final class OutOfMemory {
    private OutOfMemory() {}

    /** Has the handler of uncaught exceptions hear of {@code caught}, if memory has run out. */
    public static void endsProcess(Throwable caught) {
        if (caught instanceof OutOfMemoryError) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, caught);
        }
    }
}
