package io.bellwether.simulation;

import static io.bellwether.simulation.LeaderStage.N1;
import static io.bellwether.simulation.LeaderStage.place;
import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Admission;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Entry;
import io.bellwether.replication.EpochStart;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.Message;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Work;
import io.bellwether.replication.WriteQuorum;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of the hand-off one by one: each of these fails when its rule is left out. */
class HandOffRulesTest {
    private static final ReplicaId N2 = LeaderStage.replica(2);
    private static final ReplicaId N3 = LeaderStage.replica(3);
    private static final ReplicaId N4 = LeaderStage.replica(4);
    private static final long EPOCH = 4;
    private static final HandOffWish TO_N2 = new HandOffWish(N2.node(), null, false);

    private final LeaderStage stage =
            new LeaderStage(LeaderStage.logOf(), EPOCH, Position.ZERO, WriteQuorum.MAJORITY, List.of(N1, N2, N3));
    private long number;

    // --- at the leader -----------------------------------------------------------------------------------------------

    /** Rule 10.1. */
    @Test
    void whatIsNotFitIsRefusedBeforeAnythingHappens() {
        lead();
        stage.joins(N4);
        stage.pass(20);
        assertRefused(new HandOffWish(N2.node(), EPOCH, false), HandOffOutcome.Reason.OTHER_EPOCH);
        assertRefused(new HandOffWish(N4.node(), null, false), HandOffOutcome.Reason.NOT_IN_SYNC);
        assertRefused(new HandOffWish(LeaderStage.replica(9).node(), null, false), HandOffOutcome.Reason.UNKNOWN_NODE);
        for (int i = 0; i < 12; i++) {
            stage.acknowledge(N3, 1);
            stage.pass(100);
        }
        assertRefused(TO_N2, HandOffOutcome.Reason.NOT_LIVE);
        assertThat(stage.replica().lastIndex()).isEqualTo(1);
    }

    /** Rule 10.1: the question to the target is answered with no. */
    @Test
    void aTargetThatCouldNotLeadIsNoTarget() {
        lead();
        stage.othersCanLead = false;
        assertRefused(TO_N2, HandOffOutcome.Reason.NOT_LIVE);
    }

    /** Rule 10.1. */
    @Test
    void whileAChangeOfTheSetIsOpenNoHandOffBegins() {
        lead();
        intendToAddN4();
        assertRefused(TO_N2, HandOffOutcome.Reason.SET_CHANGES);
    }

    /** Rule 10.1. */
    @Test
    void whileAHandOffRunsNoChangeOfTheSetBeginsAndNoOtherHandOff() {
        lead();
        stage.replica().handOff(1, TO_N2);
        assertRefused(TO_N2, HandOffOutcome.Reason.RUNS_ALREADY);
        intendToAddN4();
        stage.acknowledge(N4, 2);
        assertThat(stage.changes).isEmpty();
    }

    /** Rule 10.1: it is said to lead only if it does, and goes on. */
    @Test
    void whoIsAskedToLeadAndHandsOverDoesNotSayThatItLeads() {
        HandOffWish toSelf = new HandOffWish(N1.node(), null, false);
        lead();
        stage.replica().handOff(1, toSelf);
        stage.pass(20);
        assertThat(stage.handOffs).singleElement().isInstanceOf(HandOffOutcome.Moved.class);
        stage.handOffs.clear();
        stage.replica().handOff(2, TO_N2);
        assertRefused(toSelf, HandOffOutcome.Reason.RUNS_ALREADY);
    }

    /** Rule 10.1. */
    @Test
    void whoIsAskedToLeadAndDoesNotServeYetDoesNotSayThatItLeads() {
        stage.othersCanLead = true;
        stage.lead();
        assertRefused(new HandOffWish(N1.node(), null, false), HandOffOutcome.Reason.NOT_SERVING);
    }

    /** Rule 10.1: all is found out, and nothing done. */
    @Test
    void aDryRunParksNothing() {
        lead();
        stage.replica().handOff(1, new HandOffWish(null, null, true));
        stage.pass(60);
        assertThat(stage.handOffs).singleElement().isInstanceOf(HandOffOutcome.Possible.class);
        assertThat(stage.replica().propose(Bytes.utf8("w"))).isInstanceOf(Admission.Appended.class);
        assertThat(resignations()).isZero();
    }

    /** Rule 10.2. */
    @Test
    void noWriteIsTakenOnceItIsUnderWay() {
        lead();
        stage.replica().handOff(1, TO_N2);
        stage.pass(20);
        assertThat(stage.replica().propose(Bytes.utf8("w")))
                .isEqualTo(new Admission.Refused(Admission.Refusal.HANDING_OFF));
    }

    /** Rule 10.3. */
    @Test
    void theLeaderResignsWhenTheTargetHasTheLastEntryAndNotBefore() {
        lead();
        stage.replica().handOff(1, TO_N2);
        stage.pass(60);
        stage.acknowledge(N3, 2);
        stage.pass(300);
        assertThat(resignations()).isZero();
        assertThat(stage.asked).noneMatch(request -> request instanceof Work.Request.DeleteLatchPlaces);
        stage.acknowledge(N2, 2);
        assertThat(resignations()).isEqualTo(1);
    }

    /** Rule 10.4: its own place goes as well as those of others, and none behind the target's. */
    @Test
    void thePlacesAheadOfTheTargetsAreDeleted() {
        lead();
        stage.queue = List.of(place(N1), place(N3), place(N2), place(N4));
        resign();
        assertThat(stage.asked)
                .contains(new Work.Request.DeleteLatchPlaces(
                        List.of(place(N1).path(), place(N3).path())));
    }

    /** Rule 10.5: messages may be lost. */
    @Test
    void theResignationIsRepeated() {
        lead();
        resign();
        stage.pass(350);
        assertThat(resignations()).isGreaterThanOrEqualTo(3);
    }

    /** Rule 10.6. */
    @Test
    void aLeaderThatNobodyReplacesGoesOn() {
        lead();
        resign();
        for (int i = 0; i < 21; i++) {
            stage.pass(100);
            stage.acknowledge(N2, 2);
            stage.acknowledge(N3, 2);
        }
        assertThat(stage.handOffs).singleElement().isInstanceOf(HandOffOutcome.Undecided.class);
        assertThat(stage.replica().propose(Bytes.utf8("w"))).isInstanceOf(Admission.Appended.class);
    }

    /** Rule 10.7. */
    @Test
    void itIsOverWhenAnEntryOfTheNewEpochIsCommitted() {
        lead();
        resign();
        long epoch = EPOCH + 2;
        stage.hear(N2, new Message.PromiseRequest(epoch, "n2"));
        stage.run();
        assertThat(stage.replica().leading()).isFalse();
        assertThat(stage.handOffs).isEmpty();
        Entry start = Entry.of(
                3, epoch, 10, Entry.Kind.EPOCH_STARTED, new EpochStart(N2.node(), EpochStart.Cause.HAND_OFF).encode());
        Position previous = new Position(EPOCH + 1, 2);
        stage.hear(N2, append(epoch, 1, previous, 2, List.of(start)));
        stage.run();
        assertThat(stage.handOffs).isEmpty();
        stage.hear(N2, append(epoch, 2, start.position(), 3, List.of()));
        stage.run();
        assertThat(stage.handOffs).singleElement().isInstanceOfSatisfying(HandOffOutcome.Moved.class, moved -> {
            assertThat(moved.to()).isEqualTo(N2.node());
            assertThat(moved.epoch()).isEqualTo(epoch);
        });
    }

    /** Rule 10.9. */
    @Test
    void whoSaysThatItLeavesIsRemovedAtOnce() {
        lead();
        stage.hear(N3, new Message.Leaving(EPOCH + 1));
        stage.pass(60);
        assertThat(stage.changes)
                .singleElement()
                .satisfies(change -> assertThat(change.wanted().inSync()).containsExactly(N1, N2));
    }

    // --- at a follower -----------------------------------------------------------------------------------------------

    /** Rule 10.5: neither that of somebody else, nor of another epoch, nor one that was not repeated. */
    @Test
    void onlyTheLeadersOwnResignationCounts() {
        follow();
        stage.hear(N3, new Message.Resign(EPOCH));
        stage.hear(N2, new Message.Resign(EPOCH - 1));
        stage.pass(60);
        assertThat(claims()).isZero();
        stage.holdsLatch = false;
        follow();
        stage.hear(N2, new Message.Resign(EPOCH));
        for (int i = 0; i < 12; i++) {
            stage.pass(100);
            follow();
        }
        stage.holdsLatch = true;
        stage.pass(60);
        assertThat(claims()).isZero();
        stage.hear(N2, new Message.Resign(EPOCH));
        stage.run();
        assertThat(claims()).isEqualTo(1);
    }

    /** Rule 10.8. */
    @Test
    void aForcedClaimIsForOneEpochAndGoesByWayOfTheLatch() {
        follow();
        stage.replica().force(1, EPOCH - 1);
        stage.run();
        assertThat(stage.handOffs)
                .singleElement()
                .isInstanceOfSatisfying(HandOffOutcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(HandOffOutcome.Reason.OTHER_EPOCH));
        stage.holdsLatch = false;
        stage.queue = List.of(place(N2), ownPlace(), place(N3));
        stage.replica().force(2, EPOCH);
        stage.pass(60);
        assertThat(claims()).isZero();
        assertThat(stage.asked)
                .contains(new Work.Request.DeleteLatchPlaces(List.of(place(N2).path())));
        stage.holdsLatch = true;
        stage.pass(20);
        assertThat(claims()).isEqualTo(1);
    }

    private static LatchPlace ownPlace() {
        return new LatchPlace("/latch/own", N1, "n1-" + EPOCH);
    }

    /** Rule 10.10: it holds the latch, hears nobody, and all agree. */
    @Test
    void whoLeavesNeitherClaimsNorQueues() {
        follow();
        stage.replica().leave(1);
        stage.pass(5_000);
        assertThat(claims()).isZero();
        assertThat(stage.asked).anyMatch(request -> request instanceof Work.Request.Leave);
        stage.replica().returnToDuty();
        stage.pass(5_000);
        assertThat(claims()).isPositive();
    }

    /** Rule 10.9: a second wish to leave does not take the answer from the first. */
    @Test
    void everybodyWhoAskedHearsThatItHasLeft() {
        follow();
        stage.replica().leave(1);
        stage.replica().leave(2);
        stage.pass(20_000);
        assertThat(stage.departures).containsExactly(1L, 2L);
    }

    // --- the play ----------------------------------------------------------------------------------------------------

    /** n1 leads epoch 5, and serves. */
    private void lead() {
        stage.othersCanLead = true;
        stage.lead();
        stage.acknowledge(N2, 1);
        stage.acknowledge(N3, 1);
        stage.pass(20);
        assertThat(stage.replica().serving()).isTrue();
    }

    private void resign() {
        stage.replica().handOff(1, TO_N2);
        stage.pass(20);
        stage.acknowledge(N3, 2);
        stage.acknowledge(N2, 2);
        assertThat(resignations()).isEqualTo(1);
    }

    private void intendToAddN4() {
        stage.joins(N4);
        stage.pass(40);
        stage.acknowledge(N4, 1);
        stage.pass(40);
    }

    private void assertRefused(HandOffWish wish, HandOffOutcome.Reason reason) {
        number++;
        int before = stage.handOffs.size();
        stage.replica().handOff(100 + number, wish);
        stage.pass(20);
        assertThat(stage.handOffs).hasSize(before + 1);
        assertThat(stage.handOffs.get(before))
                .isInstanceOfSatisfying(HandOffOutcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason));
    }

    /** n1 hears n2, which leads epoch 4. */
    private void follow() {
        stage.pass(20);
        number++;
        stage.hear(N2, append(EPOCH, number, Position.ZERO, 0, List.of()));
        stage.run();
    }

    private static Message.Append append(
            long epoch, long number, Position previous, long commitIndex, List<Entry> entries) {
        return new Message.Append(N1.store(), epoch, number, previous, commitIndex, 0, 1, false, -1, -1, entries);
    }

    private long resignations() {
        return stage.sent.stream()
                .filter(message -> message instanceof Message.Resign)
                .count();
    }

    private long claims() {
        return stage.asked.stream()
                .filter(request -> request instanceof Work.Request.Claim)
                .count();
    }
}
