package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A claim that an operator forces, since the leader hangs (Rule 10.8): without the agreement of others that it is silent,
 * but by way of the latch and the record like every claim, and for the named epoch alone.
 *
 * <p>Legal transitions: QUEUING (the places ahead of its own are deleted, until it holds the latch) to CLAIMED (a claim
 * was begun) to OVER (it serves, or the claim has failed); from QUEUING to OVER if that takes too long.
 */
final class ForcedClaim {
    private enum Stage {
        QUEUING,
        CLAIMED,
        OVER
    }

    private final Standing standing;
    private final long number;
    private final long epoch;
    private final NodeId from;
    private final long askedAtMillis;
    private Stage stage = Stage.QUEUING;
    private final LatchReads latchReads;

    private ForcedClaim(Standing standing, long number, ControlRecord record) {
        this.standing = standing;
        this.number = number;
        this.epoch = record.epoch();
        this.from = record.leader();
        this.askedAtMillis = standing.now();
        this.latchReads = new LatchReads(standing);
        standing.work()
                .warn("forced to claim epoch=" + (epoch + 1) + ": an operator ends the leadership of " + from
                        + " in epoch " + epoch);
    }

    /**
     * Begins one; null if it ends at once, as {@link Work#handOffs} then says.
     *
     * @param named the epoch that is to end; null for that of the record
     * @param canLead whether this replica could claim now
     */
    static @Nullable ForcedClaim begin(Standing standing, long number, @Nullable Long named, boolean canLead) {
        NodeId self = standing.self.node();
        ControlRecord record = standing.record();
        if (record == null || !standing.view().connected()) {
            refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.ZOOKEEPER_AWAY,
                    "ZooKeeper is not in reach of " + self + ", or has no record of the cluster.");
        } else if (named != null && named != record.epoch()) {
            refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.OTHER_EPOCH,
                    "The epoch is " + record.epoch() + ", not " + named + ".");
        } else if (!standing.inSync()) {
            refuse(standing, number, HandOffOutcome.Reason.NOT_IN_SYNC, self + " is not in sync.");
        } else if (!canLead) {
            Optional<String> complaint = standing.guard();
            refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.NOT_LIVE,
                    self + " could not claim now: " + complaint.orElse("its disk does not answer, or it is leaving."));
        } else {
            return new ForcedClaim(standing, number, record);
        }
        return null;
    }

    static void refuse(Standing standing, long number, HandOffOutcome.Reason reason, String detail) {
        standing.work().ended(number, new HandOffOutcome.Refused(reason, detail));
    }

    boolean over() {
        return stage == Stage.OVER;
    }

    /** While this replica follows, and ZooKeeper and the disk answer: whether it is to claim now. */
    boolean tickSaysClaim() {
        if (stage != Stage.QUEUING || !isOfItsEpoch()) {
            return false;
        }
        if (standing.view().holdsLatch()) {
            stage = Stage.CLAIMED;
            return true;
        }
        latchReads.ask();
        return false;
    }

    private boolean isOfItsEpoch() {
        ControlRecord record = standing.record();
        return record != null && record.epoch() == epoch;
    }

    /** While this replica neither leads nor claims: whether it still makes sense. */
    void judge() {
        if (stage == Stage.CLAIMED) {
            end(new HandOffOutcome.Undecided(
                    "The claim of epoch " + (epoch + 1) + " came to nothing; the node's log says why."));
        } else if (stage == Stage.QUEUING && !isOfItsEpoch()) {
            end(new HandOffOutcome.Refused(
                    HandOffOutcome.Reason.OTHER_EPOCH, "Somebody else has ended epoch " + epoch + "."));
        } else if (stage == Stage.QUEUING
                && standing.now() - askedAtMillis > standing.settings.handOffTimeoutMillis()) {
            end(new HandOffOutcome.Refused(
                    HandOffOutcome.Reason.ZOOKEEPER_AWAY,
                    standing.self.node() + " did not get the latch within " + standing.settings.handOffTimeoutMillis()
                            + " ms. Nothing was claimed."));
        }
    }

    void onLatchRead(long request, List<Coordination.LatchPlace> queue) {
        if (latchReads.answers(request) && stage == Stage.QUEUING) {
            passAhead(standing, queue);
        }
    }

    /** Whoever queues ahead of this process loses its place, and queues again behind it. */
    static void passAhead(Standing standing, List<Coordination.LatchPlace> queue) {
        List<String> ahead = new ArrayList<>();
        for (Coordination.LatchPlace place : queue) {
            if (place.replica().equals(standing.self) && place.process().equals(standing.process)) {
                if (!ahead.isEmpty()) {
                    standing.work().ask(new Work.Request.DeleteLatchPlaces(ahead));
                }
                return;
            }
            ahead.add(place.path());
        }
    }

    /** While this replica leads. */
    void onLeading(Leadership leading) {
        if (stage != Stage.OVER && leading.serving()) {
            end(new HandOffOutcome.Moved(from, standing.self.node(), leading.epoch(), standing.now() - askedAtMillis));
        }
    }

    private void end(HandOffOutcome outcome) {
        stage = Stage.OVER;
        standing.work().ended(number, outcome);
    }
}
