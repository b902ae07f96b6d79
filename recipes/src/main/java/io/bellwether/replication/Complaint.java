package io.bellwether.replication;

/**
 * What does not fit between ZooKeeper's record and this store (Rule 1.4) may only be an old view of ZooKeeper: it is read
 * again behind a sync, and told only if that does not help. Until then nobody claims on it (Rule 11.1).
 */
final class Complaint {
    private static final long UNSEEN = Long.MIN_VALUE;

    private final Standing standing;
    private String told = "";
    /** Since when ZooKeeper, in reach, has shown what does not fit; {@link #UNSEEN} while it does not. */
    private long sinceMillis = UNSEEN;
    /** When it was seen last: a process that was stopped in between has seen nothing for all that time. */
    private long seenMillis;

    private long readAtMillis;

    Complaint(Standing standing) {
        this.standing = standing;
    }

    /** With every tick, before {@link #lasts} is asked. */
    void tick() {
        String complaint = standing.guard().orElse("");
        if (complaint.isEmpty() || !standing.view().connected()) {
            sinceMillis = UNSEEN;
            told = "";
            return;
        }
        boolean stoppedBetween = standing.now() - seenMillis > standing.settings.leaderTimeoutMillis();
        seenMillis = standing.now();
        if (sinceMillis == UNSEEN || stoppedBetween) {
            sinceMillis = standing.now();
        }
        if (standing.now() >= readAtMillis) {
            readAtMillis = standing.now() + standing.settings.heartbeatMillis();
            standing.work().ask(new Work.Request.ReadRecord());
        }
        if (lasts() && !complaint.equals(told)) {
            told = complaint;
            standing.work().error("guard: " + complaint);
        }
    }

    /** After a change of leadership ZooKeeper's view is behind for a moment: no reason to complain, or to leave. */
    boolean lasts() {
        return sinceMillis != UNSEEN && standing.now() - sinceMillis > standing.settings.evictAfterMillis();
    }
}
