package io.bellwether.replication;

import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * That this replica is to lead alone, with what it has, since too few of S are left for any claim to recover (Rule 10.11).
 * What only the others had is given up. The one claim that rests on the word of an operator, so it finds out first that
 * nothing else helps: it asks all others for as long as a leader may be silent.
 *
 * <p>Legal transitions: ASKING (whether a leader is heard, and who of S answers) to QUEUING (the places ahead of its own
 * are deleted, until it holds the latch) to CLAIMED (a claim was begun) to OVER (it serves, or the claim has failed); from
 * ASKING and QUEUING to OVER if the cluster can heal by itself, or that takes too long.
 */
final class Recovery {
    private enum Stage {
        ASKING,
        QUEUING,
        CLAIMED,
        OVER
    }

    private final Standing standing;
    private final long number;
    private final long epoch;
    private final NodeId from;
    private final boolean dryRun;
    private final long question;
    private final long askedAtMillis;
    private final TreeSet<ReplicaId> answered = new TreeSet<>();
    private @Nullable NodeId hearsLeader;
    private Stage stage = Stage.ASKING;
    private long queuedAtMillis;
    private final LatchReads latchReads;
    private long repeatAtMillis;

    private Recovery(Standing standing, long number, ControlRecord record, boolean dryRun) {
        this.standing = standing;
        this.number = number;
        this.epoch = record.epoch();
        this.from = record.leader();
        this.dryRun = dryRun;
        this.question = 1 + standing.random(1L << 46); // an answer to another question is none to this
        this.askedAtMillis = standing.now();
        this.repeatAtMillis = standing.now();
        this.latchReads = new LatchReads(standing);
    }

    /**
     * Begins one; null if it ends at once, as {@link Work#handOffs} then says.
     *
     * @param named the epoch that is to end; null for that of the record
     * @param dryRun only find out whether it could
     * @param able whether ZooKeeper, the disk and the guards let this replica claim
     */
    static @Nullable Recovery begin(
            Standing standing, long number, @Nullable Long named, boolean dryRun, boolean able) {
        NodeId self = standing.self.node();
        ControlRecord record = standing.record();
        if (record == null || !standing.view().connected()) {
            ForcedClaim.refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.ZOOKEEPER_AWAY,
                    "ZooKeeper is not in reach of " + self + ", or has no record of the cluster.");
        } else if (named != null && named != record.epoch()) {
            ForcedClaim.refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.OTHER_EPOCH,
                    "The epoch is " + record.epoch() + ", not " + named + ".");
        } else if (standing.journal.isEmpty()) {
            ForcedClaim.refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.EMPTY_STORE,
                    self + " has an empty store: there is nothing in it to recover.");
        } else if (!able) {
            ForcedClaim.refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.NOT_LIVE,
                    self + " could not claim now: "
                            + standing.guard().orElse("its disk does not answer, or it is leaving."));
        } else {
            return new Recovery(standing, number, record, dryRun);
        }
        return null;
    }

    boolean over() {
        return stage == Stage.OVER;
    }

    boolean claimed() {
        return stage == Stage.CLAIMED;
    }

    /** Whether it needs a place in the latch, in sync or not (Rule 7.4). */
    boolean wantsLatch() {
        return stage == Stage.QUEUING || stage == Stage.CLAIMED;
    }

    // --- whether nothing else helps --------------------------------------------------------------------------------

    void onSuspected(ReplicaId from, Message.Suspected answer) {
        if (answer.question() != question) {
            return;
        }
        answered.add(from);
        if (answer.hearsLeader()) {
            hearsLeader = from.node();
        }
    }

    /**
     * While this replica neither claims nor has claimed for this.
     *
     * @param leader whom it hears or, serving, is; null for nobody
     * @param able whether ZooKeeper, the disk and the guards let this replica claim
     */
    void tick(@Nullable NodeId leader, boolean able) {
        NodeId self = standing.self.node();
        ControlRecord record = standing.record();
        if (stage == Stage.CLAIMED) {
            end(new HandOffOutcome.Undecided(
                    "The claim of epoch " + (epoch + 1) + " came to nothing; the node's log says why."));
        } else if (record == null || record.epoch() != epoch) {
            refuse(HandOffOutcome.Reason.OTHER_EPOCH, "Somebody else has ended epoch " + epoch + ".");
        } else if (leader != null) {
            refuse(HandOffOutcome.Reason.LEADER_HEARD, leader + " leads: there is nothing to recover.");
        } else if (hearsLeader != null) {
            refuse(
                    HandOffOutcome.Reason.LEADER_HEARD,
                    hearsLeader + " hears a leader: the cluster has one, or is about to.");
        } else if (Quorums.of(record).recoveryQuorum(this::isLeft)) {
            refuse(
                    HandOffOutcome.Reason.QUORUM_ANSWERS,
                    "Of the in-sync set (" + Standing.names(record.inSync())
                            + ") enough are left to recover without any"
                            + " loss: " + left(record)
                            + ". They elect a leader by themselves; if they do not, their logs"
                            + " say why. Whoever has ended counts until ZooKeeper has closed its session.");
        } else if (!able || standing.now() - askedAtMillis > patienceMillis()) {
            refuse(
                    HandOffOutcome.Reason.ZOOKEEPER_AWAY,
                    self + " did not get the latch within " + standing.settings.handOffTimeoutMillis()
                            + " ms, or could not claim with it. Nothing was claimed.");
        } else {
            goOn();
        }
    }

    private long patienceMillis() {
        return standing.settings.leaderTimeoutMillis() + standing.settings.handOffTimeoutMillis();
    }

    /** It answered, or ZooKeeper has it for alive: then it can be cut from this node alone, and serve others. */
    private boolean isLeft(ReplicaId replica) {
        return replica.equals(standing.self)
                || answered.contains(replica)
                || standing.view().members().stream()
                        .anyMatch(member -> member.replica().equals(replica));
    }

    private String left(ControlRecord record) {
        return Standing.names(record.inSync().stream().filter(this::isLeft).toList());
    }

    private void goOn() {
        if (standing.now() >= repeatAtMillis) {
            repeatAtMillis = standing.now() + standing.settings.heartbeatMillis();
            askAll();
        }
        if (stage == Stage.ASKING && standing.now() - askedAtMillis >= standing.settings.leaderTimeoutMillis()) {
            if (dryRun) {
                end(new HandOffOutcome.Possible(from, standing.self.node(), epoch));
            } else {
                stage = Stage.QUEUING;
                queuedAtMillis = standing.now();
            }
        }
    }

    /** Those of S, and who is live beside them: a learner may hear a leader too. */
    private void askAll() {
        TreeSet<NodeId> others = new TreeSet<>();
        ControlRecord record = standing.record();
        if (record != null) {
            record.inSync().forEach(replica -> others.add(replica.node()));
        }
        standing.view().members().forEach(member -> others.add(member.replica().node()));
        others.remove(standing.self.node());
        for (NodeId other : others) {
            standing.send(other, new Message.Suspect(standing.promise().epoch(), question));
        }
    }

    // --- the claim -------------------------------------------------------------------------------------------------

    /** Whether it is to claim now; asks for the latch otherwise. */
    boolean saysClaim() {
        if (stage != Stage.QUEUING) {
            return false;
        }
        if (standing.view().holdsLatch()) {
            stage = Stage.CLAIMED;
            standing.work()
                    .warn("recovering epoch=" + (epoch + 1) + " from log to=" + standing.journal.end()
                            + ": an operator gives up what only others had");
            return true;
        }
        latchReads.ask();
        return false;
    }

    void onLatchRead(long request, List<Coordination.LatchPlace> queue) {
        if (latchReads.answers(request) && stage == Stage.QUEUING) {
            ForcedClaim.passAhead(standing, queue);
        }
    }

    /** Another claim of this replica is under way. */
    void onOtherClaim() {
        refuse(
                HandOffOutcome.Reason.QUORUM_ANSWERS,
                standing.self.node() + " is claiming by itself: the cluster may heal without any loss.");
    }

    /** While this replica leads with what it has claimed for this. */
    void onLeading(Leadership leading) {
        if (leading.epoch() > epoch && leading.serving()) {
            end(new HandOffOutcome.Moved(from, standing.self.node(), leading.epoch(), standing.now() - queuedAtMillis));
        }
    }

    private void refuse(HandOffOutcome.Reason reason, String detail) {
        end(new HandOffOutcome.Refused(reason, detail));
    }

    private void end(HandOffOutcome outcome) {
        stage = Stage.OVER;
        standing.work().ended(number, outcome);
    }
}
