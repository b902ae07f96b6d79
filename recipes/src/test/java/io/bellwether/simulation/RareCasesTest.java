package io.bellwether.simulation;

import static io.bellwether.simulation.LeaderStage.N1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Message;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.WriteQuorum;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the simulated weather brings too rarely: each of these fails when its rule is left out. */
class RareCasesTest {
    private static final ReplicaId N2 = LeaderStage.replica(2);
    private static final ReplicaId N3 = LeaderStage.replica(3);
    private static final ReplicaId N4 = LeaderStage.replica(4);
    private static final Entry OLD = Entry.of(1, 2, 1, Entry.Kind.COMMAND, Bytes.utf8("old"));

    private final LeaderStage stage =
            new LeaderStage(LeaderStage.logOf(OLD), 4, new Position(0, 0), WriteQuorum.MAJORITY, List.of(N1, N2, N3));

    /** Rule 4.2: the entry of epoch 2 is on a majority, but a log that ends in epoch 3 may still replace it. */
    @Test
    void anEntryOfAnOlderEpochIsNotCommittedByCounting() {
        stage.lead();
        stage.acknowledge(N2, 1);
        assertThat(stage.replica().commitIndex()).isZero();
        stage.acknowledge(N2, 2);
        assertThat(stage.replica().commitIndex()).isEqualTo(2);
    }

    /** Rule 8.1. */
    @Test
    void aReadWaitsForARoundThatBeganAfterIt() {
        stage.lead();
        stage.acknowledge(N2, 2);
        stage.replica().read(7);
        stage.run();
        assertThat(stage.readsReady).isEmpty();
        stage.acknowledge(N2, 2);
        assertThat(stage.readsReady).hasSize(1);
    }

    /** Rule 5.2: S' = {n1, n2, n3, n4} writes with three, whatever a majority of S has. */
    @Test
    void withAChangeInMindBothSetsCountForCommitsAndReads() {
        intendToAddN4();
        stage.replica().propose(Bytes.utf8("new"));
        stage.run();
        stage.acknowledge(N2, 4);
        assertThat(stage.replica().commitIndex()).isEqualTo(3);
        stage.replica().read(7);
        stage.run();
        stage.acknowledge(N2, 4);
        assertThat(stage.readsReady).isEmpty();
        stage.acknowledge(N3, 4);
        assertThat(stage.replica().commitIndex()).isEqualTo(4);
        assertThat(stage.readsReady).hasSize(1);
    }

    /** Rule 5.3: n1 and n2 alone have what is committed, and S' needs three. */
    @Test
    void aChangeIsSentOnceTheNewSetHasWhatCounts() {
        intendToAddN4();
        assertThat(stage.changes).isEmpty();
        stage.acknowledge(N4, 3);
        assertThat(stage.changes).hasSize(1);
    }

    /** Both sets answer; n4 has the start of the epoch, and has been found level, but has not stored the last entry yet. */
    private void intendToAddN4() {
        stage.lead();
        stage.acknowledge(N2, 2);
        stage.acknowledge(N3, 1);
        stage.replica().propose(Bytes.utf8("last"));
        stage.run();
        stage.acknowledge(N2, 3);
        stage.joins(N4);
        stage.pass(40);
        stage.acknowledge(N4, 2);
        stage.pass(40);
    }

    /** Rule 8.4: what an earlier leader acknowledged may be in its log, and not yet known as committed. */
    @Test
    void nothingVouchesForFreshnessBeforeAnEntryOfTheEpochIsCommitted() {
        stage.lead();
        stage.acknowledge(N2, 1);
        stage.pass(200);
        assertThat(stage.lastAppendTo(N3).confirmedAgeMillis()).isNegative();
        stage.acknowledge(N2, 2);
        stage.pass(200);
        assertThat(stage.lastAppendTo(N3).confirmedAgeMillis()).isNotNegative();
    }

    /** Rule 9.6: what a process hears first may have been under way for long, and its state is dated by what it has heard. */
    @Test
    void whatIsHeardFirstMayBeOlderThanTheOwnLog() {
        Entry last = Entry.of(1, 2, 5_000, Entry.Kind.COMMAND, Bytes.utf8("last"));
        LeaderStage follower =
                new LeaderStage(LeaderStage.logOf(last), 2, Position.ZERO, WriteQuorum.MAJORITY, List.of(N1, N2, N3));
        follower.pass(20);
        follower.hear(N2, new Message.Append(N1.store(), 2, 1, Position.ZERO, 0, 0, 1_000, false, -1, -1, List.of()));
        assertThat(follower.replica().logTime()).isEqualTo(5_000);
        follower.hear(N2, new Message.Append(N1.store(), 2, 2, Position.ZERO, 0, 0, 6_000, false, -1, -1, List.of()));
        assertThat(follower.replica().logTime()).isEqualTo(6_000);
    }

    /** Rule 8.2: else the late answer to an earlier life's question is taken for that to a new one. */
    @Test
    void noTwoLivesAskQuestionsOfTheSameNumber() {
        assertThat(questionOf(11)).isNotEqualTo(questionOf(12));
    }

    private static long questionOf(long epoch) {
        LeaderStage follower =
                new LeaderStage(LeaderStage.logOf(), epoch, Position.ZERO, WriteQuorum.MAJORITY, List.of(N1, N2, N3));
        follower.pass(20);
        follower.hear(N2, new Message.Append(N1.store(), epoch, 1, Position.ZERO, 0, 0, 1, false, -1, -1, List.of()));
        follower.replica().read(1);
        follower.run();
        return ((Message.ReadIndex) follower.last(message -> message instanceof Message.ReadIndex)).question();
    }
}
