package io.bellwether.service.http;

import io.bellwether.replication.InvariantViolation;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the node's thread leaves answers for others to write. A commit completes many requests at once, and to wake a
 * thread costs as much as to write an answer; so one thread is woken for all that wait, and what comes while it works is
 * its own next work. Nothing here blocks: what may take long goes elsewhere.
 */
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private final Executor executor;
    private final Consumer<Throwable> broken;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean draining = new AtomicBoolean();

    /** @param broken hears of a row that is not what a node wrote: the process must stop */
    Answers(Executor executor, Consumer<Throwable> broken) {
        this.executor = executor;
        this.broken = broken;
    }

    /** Has {@code answer} written soon, on another thread, after those before it. Cheap, and never throws. */
    void write(Runnable answer) {
        waiting.add(answer);
        startDraining();
    }

    private void startDraining() {
        if (!draining.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::drain);
        } catch (RejectedExecutionException e) {
            LOG.debug("stopping: the answers that are left have nobody to read them", e);
        }
    }

    private void drain() {
        for (Runnable answer = waiting.poll(); answer != null; answer = waiting.poll()) {
            writeOne(answer);
        }
        draining.set(false);
        // What came between the last look and the line above saw somebody at work and woke nobody.
        if (!waiting.isEmpty()) {
            startDraining();
        }
    }

    /** One answer that fails is one client without an answer, not all of them; its exchange times out. */
    private void writeOne(Runnable answer) {
        try {
            answer.run();
        } catch (InvariantViolation e) {
            broken.accept(e);
        } catch (RuntimeException e) {
            LOG.error("an answer could not be written", e);
        }
    }
}
