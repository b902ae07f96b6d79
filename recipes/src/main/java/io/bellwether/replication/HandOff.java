package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A planned hand-off of leadership, as the leader runs it (Rules 10.1 to 10.7).
 *
 * <p>Legal transitions: PREPARING (the target is asked whether it could lead, and the latch is read; nothing has happened
 * yet) to PARKED (no write is taken any more; the target is to store the last entry) to RESIGNED (the latch is made the
 * target's, and it is told so again and again); from each to OVER, when it is refused, fails or takes too long: then the
 * leader goes on. It succeeds by ending the leadership: how that went
 * shows in {@link #onFollowing}.
 */
final class HandOff {
    /** The number of a hand-off that nobody waits for: {@link Departure} looks itself. */
    static final long NOBODY_WAITS = 0;

    private enum Stage {
        PREPARING,
        PARKED,
        RESIGNED,
        OVER
    }

    private final Standing standing;
    private final Leadership leadership;
    private final long number;
    private final ReplicaId target;
    private final boolean dryRun;
    private final long askedAtMillis;
    /** Names the question to the target; an answer to anybody else's is none to this one. */
    private final long question;

    private final LatchReads latchReads;
    private Stage stage = Stage.PREPARING;
    private long parkedAtMillis;
    private long repeatAtMillis;
    /** The life of the target that answered: its place in the latch counts, not that of an earlier one. */
    private @Nullable String targetProcess;

    private @Nullable List<Coordination.LatchPlace> queue;

    private HandOff(Standing standing, Leadership leadership, long number, ReplicaId target, boolean dryRun) {
        this.standing = standing;
        this.leadership = leadership;
        this.number = number;
        this.target = target;
        this.dryRun = dryRun;
        this.askedAtMillis = standing.now();
        this.latchReads = new LatchReads(standing);
        this.question = 1 + standing.random(1L << 46);
    }

    // --- whether it may begin (Rule 10.1) ----------------------------------------------------------------------------

    /** Begins one; null if it ends at once, as {@link Work#handOffs} then says. */
    static @Nullable HandOff begin(Standing standing, Leadership leadership, long number, HandOffWish wish) {
        NodeId self = standing.self.node();
        NodeId to = wish.to();
        Optional<HandOffOutcome.Refused> refused = refusal(standing, leadership, wish);
        if (refused.isPresent()) {
            end(standing, number, refused.get());
            return null;
        }
        if (self.equals(to)) {
            end(
                    standing,
                    number,
                    wish.dryRun()
                            ? new HandOffOutcome.Possible(self, self, leadership.epoch())
                            : new HandOffOutcome.Moved(self, self, leadership.epoch(), 0));
            return null;
        }
        ReplicaId target = to == null ? mostCaughtUp(standing, leadership) : inSyncStoreOf(leadership, to);
        if (target == null) {
            end(standing, number, unfit(standing, leadership, to));
            return null;
        }
        Optional<String> silent = silence(standing, leadership, target);
        if (silent.isPresent()) {
            end(standing, number, refused(HandOffOutcome.Reason.NOT_LIVE, silent.get()));
            return null;
        }
        HandOff begun = new HandOff(standing, leadership, number, target, wish.dryRun());
        begun.ask();
        return begun;
    }

    private static Optional<HandOffOutcome.Refused> refusal(
            Standing standing, Leadership leadership, HandOffWish wish) {
        Long epoch = wish.epoch();
        if (epoch != null && epoch != leadership.epoch()) {
            return Optional.of(refused(
                    HandOffOutcome.Reason.OTHER_EPOCH, "The epoch is " + leadership.epoch() + ", not " + epoch + "."));
        }
        if (leadership.handsOff()) {
            return Optional.of(refused(HandOffOutcome.Reason.RUNS_ALREADY, "Another hand-off is running."));
        }
        if (!leadership.serving()) {
            return Optional.of(refused(
                    HandOffOutcome.Reason.NOT_SERVING,
                    standing.self.node() + " leads epoch " + leadership.epoch()
                            + ", but its write quorum does not answer, or has not answered yet."));
        }
        if (standing.self.node().equals(wish.to())) {
            return Optional.empty(); // it leads, and serves: there is nothing to do
        }
        if (!standing.view().connected()) {
            return Optional.of(refused(
                    HandOffOutcome.Reason.ZOOKEEPER_AWAY,
                    "ZooKeeper is not in reach of " + standing.self.node() + "."));
        }
        return leadership
                .openChange()
                .map(change -> refused(
                        HandOffOutcome.Reason.SET_CHANGES,
                        "A change of the in-sync set is under way: " + change + "."));
    }

    private static HandOffOutcome.Refused refused(HandOffOutcome.Reason reason, String detail) {
        return new HandOffOutcome.Refused(reason, detail);
    }

    private static @Nullable ReplicaId inSyncStoreOf(Leadership leadership, NodeId node) {
        for (ReplicaId replica : leadership.quorums().inSync()) {
            if (replica.node().equals(node)) {
                return replica;
            }
        }
        return null;
    }

    /** Of those in sync that are live and do not want to leave themselves. */
    private static @Nullable ReplicaId mostCaughtUp(Standing standing, Leadership leadership) {
        ReplicaId best = null;
        for (ReplicaId replica : leadership.quorums().inSync()) {
            boolean fit = !replica.equals(standing.self)
                    && silence(standing, leadership, replica).isEmpty();
            if (fit && (best == null || leadership.match(replica) > leadership.match(best))) {
                best = replica;
            }
        }
        return best;
    }

    /** Why the replica is not live, or is none that would take over; empty if it is. */
    private static Optional<String> silence(Standing standing, Leadership leadership, ReplicaId replica) {
        FollowerProgress follower = leadership.follower(replica);
        long silentMillis = standing.now() - leadership.answeredAtMillis(replica);
        boolean member = standing.view().members().stream()
                .anyMatch(live -> live.replica().equals(replica));
        if (follower == null || follower.condemned() || !member) {
            return Optional.of(replica.node() + " is not live: ZooKeeper does not list it.");
        }
        if (silentMillis > standing.settings.leaderTimeoutMillis()) {
            return Optional.of(replica.node() + " is not live: it has not answered for " + silentMillis + " ms.");
        }
        if (leadership.isOdd(replica)) {
            return Optional.of(replica.node() + " has a state that differs, and is to be rebuilt.");
        }
        return follower.isLeaving(standing.now())
                ? Optional.of(replica.node() + " is leaving the in-sync set itself.")
                : Optional.empty();
    }

    private static HandOffOutcome.Refused unfit(Standing standing, Leadership leadership, @Nullable NodeId to) {
        if (to == null) {
            return refused(
                    HandOffOutcome.Reason.NO_TARGET,
                    "No other replica of the in-sync set ("
                            + Standing.names(leadership.quorums().inSync()) + ") is live and stays.");
        }
        for (FollowerProgress follower : leadership.followers()) {
            if (follower.replica().node().equals(to)) {
                long lag = standing.journal.end().index() - follower.match();
                return refused(
                        HandOffOutcome.Reason.NOT_IN_SYNC,
                        to + " is not in sync: " + lag + " entries are not known to be on it.");
            }
        }
        return refused(HandOffOutcome.Reason.UNKNOWN_NODE, "There is no node " + to + ".");
    }

    // --- how it goes -------------------------------------------------------------------------------------------------

    boolean parks() {
        return stage == Stage.PARKED || stage == Stage.RESIGNED;
    }

    boolean over() {
        return stage == Stage.OVER;
    }

    void tick() {
        if (stage == Stage.OVER) {
            return;
        }
        long since = stage == Stage.PREPARING ? askedAtMillis : parkedAtMillis;
        if (standing.now() - since > standing.settings.handOffTimeoutMillis()) {
            giveUp();
        } else if (stage != Stage.PARKED && standing.now() >= repeatAtMillis) {
            ask();
        }
    }

    /** Questions, answers and resignations may be lost: all are repeated at the pace of heartbeats (Rule 10.5). */
    private void ask() {
        repeatAtMillis = standing.now() + standing.settings.heartbeatMillis();
        latchReads.ask();
        standing.send(
                target.node(),
                stage == Stage.PREPARING
                        ? new Message.Suspect(leadership.epoch(), question)
                        : new Message.Resign(leadership.epoch()));
    }

    /** The target's answer, whether it could claim now. */
    void onSuspected(ReplicaId from, Message.Suspected answer) {
        if (stage != Stage.PREPARING || answer.question() != question || !from.equals(target)) {
            return;
        }
        if (answer.canLead()) {
            targetProcess = answer.process();
        } else {
            end(refused(
                    HandOffOutcome.Reason.NOT_LIVE,
                    target.node()
                            + " could not claim now: its disk or its ZooKeeper does not answer, or it is leaving."));
        }
    }

    void onLatchRead(long request, List<Coordination.LatchPlace> read) {
        if (!latchReads.answers(request)) {
            return;
        }
        queue = read;
        if (stage == Stage.RESIGNED) {
            moveLatch();
        }
    }

    void proceed() {
        if (stage == Stage.PREPARING && placesAhead() != null) {
            if (dryRun) {
                end(new HandOffOutcome.Possible(standing.self.node(), target.node(), leadership.epoch()));
            } else {
                park();
            }
        }
        if (stage == Stage.PARKED // Rule 10.3
                && leadership.match(target) >= standing.journal.end().index()) {
            resign();
        }
    }

    /** Rule 10.2: from here on the log ends with the mark, until a new leader goes on behind it. */
    private void park() {
        stage = Stage.PARKED;
        parkedAtMillis = standing.now();
        leadership.appendMark();
        standing.work().info("handing off epoch=" + leadership.epoch() + " to=" + target.node());
    }

    /** Rules 10.4 and 10.5: the latch becomes the target's, and it is told that it may claim. */
    private void resign() {
        stage = Stage.RESIGNED;
        moveLatch();
        repeatAtMillis = standing.now() + standing.settings.heartbeatMillis();
        standing.send(target.node(), new Message.Resign(leadership.epoch()));
    }

    private void moveLatch() {
        List<String> ahead = placesAhead();
        if (ahead != null && !ahead.isEmpty()) {
            standing.work().ask(new Work.Request.DeleteLatchPlaces(ahead));
        }
    }

    /** The places ahead of the target's; null while it is not known to have one. */
    private @Nullable List<String> placesAhead() {
        List<Coordination.LatchPlace> known = queue;
        String process = targetProcess;
        if (known == null || process == null) {
            return null;
        }
        List<String> ahead = new ArrayList<>();
        for (Coordination.LatchPlace place : known) {
            if (place.replica().equals(target) && place.process().equals(process)) {
                return ahead;
            }
            ahead.add(place.path());
        }
        return null;
    }

    // --- how it ends -------------------------------------------------------------------------------------------------

    /** Rule 10.6: the leader, which nobody has fenced, goes on. */
    private void giveUp() {
        long millis = standing.settings.handOffTimeoutMillis();
        switch (stage) {
            case PREPARING -> {
                String missing = targetProcess == null
                        ? target.node() + " has not answered"
                        : queue == null ? "the latch could not be read" : target.node() + " has no place in the latch";
                HandOffOutcome.Reason reason = targetProcess != null && queue == null
                        ? HandOffOutcome.Reason.ZOOKEEPER_AWAY
                        : HandOffOutcome.Reason.NOT_LIVE;
                end(refused(reason, "Within " + millis + " ms " + missing + ". Nothing was done."));
            }
            case PARKED ->
                end(refused(
                        HandOffOutcome.Reason.TOO_SLOW,
                        target.node() + " has not stored the last entry within " + millis + " ms. "
                                + standing.self.node() + " goes on as leader."));
            case RESIGNED ->
                end(new HandOffOutcome.Undecided(target.node() + " has not taken over within " + millis + " ms. "
                        + standing.self.node() + " goes on as leader, unless it takes over yet."));
            case OVER -> {}
        }
    }

    private void end(HandOffOutcome outcome) {
        if (stage == Stage.PARKED || stage == Stage.RESIGNED) {
            standing.work()
                    .warn("hand-off failed epoch=" + leadership.epoch() + " to=" + target.node()
                            + ": it has not taken over in time; " + standing.self.node() + " goes on");
        }
        stage = Stage.OVER;
        end(standing, number, outcome);
    }

    private static void end(Standing standing, long number, HandOffOutcome outcome) {
        if (number != NOBODY_WAITS) {
            standing.work().ended(number, outcome);
        }
    }

    /**
     * The leadership has ended, and this replica follows: is it over? Rule 10.7: it has succeeded when an entry of the
     * target's epoch is known here to be committed. Then this node no longer serves as leader, and says so.
     *
     * @param leader whom this replica follows; null for nobody
     * @return whether it is over, and whoever waits has been told
     */
    boolean onFollowing(@Nullable ReplicaId leader, long leaderEpoch) {
        long committedEpoch = standing.journal.epochAt(standing.commitIndex());
        if (stage != Stage.OVER && leader != null && committedEpoch > leadership.epoch()) {
            stage = Stage.OVER;
            end(
                    standing,
                    number,
                    leader.equals(target)
                            ? new HandOffOutcome.Moved(
                                    standing.self.node(), target.node(), leaderEpoch, standing.now() - askedAtMillis)
                            : new HandOffOutcome.Undecided("Not " + target.node() + " but " + leader.node()
                                    + " leads epoch " + leaderEpoch + " now."));
        }
        return stage == Stage.OVER;
    }

    /** This replica leads again before it has heard of another leader that did. */
    void onLeadingAgain() {
        if (stage != Stage.OVER) {
            stage = Stage.OVER;
            end(standing, number, new HandOffOutcome.Undecided(standing.self.node() + " leads again."));
        }
    }
}
