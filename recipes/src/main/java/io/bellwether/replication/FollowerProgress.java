package io.bellwether.replication;

/**
 * The leader's view of one other replica, in sync or learner.
 *
 * <p>Invariant: {@code match < next}. Legal transitions: PROBING to STREAMING when an append fitted; STREAMING to PROBING
 * on a mismatch. A replica that is {@link #condemned} stays so for this leadership.
 */
final class FollowerProgress {
    private static final long NOTHING_IN_FLIGHT = 0;
    /** An append with so many entries shows that more are on their way. */
    private static final int BUSY_ENTRIES = 3;

    private static final long BUSY_MILLIS = 5;

    private final ReplicaId replica;
    /** Whether the place where both logs agree is still being looked for. */
    private boolean probing = true;
    /** The next index to send. */
    private long next;
    /** The highest index that the replica has acknowledged in this epoch: durable there, and equal. */
    private long match;
    /** Number of the append with entries that is under way. */
    private long inFlight = NOTHING_IN_FLIGHT;

    private long inFlightSinceMillis;
    /** After a broken connection, no entries are sent before this moment. */
    private long restUntilMillis = Long.MIN_VALUE / 2;
    /** Number of the latest append that was sent while probing: answers to older ones say nothing new. */
    private long probeNumber;
    /** The highest number of an append that was answered. */
    private long answeredNumber;

    private long answeredAtMillis;
    private long sentAtMillis;
    /** Until then more entries are likely to follow those that were sent. */
    private long busyUntilMillis = Long.MIN_VALUE / 2;

    private long progressAtMillis;
    /** The commit index that the latest append told. */
    private long toldCommit;

    private long echoMillis = -1;
    private boolean condemned;
    /** What it lacks is no longer in the leader's log (Rule 13.3). */
    private boolean needsSnapshot;
    /** It wants to leave the in-sync set, and has said so not long before this moment. */
    private long leavingUntilMillis = Long.MIN_VALUE / 2;

    FollowerProgress(ReplicaId replica, long next, long nowMillis) {
        this.replica = replica;
        this.next = next;
        this.answeredAtMillis = nowMillis;
        this.progressAtMillis = nowMillis;
        this.sentAtMillis = Long.MIN_VALUE / 2;
    }

    ReplicaId replica() {
        return replica;
    }

    long match() {
        return condemned ? 0 : match;
    }

    long next() {
        return next;
    }

    boolean probing() {
        return probing;
    }

    boolean condemned() {
        return condemned;
    }

    /** It lost what it had acknowledged, and never counts again (Rule 3.4). */
    void condemn() {
        condemned = true;
    }

    /** It wants to leave the in-sync set; it repeats that as long as it does (Rule 10.9). */
    void leaving(long untilMillis) {
        leavingUntilMillis = untilMillis;
    }

    boolean isLeaving(long nowMillis) {
        return nowMillis < leavingUntilMillis;
    }

    long echoMillis() {
        return echoMillis;
    }

    /** The highest number of an append of this leadership that was answered; what confirms a round (Rule 8.1). */
    long answeredNumber() {
        return condemned ? 0 : answeredNumber;
    }

    long answeredAtMillis() {
        return condemned ? Long.MIN_VALUE / 2 : answeredAtMillis;
    }

    /** When it last stored something, or had nothing to store. */
    long progressAtMillis() {
        return progressAtMillis;
    }

    /**
     * Whether the commit index is worth an append of its own: it is news, and no entries will bring it along, neither after
     * the answer to those under way nor, under load, in a moment.
     */
    boolean wantsCommit(long commitIndex, long nowMillis) {
        return inFlight == NOTHING_IN_FLIGHT && toldCommit < commitIndex && nowMillis >= busyUntilMillis;
    }

    boolean mayTakeEntries(long nowMillis) {
        return !probing && inFlight == NOTHING_IN_FLIGHT && nowMillis >= restUntilMillis;
    }

    boolean heartbeatDue(long nowMillis, long heartbeatMillis) {
        return nowMillis - sentAtMillis >= heartbeatMillis;
    }

    void sent(Message.Append append, long nowMillis) {
        sentAtMillis = nowMillis;
        toldCommit = append.commitIndex();
        if (probing) {
            probeNumber = append.number();
        }
        if (!append.entries().isEmpty()) {
            inFlight = append.number();
            inFlightSinceMillis = nowMillis;
            busyUntilMillis = append.entries().size() >= BUSY_ENTRIES ? nowMillis + BUSY_MILLIS : nowMillis;
            next = append.entries().get(append.entries().size() - 1).index() + 1;
        }
    }

    /** Any answer in this epoch shows that it was there after the append of that number was sent. */
    void answered(long number, long sentMillis, long nowMillis) {
        answeredAtMillis = nowMillis;
        if (number >= answeredNumber) {
            answeredNumber = number;
            echoMillis = sentMillis; // not the highest: a life that came later may have another clock (Rule 8.4)
        }
    }

    void matched(long number, long matchIndex, long end, long nowMillis) {
        if (number == inFlight) {
            inFlight = NOTHING_IN_FLIGHT;
        }
        if (matchIndex > match) {
            match = matchIndex;
            progressAtMillis = nowMillis;
        }
        if (match >= end) {
            progressAtMillis = nowMillis;
        }
        next = Math.max(next, match + 1);
        if (probing && number >= probeNumber) {
            probing = false;
            needsSnapshot = false;
            next = match + 1;
        }
    }

    /** Where the leader's log begins: what is not known to match before that can only be asked for there (Rule 13.3). */
    void logBegins(long startIndex) {
        if (match < startIndex && (!probing || next <= startIndex)) {
            probing = true;
            inFlight = NOTHING_IN_FLIGHT;
            next = startIndex + 1;
        }
    }

    boolean needsSnapshot() {
        return needsSnapshot;
    }

    /**
     * The logs may agree only before the leader's begins (Rule 13.3). Old answers are passed over; so is what one of before says of
     * entries that the replica has acknowledged since: those match.
     */
    void isBehindTheLog(long number, long startIndex) {
        if (number >= probeNumber && probing) {
            needsSnapshot = match < startIndex;
            next = Math.max(match, startIndex) + 1;
        }
    }

    /** The logs differ; they may agree at {@code agreed}, where the next probe asks. Old answers are passed over. */
    void mismatched(long number, long agreed) {
        if (number < probeNumber || (!probing && number != inFlight)) {
            return;
        }
        probing = true;
        needsSnapshot = false;
        inFlight = NOTHING_IN_FLIGHT;
        next = Math.max(match, agreed) + 1;
        sentAtMillis = Long.MIN_VALUE / 2;
    }

    /** The connection broke, and what was under way is lost: send again, but not at once. */
    void connectionLost(long restUntil) {
        resend();
        restUntilMillis = restUntil;
    }

    /** What is under way may be lost: send again from what is known to match. */
    void resendIfLost(long nowMillis, long patienceMillis) {
        if (inFlight != NOTHING_IN_FLIGHT && nowMillis - inFlightSinceMillis >= patienceMillis) {
            resend();
        }
    }

    private void resend() {
        if (inFlight != NOTHING_IN_FLIGHT) {
            inFlight = NOTHING_IN_FLIGHT;
            next = match + 1;
        }
    }
}
