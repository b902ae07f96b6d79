package io.bellwether.service.storage;

import java.time.Duration;

/**
 * How much of the log is kept for followers that were away for a while. What nobody needs any more goes when it is older
 * than {@code keepFor}, and sooner when the log grows beyond {@code keepAtMostBytes}.
 *
 * @param keepAtLeastBytes of the newest entries, however old they are
 * @param keepFor how long an entry is kept that is not among these
 * @param keepAtMostBytes beyond so much, what is oldest goes however new it is
 */
public record LogRetention(long keepAtLeastBytes, Duration keepFor, long keepAtMostBytes) {
    private static final long MIB = 1 << 20;

    public static final LogRetention DEFAULT = new LogRetention(16 * MIB, Duration.ofMinutes(10), 256 * MIB);

    public LogRetention {
        if (keepAtLeastBytes < 1 || keepFor.isNegative() || keepAtMostBytes < keepAtLeastBytes) {
            throw new IllegalArgumentException("at least one byte of the log is kept, for no negative time, and at most"
                    + " as much as at least, but these were to be " + keepAtLeastBytes + ", " + keepFor + " and "
                    + keepAtMostBytes);
        }
    }
}
