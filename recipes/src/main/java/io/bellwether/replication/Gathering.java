package io.bellwether.replication;

/**
 * When entries leave a leader under load (Rule 4.9). Who has just been answered is likely to write again at once; so after a
 * commit of several entries the next ones wait until as many are under way as before it, and then go to the disk and to the
 * followers together: in one write and one post, instead of in two halves that take turns. Whoever drives the replica ends a
 * wait for entries that do not come ({@link Replica#endGathering}).
 */
final class Gathering {
    /** A commit of so many entries shows that more are on their way. */
    private static final int BUSY_ENTRIES = 3;

    /** A wait that nobody has ended ends so long after the latest commit that it is for. */
    private static final long MAX_MILLIS = 10;

    private boolean waits;
    private long expected;
    private long untilMillis;
    private long missing;

    /** The commit index went from {@code from} to {@code to}, while the log ended at {@code end}. */
    void committed(long from, long to, long end, long nowMillis) {
        if (to - from >= BUSY_ENTRIES) {
            expected = waits ? Math.max(expected, end - from) : end - from;
            untilMillis = nowMillis + MAX_MILLIS;
            waits = true;
        }
    }

    /** @param underWay how many entries are not committed */
    void look(long underWay, long nowMillis) {
        if (!waits) {
            return;
        }
        missing = Math.max(0, expected - underWay);
        if (missing == 0 || nowMillis >= untilMillis) {
            end();
        }
    }

    /** How many entries were missing at the last {@link #look}; 0 if it does not wait. */
    long missing() {
        return missing;
    }

    /** Nothing is waited for any more, whether it comes or not. */
    void end() {
        waits = false;
        missing = 0;
    }
}
