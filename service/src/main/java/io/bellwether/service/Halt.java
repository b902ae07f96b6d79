package io.bellwether.service;

import ch.qos.logback.classic.LoggerContext;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once, without its shutdown hooks: after a failed disk or a broken invariant nothing may be written
 * any more, and a dead node is a failover where a wrong one is lost data.
 */
final class Halt {
    private static final int EXIT_CODE = 1;

    private final AtomicBoolean halting = new AtomicBoolean();

    /** Something is broken: the log gets all of it. */
    void because(Throwable broken) {
        end("stopped: " + broken.getMessage(), broken);
    }

    /** This node must not go on; the sentence says why, and what to do. */
    void because(String why) {
        end("stopped: " + why, null);
    }

    private void end(String sentence, @Nullable Throwable broken) {
        if (!halting.compareAndSet(false, true)) {
            return;
        }
        LoggerFactory.getLogger(Bellwether.class).error(sentence, broken);
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
            logging.stop(); // lets what is queued for the log reach it
        }
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
