package io.bellwether.service.cluster;

import java.util.Locale;

/**
 * What a {@link Link} does to what it carries. An exchange is a question and its answer; those of one connection follow
 * one another.
 *
 * @param cut nothing arrives any more, in silence
 * @param delayMillis each piece arrives so much later
 * @param lost the part of the exchanges of which the question or the answer never arrives
 * @param duplicated the part of the questions that arrive a second time, on a connection of their own
 * @param reset the part of the exchanges that are done, and whose connection is reset in the place of the answer
 * @param slowCloseMillis the end of a connection arrives so much later
 */
public record Mood(boolean cut, long delayMillis, double lost, double duplicated, double reset, long slowCloseMillis) {
    public static final Mood CALM = new Mood(false, 0, 0, 0, 0, 0);
    public static final Mood CUT = new Mood(true, 0, 0, 0, 0, 0);

    public static Mood delaying(long millis) {
        return new Mood(false, millis, 0, 0, 0, 0);
    }

    public static Mood losing(double part) {
        return new Mood(false, 0, part, 0, 0, 0);
    }

    public static Mood duplicating(double part) {
        return new Mood(false, 0, 0, part, 0, 0);
    }

    public static Mood resetting(double part) {
        return new Mood(false, 0, 0, 0, part, 0);
    }

    public static Mood closingAfter(long millis) {
        return new Mood(false, 0, 0, 0, 0, millis);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%b,%d,%.3f,%.3f,%.3f,%d", cut, delayMillis, lost, duplicated, reset, slowCloseMillis);
    }

    public static Mood parse(String text) {
        String[] fields = text.split(",", -1);
        return new Mood(
                Boolean.parseBoolean(fields[0]),
                Long.parseLong(fields[1]),
                Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3]),
                Double.parseDouble(fields[4]),
                Long.parseLong(fields[5]));
    }
}
