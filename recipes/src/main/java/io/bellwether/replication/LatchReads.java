package io.bellwether.replication;

/**
 * Questions for the queue at the latch, one at a time. An answer that takes longer than a heartbeat counts like any other:
 * whoever asked anew meanwhile would wait for ever where ZooKeeper is slow (Rule 7.3).
 */
final class LatchReads {
    private static final long NONE = 0;

    private final Standing standing;
    private long underWay = NONE;
    private long askedAtMillis = Long.MIN_VALUE / 2;

    LatchReads(Standing standing) {
        this.standing = standing;
    }

    /** Asks, unless a question is under way or left less than a heartbeat ago; one without an answer is given up in time. */
    void ask() {
        long pauseMillis =
                underWay == NONE ? standing.settings.heartbeatMillis() : standing.settings.leaderTimeoutMillis();
        if (standing.now() - askedAtMillis >= pauseMillis) {
            askedAtMillis = standing.now();
            underWay = standing.nextRequest();
            standing.work().ask(new Work.Request.ReadLatch(underWay));
        }
    }

    /** The connection to ZooKeeper is gone, and answers with it. */
    void lost() {
        underWay = NONE;
    }

    /** Whether {@code request} is the question under way, which is answered by this. */
    boolean answers(long request) {
        boolean answered = underWay != NONE && request == underWay;
        underWay = answered ? NONE : underWay;
        return answered;
    }
}
