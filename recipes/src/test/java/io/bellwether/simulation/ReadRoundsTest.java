package io.bellwether.simulation;

import static io.bellwether.simulation.LeaderStage.N1;
import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Message;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.WriteQuorum;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom a leader asks when reads wait (Rule 8.1). */
class ReadRoundsTest {
    private static final ReplicaId N2 = LeaderStage.replica(2);
    private static final ReplicaId N3 = LeaderStage.replica(3);

    private final LeaderStage stage =
            new LeaderStage(LeaderStage.logOf(), 4, Position.ZERO, WriteQuorum.MAJORITY, List.of(N1, N2, N3));

    @BeforeEach
    void n3AnswersLast() {
        stage.lead();
        stage.acknowledge(N2, 1);
        stage.pass(20);
        stage.acknowledge(N3, 1);
    }

    @Test
    void asManyAreAskedAsARoundNeedsAndThoseThatAnsweredLast() {
        Message.Append before = stage.lastAppendTo(N2);
        Message.Append told = stage.lastAppendTo(N3);
        stage.replica().read(7);
        stage.run();
        assertThat(stage.lastAppendTo(N2)).isEqualTo(before);
        assertThat(stage.lastAppendTo(N3).number()).isGreaterThan(told.number());
        stage.acknowledge(N3, 1);
        assertThat(stage.readsReady).hasSize(1);
    }

    /** While no round can begin there would be ever more of them. */
    @Test
    void whoWaitsNoMoreIsForgotten() {
        stage.replica().read(7);
        stage.replica().read(8);
        stage.replica().forgetReads(Set.of(7L));
        stage.run();
        allAnswer(stage);
        assertThat(stage.readsReady).hasSize(1);
    }

    private static void allAnswer(LeaderStage stage) {
        stage.acknowledge(N2, 1);
        stage.acknowledge(N3, 1);
    }

    @Test
    void whoWaitsNoMoreBeforeThereIsALeaderIsForgotten() {
        LeaderStage later =
                new LeaderStage(LeaderStage.logOf(), 4, Position.ZERO, WriteQuorum.MAJORITY, List.of(N1, N2, N3));
        later.replica().read(7);
        later.replica().read(8);
        later.replica().forgetReads(Set.of(7L));
        later.lead();
        allAnswer(later);
        later.run();
        allAnswer(later);
        assertThat(later.readsReady).hasSize(1);
    }

    @Test
    void theOthersAreAskedWhenTheseAreSlow() {
        stage.replica().read(7);
        stage.run();
        Message.Append before = stage.lastAppendTo(N2);
        stage.pass(20);
        assertThat(stage.lastAppendTo(N2).number()).isGreaterThan(before.number());
        stage.acknowledge(N2, 1);
        assertThat(stage.readsReady).hasSize(1);
    }
}
