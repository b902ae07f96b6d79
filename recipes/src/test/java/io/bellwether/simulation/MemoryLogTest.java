package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The log in memory keeps the contract, and its crashes lose what the caller says. */
class MemoryLogTest extends ReplicatedLogContract {
    private static final StoreRecord PROMISED = new StoreRecord("c", new Promise(2, "claim"), 1);

    private final MemoryLog log = new MemoryLog(new StoreId("s1"));
    private long reported;

    @Override
    protected ReplicatedLog log() {
        return log;
    }

    @Override
    protected long settle() {
        if (log.hasStaged()) {
            reported = log.sync(log.staged().size());
        }
        return reported;
    }

    @Override
    protected void restart() {
        log.crash(0, 0);
    }

    @Test
    void aCrashTakesWhatWasStaged() {
        write(entries(1, 2, 1));
        settle();
        write(entries(3, 4, 1));
        write(0, List.of(), PROMISED);
        log.crash(0, 0);
        assertThat(log.end()).isEqualTo(new Position(1, 2));
        assertThat(log.record()).isEqualTo(StoreRecord.NEW);
        assertThat(log.hasStaged()).isFalse();
    }

    @Test
    void aCrashMayKeepAPrefixOfTheWrites() {
        write(entries(1, 2, 1));
        write(0, List.of(), PROMISED);
        write(entries(3, 4, 2));
        log.crash(2, 0);
        assertThat(log.end()).isEqualTo(new Position(1, 2));
        assertThat(log.record()).isEqualTo(PROMISED);
    }

    @Test
    void aCrashMayTearAWriteAfterAnyOfItsSteps() {
        List<Position> endAfterSteps = List.of(
                new Position(1, 4), new Position(1, 4), new Position(1, 2), new Position(2, 3), new Position(2, 4));
        for (int steps = 0; steps <= 4; steps++) {
            MemoryLogTest scene = new MemoryLogTest();
            scene.write(entries(1, 4, 1));
            scene.settle();
            scene.write(3, entries(3, 4, 2), PROMISED);
            assertThat(MemoryLog.steps(scene.log.staged().get(0))).isEqualTo(4);
            scene.log.crash(0, steps);
            assertThat(scene.log.end()).as("after %d steps", steps).isEqualTo(endAfterSteps.get(steps));
            assertThat(scene.log.record()).isEqualTo(steps == 0 ? StoreRecord.NEW : PROMISED);
        }
    }

    @Test
    void aSyncOfTheOldestLeavesTheOthersStaged() {
        write(entries(1, 1, 1));
        write(entries(2, 2, 1));
        assertThat(log.sync(1)).isEqualTo(1);
        assertThat(log.durableEntries()).isEqualTo(entries(1, 1, 1));
        assertThatThrownBy(() -> log.read(2, 1)).isInstanceOf(InvariantViolation.class);
        assertThat(log.staged()).hasSize(1);
    }
}
