package io.bellwether.service.http;

import java.time.Duration;

/**
 * What clients may ask for.
 *
 * @param maxValueSize the largest value, in bytes
 * @param defaultTimeout of a request that names none
 * @param maxTimeout the longest that a request may name. The retention of outcomes rests on it, so it is the same in
 *     the gateway's settings
 * @param defaultPageLimit items on a page of a list that names no limit
 * @param maxPageLimit the most that a list may ask for
 * @param maxPageSize a page ends early when it would hold more bytes than this
 * @param maxReceivingSize bodies that are on their way in at one moment, by their announced lengths in bytes; beyond,
 *     writes get 429
 */
public record Limits(
        int maxValueSize,
        Duration defaultTimeout,
        Duration maxTimeout,
        int defaultPageLimit,
        int maxPageLimit,
        int maxPageSize,
        long maxReceivingSize) {
    public static final Limits DEFAULT =
            new Limits(1 << 20, Duration.ofSeconds(5), Duration.ofSeconds(60), 100, 1_000, 4 << 20, 64L << 20);

    public Limits {
        atLeast("maxValueSize", maxValueSize, "1 byte", 1);
        atLeast("defaultTimeout", defaultTimeout.toMillis(), "1 ms", 1);
        atLeast("maxTimeout", maxTimeout.toMillis(), "defaultTimeout", defaultTimeout.toMillis());
        atLeast("defaultPageLimit", defaultPageLimit, "1", 1);
        atLeast("maxPageLimit", maxPageLimit, "defaultPageLimit", defaultPageLimit);
        atLeast("maxPageSize", maxPageSize, "1 byte", 1);
        atLeast("maxReceivingSize", maxReceivingSize, "maxValueSize", maxValueSize);
    }

    private static void atLeast(String name, long value, String least, long leastValue) {
        if (value < leastValue) {
            throw new IllegalArgumentException(
                    "clients." + name + " is " + value + ", and must be at least " + least + " (" + leastValue + ")");
        }
    }
}
