package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Coordination.Answer;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Coordination.Session;
import io.bellwether.replication.Coordination.Versioned;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.WriteQuorum;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What every {@link Coordination} does, on a simulated ensemble or on a real one. */
public abstract class CoordinationContract {
    /** One process with its door, and what the world does to it. */
    public interface Participant {
        Member self();

        Coordination door();

        HeardEvents heard();

        /** Ends in order. */
        void stop();

        /** Is never heard again; its session lives on. */
        void die();

        void disconnect(boolean cut);

        void expireSession();

        void loseNextChange();

        void loseNextAnswer();
    }

    private long lastRequest;

    /** Starts a process of {@code self}. */
    protected abstract Participant start(Member self, String process);

    /** Lets time pass until the condition holds, and fails when it does not within a generous time. */
    protected abstract void until(String what, BooleanSupplier condition);

    /** Something in the ensemble fails that it survives; every client connects again. */
    protected abstract void failOneServer();

    @Test
    void aNodeSeesThatThereIsNoRecordAndStandsAmongTheMembers() {
        Participant a = start("a");

        assertThat(a.door().view().record()).isEqualTo(new Versioned(Coordination.ABSENT, null));
        assertThat(a.door().view().holdsLatch()).isFalse();
        assertThat(a.door().view().queued()).isFalse();
        assertThat(a.heard().viewChanges()).isPositive();
    }

    @Test
    void theNextInTheQueueHoldsTheLatchWhenTheFirstLeaves() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);
        assertThat(b.door().view().holdsLatch()).isFalse();

        a.door().leave();

        until("b holds the latch", () -> b.door().view().holdsLatch());
        until("a is out", () -> !a.door().view().queued());
        assertThat(a.door().view().holdsLatch()).isFalse();
    }

    @Test
    void whoStandsInTheQueueKeepsItsPlaceWhenItQueuesAgain() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);

        a.door().queue();

        assertThat(nodes(readLatch(b))).containsExactly("a", "b");
    }

    @Test
    void theLatchIsReadWithTheProcessesThatQueue() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);

        List<LatchPlace> queue = readLatch(a);

        assertThat(queue.stream().map(LatchPlace::replica).toList())
                .containsExactly(a.self().replica(), b.self().replica());
        assertThat(queue.stream().map(LatchPlace::process).toList()).containsExactly("process-a", "process-b");
    }

    @Test
    void theHolderClaimsTheFirstEpochAndTheNext() {
        Participant a = startAndHold("a");
        ControlRecord first = record(1, "a", "claim-1");
        assertThat(claim(a, Coordination.ABSENT, first)).isEqualTo(Answer.DONE);
        assertThat(a.door().view().record()).isEqualTo(new Versioned(0, first));

        ControlRecord second = record(2, "a", "claim-2");
        assertThat(claim(a, 0, second)).isEqualTo(Answer.DONE);

        assertThat(a.door().view().record()).isEqualTo(new Versioned(1, second));
    }

    @Test
    void ofTwoThatCreateTheRecordOneSucceeds() {
        Participant a = startAndHold("a");
        Participant b = start("b");

        long fromA = nextRequest();
        a.door().claim(fromA, Coordination.ABSENT, record(1, "a", "claim-a"));
        long fromB = nextRequest();
        b.door().change(fromB, Coordination.ABSENT, record(1, "b", "claim-b"));
        until(
                "both are answered",
                () -> a.heard().answerTo(fromA) != null && b.heard().answerTo(fromB) != null);

        assertThat(List.of(answer(a, fromA), answer(b, fromB))).containsExactlyInAnyOrder(Answer.DONE, Answer.CONFLICT);
        String winner = answer(a, fromA) == Answer.DONE ? "claim-a" : "claim-b";
        until(
                "both see the winner's",
                () -> claimSeen(a).equals(winner) && claimSeen(b).equals(winner));
    }

    @Test
    void aChangeOfAnOldVersionIsAConflictAndShowsTheNewOne() {
        Participant a = startAndHold("a");
        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));
        claim(a, 0, record(2, "a", "claim-2"));

        Answer answer = change(a, 0, record(3, "a", "claim-3"));

        assertThat(answer).isEqualTo(Answer.CONFLICT);
        until("the record is seen", () -> versionSeen(a) == 1);
        assertThat(claimSeen(a)).isEqualTo("claim-2");
    }

    @Test
    void aReadRecordShowsWhatAnotherChanged() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        ControlRecord first = record(1, "a", "claim-1");
        claim(a, Coordination.ABSENT, first);

        b.door().readRecord();

        until("b sees it", () -> versionSeen(b) == 0);
        assertThat(b.door().view().record()).isEqualTo(new Versioned(0, first));
    }

    @Test
    void aChangeIsSeenByOthersThoughTheyDoNotAsk() {
        Participant a = startAndHold("a");
        Participant b = start("b");

        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));
        until("b sees the first", () -> versionSeen(b) == 0);
        change(a, 0, record(2, "a", "claim-2"));

        until("b sees the second", () -> versionSeen(b) == 1);
    }

    @Test
    void aClaimFailsWhenItsLatchNodeWasDeleted() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        String place = readLatch(a).get(0).path();
        b.door().deleteLatchPlaces(List.of(place));
        until("it is gone", () -> readLatch(b).isEmpty());

        Answer answer = claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));

        assertThat(answer).isEqualTo(Answer.LATCH_LOST);
        b.door().readRecord();
        assertThat(change(b, Coordination.ABSENT, record(1, "b", "claim-b"))).isEqualTo(Answer.DONE);
    }

    @Test
    void aClaimOfWhoNeverHeldTheLatchFails() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);

        assertThat(claim(b, Coordination.ABSENT, record(1, "b", "claim-b"))).isEqualTo(Answer.LATCH_LOST);
        assertThat(claim(a, Coordination.ABSENT, record(1, "a", "claim-a"))).isEqualTo(Answer.DONE);
    }

    @Test
    void aDeposedHolderNoticesAndQueuesAgainAtTheTail() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);

        b.door().deleteLatchPlaces(List.of(readLatch(b).get(0).path()));

        until("b holds the latch", () -> b.door().view().holdsLatch());
        until(
                "a notices",
                () -> !a.door().view().holdsLatch() && !a.door().view().queued());
        queue(a);
        assertThat(nodes(readLatch(a))).containsExactly("b", "a");
    }

    @Test
    void deletingPlacesThatAreGoneHarmsNobody() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);
        Participant c = start("c");
        queue(c);
        List<LatchPlace> queue = readLatch(c);
        b.door().leave();
        until("b is gone", () -> nodes(readLatch(c)).equals(List.of("a", "c")));

        c.door().deleteLatchPlaces(List.of(queue.get(1).path(), queue.get(0).path()));

        until("c holds the latch", () -> c.door().view().holdsLatch());
        until("a notices", () -> !a.door().view().holdsLatch());
    }

    @Test
    void aStartingProcessDeletesTheLatchNodesOfItsEarlierLives() {
        Participant earlier = start(member("a"), "earlier");
        awaitReady(earlier);
        queue(earlier);
        Participant b = start("b");
        queue(b);

        // The session of the earlier life goes on, so that nothing but the later one can delete its node.
        Participant a = start(member("a"), "later");

        until("b holds the latch", () -> b.door().view().holdsLatch());
        earlier.die();
        awaitReady(a);
        queue(a);
        until("nobody else is there", () -> nodes(readLatch(b)).equals(List.of("b", "a")));
    }

    @Test
    void anotherStoreOfTheSameNodeIsNotAnEarlierLife() {
        Participant other = start(member("a", "another"), "other");
        awaitReady(other);
        queue(other);
        other.die();

        Participant a = start(member("a"), "later");
        awaitReady(a);
        queue(a);

        List<LatchPlace> queue = readLatch(a);
        assertThat(queue.stream().map(place -> place.replica().store().id()).toList())
                .containsExactly("another", "store-a");
    }

    @Test
    void aNodeReplacesItsOwnEarlierMember() {
        Participant earlier = start(new Member(replica("a", "store-a"), "http://earlier", "1", "then"), "earlier");
        awaitReady(earlier);
        earlier.die();

        Participant a = start(member("a"), "later");

        until("the new one is seen", () -> a.door().view().members().equals(List.of(a.self())));
    }

    @Test
    void aMemberGoesWithItsProcess() {
        Participant a = start("a");
        Participant b = start("b");
        until("a sees b", () -> a.door().view().members().equals(List.of(a.self(), b.self())));

        b.stop();

        until("a sees it go", () -> a.door().view().members().equals(List.of(a.self())));
    }

    @Test
    void theNextHoldsTheLatchWhenTheFirstStops() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);

        a.stop();

        until("b holds the latch", () -> b.door().view().holdsLatch());
    }

    @Test
    void aClaimWhoseAnswerIsLostIsSettledByRepeatingIt() {
        Participant a = startAndHold("a");
        a.loseNextAnswer();
        ControlRecord wanted = record(1, "a", "claim-1");

        assertThat(claim(a, Coordination.ABSENT, wanted)).isEqualTo(Answer.UNKNOWN);

        assertThat(claimUntilSettled(a, Coordination.ABSENT, wanted)).isEqualTo(Answer.CONFLICT);
        until("its own claim is seen", () -> claimSeen(a).equals("claim-1"));
        assertThat(versionSeen(a)).isEqualTo(0);
    }

    @Test
    void aClaimThatIsLostItselfIsSettledByRepeatingIt() {
        Participant a = startAndHold("a");
        a.loseNextChange();
        ControlRecord wanted = record(1, "a", "claim-1");

        assertThat(claim(a, Coordination.ABSENT, wanted)).isEqualTo(Answer.UNKNOWN);

        assertThat(claimUntilSettled(a, Coordination.ABSENT, wanted)).isEqualTo(Answer.DONE);
        assertThat(claimSeen(a)).isEqualTo("claim-1");
    }

    @Test
    void aHolderThatIsCutOffHoldsTheLatchUntilItsSessionIsLost() {
        Participant a = startAndHold("a");

        a.disconnect(true);
        until("it is suspended", () -> a.door().view().session() == Session.SUSPENDED);
        assertThat(a.door().view().holdsLatch()).isTrue();
        assertThat(claim(a, Coordination.ABSENT, record(1, "a", "claim-1"))).isEqualTo(Answer.UNKNOWN);

        until("its session is lost", () -> a.door().view().session() == Session.LOST);
        assertThat(a.door().view().holdsLatch()).isFalse();
        assertThat(a.door().view().queued()).isFalse();

        a.disconnect(false);
        until("it holds the latch again", () -> a.door().view().holdsLatch());
        until("it is a member again", () -> a.door().view().members().equals(List.of(a.self())));
    }

    @Test
    void aLostSessionIsMadeGood() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);

        a.expireSession();

        until("b holds the latch", () -> b.door().view().holdsLatch());
        until("a queues again", () -> nodes(readLatch(b)).equals(List.of("b", "a")));
        until("a is told so", () -> a.door().view().queued() && !a.door().view().holdsLatch());
        until("a is a member again", () -> b.door().view().members().equals(List.of(a.self(), b.self())));
        assertThat(change(b, Coordination.ABSENT, record(1, "b", "claim-b"))).isEqualTo(Answer.DONE);
        until("a watches again", () -> versionSeen(a) == 0);
    }

    @Test
    void aFailedServerCostsNothingButTime() {
        Participant a = startAndHold("a");
        Participant b = start("b");
        queue(b);
        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));

        failOneServer();

        ControlRecord second = record(2, "a", "claim-2");
        assertThat(claimUntilSettled(a, 0, second)).isIn(Answer.DONE, Answer.CONFLICT);
        until("b sees the change", () -> versionSeen(b) == 1);
        until("a sees the change", () -> versionSeen(a) == 1);
        assertThat(b.door().view().record()).isEqualTo(new Versioned(1, second));
        assertThat(a.door().view().holdsLatch()).isTrue();
        until("the queue stands", () -> nodes(readLatch(a)).equals(List.of("a", "b")));
    }

    // Words of the scenes.

    protected final Participant start(String node) {
        Participant started = start(member(node), "process-" + node);
        awaitReady(started);
        return started;
    }

    protected final void awaitReady(Participant started) {
        until(
                started.self().replica() + " is ready",
                () -> started.door().view().connected()
                        && started.door().view().record() != null
                        && started.door().view().members().contains(started.self()));
    }

    protected final Participant startAndHold(String node) {
        Participant started = start(node);
        started.door().queue();
        until(node + " holds the latch", () -> started.door().view().holdsLatch());
        return started;
    }

    protected final void queue(Participant participant) {
        participant.door().queue();
        until(
                participant.self().replica() + " queues",
                () -> participant.door().view().queued());
    }

    protected final Answer claim(Participant claimant, int version, ControlRecord wanted) {
        long request = nextRequest();
        claimant.door().claim(request, version, wanted);
        until("the claim is answered", () -> claimant.heard().answerTo(request) != null);
        return answer(claimant, request);
    }

    protected final Answer change(Participant leader, int version, ControlRecord wanted) {
        long request = nextRequest();
        leader.door().change(request, version, wanted);
        until("the change is answered", () -> leader.heard().answerTo(request) != null);
        return answer(leader, request);
    }

    /** Section 3's rule: the same compare-and-set with the same version, until it is known. */
    protected final Answer claimUntilSettled(Participant claimant, int version, ControlRecord wanted) {
        for (int attempt = 0; attempt < 100; attempt++) {
            until("it is connected", () -> claimant.door().view().connected());
            Answer answer = claim(claimant, version, wanted);
            if (answer != Answer.UNKNOWN) {
                return answer;
            }
        }
        throw new AssertionError("a hundred claims were lost");
    }

    /** Reads the latch until it was read: a lost read is not answered. */
    protected final List<LatchPlace> readLatch(Participant reader) {
        for (int attempt = 0; attempt < 10; attempt++) {
            until("it is connected", () -> reader.door().view().connected());
            long request = nextRequest();
            reader.door().readLatch(request);
            until(
                    "the latch is read, or the connection lost",
                    () -> reader.heard().queueRead(request) != null
                            || !reader.door().view().connected());
            List<LatchPlace> queue = reader.heard().queueRead(request);
            if (queue != null) {
                return queue;
            }
        }
        throw new AssertionError("ten reads of the latch were lost");
    }

    protected static List<String> nodes(List<LatchPlace> queue) {
        return queue.stream().map(place -> place.replica().node().name()).toList();
    }

    protected static int versionSeen(Participant participant) {
        Versioned record = participant.door().view().record();
        return record == null ? Coordination.ABSENT - 1 : record.version();
    }

    protected static String claimSeen(Participant participant) {
        Versioned versioned = participant.door().view().record();
        ControlRecord record = versioned == null ? null : versioned.record();
        return record == null ? "none" : record.claim();
    }

    protected static Member member(String node) {
        return member(node, "store-" + node);
    }

    protected static Member member(String node, String store) {
        return new Member(
                replica(node, store), "http://" + node + "." + store + ":8080", "1.0.0", "2026-01-05T10:00:00Z");
    }

    protected static ReplicaId replica(String node, String store) {
        return new ReplicaId(new NodeId(node), new StoreId(store));
    }

    protected static ControlRecord record(long epoch, String leader, String claim) {
        return new ControlRecord(
                "cluster-id",
                epoch,
                epoch,
                new NodeId(leader),
                claim,
                WriteQuorum.MAJORITY,
                2,
                List.of(replica("a", "store-a"), replica("b", "store-b")));
    }

    protected final long nextRequest() {
        lastRequest++;
        return lastRequest;
    }

    private static Answer answer(Participant participant, long request) {
        return Objects.requireNonNull(participant.heard().answerTo(request));
    }
}
