package io.bellwether.replication;

/**
 * Log time: what orders all expiry, alike on every replica (Rule 9.6). It never goes back, and runs by the monotonic
 * clock from the last value heard; a wall clock counts only for a leader that has heard none since it started.
 */
final class LogClock {
    private static final long UNKNOWN = -1;

    private long heard = UNKNOWN;
    private long heardAtMillis;

    /** The log time now, in milliseconds; -1 if none was heard since this process started. */
    long at(long nowMillis) {
        return heard == UNKNOWN ? UNKNOWN : heard + Math.max(0, nowMillis - heardAtMillis);
    }

    void hear(long logTime, long nowMillis) {
        long current = at(nowMillis);
        if (logTime >= current) {
            heard = logTime;
            heardAtMillis = nowMillis;
        }
    }

    /** The time for a new entry: at least that of the entry before it. */
    long stamp(long nowMillis, long wallMillis) {
        if (heard == UNKNOWN) {
            hear(Math.max(0, wallMillis), nowMillis);
        }
        return at(nowMillis);
    }
}
