package io.bellwether.service.http.peer;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Warns at once, and then not again for a while, so that a peer that is set up wrongly does not fill the log. */
final class RateLimitedWarning {
    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private final Logger log;
    private final AtomicLong notBeforeNanos = new AtomicLong(System.nanoTime());

    RateLimitedWarning(Logger log) {
        this.log = log;
    }

    void warn(String format, Object... arguments) {
        long nowNanos = System.nanoTime();
        long notBefore = notBeforeNanos.get();
        if (nowNanos - notBefore >= 0 && notBeforeNanos.compareAndSet(notBefore, nowNanos + INTERVAL_NANOS)) {
            log.warn(format, arguments);
        }
    }
}
