package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.gateway.Leaderships;
import io.bellwether.gateway.Outcomes;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.EpochStart;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Tables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the replicated state remembers of past leaderships. */
class LeadershipsTest {
    private final MemoryTables tables = new MemoryTables();
    private final Outcomes outcomes = new Outcomes(tables, new Registers(tables, new Truth(new Exercised())));
    private long index;

    @Test
    void theLatestComesFirstWithWhatBeganIt() {
        begin(1, "n1", EpochStart.Cause.BOOTSTRAP, 1_000);
        begin(3, "n2", EpochStart.Cause.SILENT_LEADER, 5_000);
        assertThat(history(10))
                .containsExactly(
                        new Leaderships.Past(3, new NodeId("n2"), "silent-leader", 2, 5_000, null),
                        new Leaderships.Past(1, new NodeId("n1"), "bootstrap", 1, 1_000, null));
        assertThat(history(1)).hasSize(1);
    }

    /** The mark says since when no write was taken; a tick that something else follows is none. */
    @Test
    void thePauseOfAHandOffIsKnownByItsMark() {
        begin(1, "n1", EpochStart.Cause.BOOTSTRAP, 1_000);
        apply(1, 2_000, Entry.Kind.TICK, Bytes.EMPTY);
        begin(2, "n2", EpochStart.Cause.HAND_OFF, 2_040);
        assertThat(history(1).get(0).writePauseMillis()).isEqualTo(40L);
        begin(3, "n1", EpochStart.Cause.HAND_OFF, 3_000);
        assertThat(history(1).get(0).writePauseMillis()).isNull();
        apply(3, 4_000, Entry.Kind.TICK, Bytes.EMPTY);
        begin(4, "n2", EpochStart.Cause.SILENT_LEADER, 5_000);
        assertThat(history(1).get(0).writePauseMillis()).isNull();
    }

    @Test
    void oldOnesAreForgotten() {
        for (int epoch = 1; epoch <= 1_100; epoch++) {
            begin(epoch, "n1", EpochStart.Cause.ELECTION, epoch);
        }
        assertThat(history(10_000)).hasSizeLessThanOrEqualTo(1_001);
        assertThat(history(1).get(0).epoch()).isEqualTo(1_100);
    }

    private List<Leaderships.Past> history(int limit) {
        try (Tables.View view = tables.view()) {
            return new ArrayList<>(Leaderships.newestFirst(view, limit));
        }
    }

    private void begin(long epoch, String leader, EpochStart.Cause cause, long logTime) {
        apply(epoch, logTime, Entry.Kind.EPOCH_STARTED, new EpochStart(new NodeId(leader), cause).encode());
    }

    private void apply(long epoch, long logTime, Entry.Kind kind, Bytes payload) {
        index++;
        outcomes.apply(List.of(Entry.of(index, epoch, logTime, kind, payload)));
    }
}
