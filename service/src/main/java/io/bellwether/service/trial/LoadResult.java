package io.bellwether.service.trial;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * What a load brought.
 *
 * @param latencies of the answers that were right, in nanoseconds, from the moment at which each request was to leave
 * @param errors answers with another status, too short a body, or none
 * @param elapsed from the first request to the last answer
 */
record LoadResult(Histogram latencies, long errors, Duration elapsed) {
    /** Up to a minute, to three digits. */
    static Histogram emptyHistogram() {
        return new Histogram(60_000_000_000L, 3);
    }

    long operations() {
        return latencies.getTotalCount();
    }

    double operationsPerSecond() {
        return operations() * 1e9 / elapsed.toNanos();
    }
}
