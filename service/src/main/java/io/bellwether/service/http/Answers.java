package io.bellwether.service.http;

import io.bellwether.replication.InvariantViolation;
import io.dropwizard.core.setup.Environment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the node's thread leaves answers for others to write. A commit completes many requests at once, and to wake a
 * thread costs as much as to write an answer; so one thread is woken for all that wait, and what comes while it works is
 * its own next work. Nothing here blocks: what may take long goes elsewhere. When the answers are written, their
 * connections go on here too, each to the next request that it may have received meanwhile.
 */
public final class Answers implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final ThreadLocal<Answers> WRITING = new ThreadLocal<>();

    private final Executor executor;
    private final Consumer<Throwable> broken;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    /** Connections that were answered and go on; of the writing thread alone. */
    private final Deque<Runnable> answered = new ArrayDeque<>();

    /**
     * @param executor of one thread
     * @param broken hears of a row that is not what a node wrote: the process must stop
     */
    Answers(Executor executor, Consumer<Throwable> broken) {
        this.executor = executor;
        this.broken = broken;
    }

    /**
     * With a thread that lives as long as the environment.
     *
     * @param nameFormat of the thread; {@code -%d} stands at its end, and what comes before is the name of its metrics,
     *     which Dropwizard would otherwise write twice
     */
    public static Answers of(Environment environment, String nameFormat, Consumer<Throwable> broken) {
        return new Answers(
                environment
                        .lifecycle()
                        .executorService(nameFormat)
                        .minThreads(1)
                        .maxThreads(1)
                        .build(),
                broken);
    }

    /** Has {@code answer} written soon, on another thread, after those before it. Cheap, and never throws. */
    @Override
    public void execute(Runnable answer) {
        waiting.add(answer);
        startDraining();
    }

    /**
     * Has {@code answer} written, at once if this is still the thread that asks: nobody need be woken for that.
     *
     * @param asking one that the server reads requests with, not the node's; null if it has more to read on the same
     *     connection, which would keep it from all others
     */
    void executeFor(@Nullable Thread asking, Runnable answer) {
        if (Thread.currentThread() == asking) {
            run(answer);
        } else {
            execute(answer);
        }
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

    /**
     * Has a connection that was just answered go on with this thread, when what is under way is written.
     *
     * @return false if this is not a thread that writes answers
     */
    static boolean goOnHere(Runnable connection) {
        Answers writing = WRITING.get();
        if (writing == null) {
            return false;
        }
        writing.answered.add(connection);
        return true;
    }

    private void drain() {
        WRITING.set(this);
        Runnable next = next();
        while (next != null) {
            run(next);
            next = next();
        }
        WRITING.remove();
        draining.set(false);
        // What came between the last look and the line above saw somebody at work and woke nobody.
        if (!waiting.isEmpty()) {
            startDraining();
        }
    }

    /** Answers first. */
    private @Nullable Runnable next() {
        Runnable answer = waiting.poll();
        return answer == null ? answered.poll() : answer;
    }

    /** One answer that fails is one client without an answer, not all of them; its exchange times out. */
    private void run(Runnable answerOrConnection) {
        try {
            answerOrConnection.run();
        } catch (InvariantViolation e) {
            broken.accept(e);
        } catch (RuntimeException e) {
            LOG.error("an answer could not be written", e);
        }
    }
}
