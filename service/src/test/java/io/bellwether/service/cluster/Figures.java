package io.bellwether.service.cluster;

import java.time.Duration;

/** What is measured, for {@code scripts/survival} to collect, and whether this is the short or the long version. */
final class Figures {
    /** {@code -Dsurvival=full}: the times that the table of the survival report asks for, instead of short ones. */
    static final String MODE = "survival";

    static final String FULL = "full";

    private Figures() {}

    static Duration time(Duration inEachBuild, Duration full) {
        return isFull() ? full : inEachBuild;
    }

    static boolean isFull() {
        return System.getProperty(MODE, "").equals(FULL);
    }

    /** One line on the standard output. */
    static void print(String name, String values) {
        System.out.println("figure: " + name + " " + values);
    }
}
