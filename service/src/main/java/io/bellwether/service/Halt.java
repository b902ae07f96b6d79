package io.bellwether.service;

import ch.qos.logback.classic.LoggerContext;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once, without its shutdown hooks: after a failed disk or a broken invariant nothing may be written
 * any more, and a dead node is a failover where a wrong one is lost data.
 */
final class Halt implements Thread.UncaughtExceptionHandler {
    static final int EXIT_CODE = 1;

    private final AtomicBoolean halting = new AtomicBoolean();
    private final IntConsumer exit;

    Halt() {
        this(Halt::endProcess);
    }

    /** @param exit ends the process; called once */
    Halt(IntConsumer exit) {
        this.exit = exit;
    }

    /** Something is broken: the log gets all of it. */
    void because(Throwable broken) {
        end("stopped: " + broken.getMessage(), broken);
    }

    /** This node must not go on; the sentence says why, and what to do. */
    void because(String why) {
        end("stopped: " + why, null);
    }

    /** A thread of this process ended by a mistake: nobody knows what goes undone from now on. */
    @Override
    public void uncaughtException(Thread thread, Throwable broken) {
        end(
                "stopped: the thread '" + thread.getName() + "' failed by a mistake of the program (" + broken
                        + "). Start this node again, and report it",
                broken);
    }

    private void end(String sentence, @Nullable Throwable broken) {
        if (!halting.compareAndSet(false, true)) {
            return;
        }
        try {
            LoggerFactory.getLogger(Bellwether.class).error(sentence, broken);
        } finally {
            exit.accept(EXIT_CODE); // also when there is no memory left for a line
        }
    }

    private static void endProcess(int code) {
        try {
            if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
                logging.stop(); // lets what is queued for the log reach it
            }
        } finally {
            Runtime.getRuntime().halt(code);
        }
    }
}
