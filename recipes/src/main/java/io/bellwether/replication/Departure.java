package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a replica leaves leadership and the in-sync set (Rules 10.9 and 10.10): it hands leadership over if it has it, then
 * says to its leader that it leaves, again and again, until it is told to return: also when the control record no longer
 * names it, so that it is not taken in again. Whoever waits hears at the first opportunity whether it got anywhere.
 */
final class Departure {
    private final Standing standing;
    /** Whoever asked, and has not heard. */
    private final List<Long> waiting;

    /** Since when it has been at the step that it is at: handing over, or leaving the set. */
    private long sinceMillis;
    /** When a hand-off was last under way. */
    private long handsOffAtMillis;

    private long repeatAtMillis;

    /** @param waiting the numbers of those who wait to hear */
    Departure(Standing standing, List<Long> waiting) {
        this.standing = standing;
        this.waiting = new ArrayList<>(waiting);
        begin();
        standing.work().info("leaving epoch=" + standing.highestEpoch());
    }

    /** It is asked for again: it begins again, and whoever waits hears of that. */
    Departure again(long number) {
        List<Long> all = new ArrayList<>(waiting);
        all.add(number);
        return new Departure(standing, all);
    }

    private void begin() {
        sinceMillis = standing.now();
        handsOffAtMillis = standing.now();
        repeatAtMillis = standing.now();
    }

    /** While this replica leads. */
    void tickLeading(Leadership leading) {
        if (leading.handsOff()) {
            handsOffAtMillis = standing.now();
        } else if (standing.now() >= repeatAtMillis) {
            repeatAtMillis = standing.now() + standing.settings.heartbeatMillis();
            leading.handOff(HandOff.NOBODY_WAITS, HandOffWish.ANY);
        }
        boolean nobodyFit = standing.now() - handsOffAtMillis > standing.settings.leaderTimeoutMillis();
        if (leading.quorums().voters().size() == 1 || nobodyFit || isLate()) {
            stay(true, "No other replica of the in-sync set takes over.");
        }
    }

    /**
     * While it does not.
     *
     * @param leader whom it follows; null for nobody
     * @param settled whether an entry of that leader's epoch is known to be committed: the hand-off is over
     */
    void tickFollowing(@Nullable ReplicaId leader, boolean settled) {
        // Also when it is out: else it would be taken in again.
        if (leader != null && standing.now() >= repeatAtMillis) {
            repeatAtMillis = standing.now() + standing.settings.heartbeatMillis();
            standing.send(leader.node(), new Message.Leaving(standing.promise().epoch()));
        }
        ControlRecord record = standing.record();
        if (record != null && !record.inSync().contains(standing.self)) {
            tell(new DepartureOutcome.Left());
            return;
        }
        if (settled && record != null && record.inSync().size() <= record.minInSync()) {
            stay(
                    false,
                    "Of the in-sync set (" + Standing.names(record.inSync()) + ") none may leave: minInSync is "
                            + record.minInSync() + ".");
        } else if (leader == null && !standing.view().connected()) {
            stay(false, "Neither a leader nor ZooKeeper is heard.");
        } else if (isLate()) {
            stay(
                    false,
                    leader == null
                            ? "No leader is heard that could change the in-sync set."
                            : leader.node() + " has not taken it out of the in-sync set.");
        }
    }

    /** Nothing that it waits for takes longer, unless it does not happen. */
    private boolean isLate() {
        return standing.now() - sinceMillis
                > standing.settings.handOffTimeoutMillis() + standing.settings.leaderTimeoutMillis();
    }

    private void stay(boolean leads, String why) {
        if (!waiting.isEmpty()) {
            standing.work().warn("stays for now epoch=" + standing.highestEpoch() + ": " + why);
        }
        tell(new DepartureOutcome.Stays(leads, why));
    }

    private void tell(DepartureOutcome outcome) {
        waiting.forEach(number -> standing.work().ended(number, outcome));
        waiting.clear();
    }

    /** Leadership has ended: what comes next takes its own time. */
    void onDeposed() {
        begin();
    }
}
