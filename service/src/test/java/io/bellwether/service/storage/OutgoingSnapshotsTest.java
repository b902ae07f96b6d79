package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of the state, made when the test says so. */
class OutgoingSnapshotsTest {
    @TempDir
    private Path scratch;

    private final Maker maker = new Maker();
    private DataDirectory directory;
    private RocksFamily family;
    private RocksTables tables;
    private OutgoingSnapshots copies;
    private long now;
    private Runnable whenTheClockIsRead = () -> {};

    /** Does what it was given when it is told, on the test's thread. */
    private static final class Maker extends AbstractExecutorService {
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return true;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    @BeforeEach
    void open() throws Exception {
        directory = DataDirectory.lock(scratch);
        family = new RocksFamily(scratch, StoreSettings.DEFAULT, failed -> {});
        tables = RocksTables.open(directory, family, "state", true, 1 << 20, failed -> {});
        copies = new OutgoingSnapshots(directory, family, tables, this::readClock, maker);
        reach(1);
    }

    @AfterEach
    void close() throws Exception {
        copies.close();
        tables.close();
        family.close();
        directory.close();
    }

    private long readClock() {
        Runnable once = whenTheClockIsRead;
        whenTheClockIsRead = () -> {};
        once.run();
        return now;
    }

    private void reach(long index) {
        tables.put(Bytes.utf8("row"), Bytes.utf8("value " + index));
        tables.commit(new Position(1, index));
    }

    private static SnapshotContent made(CompletionStage<SnapshotContent> copy) {
        return copy.toCompletableFuture().join();
    }

    @Test
    void whoAsksBeforeACopyIsBegunSharesIt() {
        CompletionStage<SnapshotContent> first = copies.copy(1);
        reach(5);
        CompletionStage<SnapshotContent> second = copies.copy(5);
        assertThat(maker.tasks).hasSize(1);
        maker.tasks.remove().run();
        assertThat(made(first)).isEqualTo(made(second));
        assertThat(made(second).position()).isEqualTo(new Position(1, 5));
    }

    /** However many ask: one is made, and one waits. */
    @Test
    void whoAsksWhileOneIsMadeSharesTheNext() {
        CompletionStage<SnapshotContent> first = copies.copy(1);
        maker.tasks.remove().run();
        for (int index = 2; index <= 50; index++) {
            reach(index);
            copies.copy(index);
        }
        assertThat(maker.tasks).hasSize(1);
        maker.tasks.remove().run();
        assertThat(made(first).position()).isEqualTo(new Position(1, 1));
        assertThat(made(copies.copy(50)).position()).isEqualTo(new Position(1, 50));
        assertThat(maker.tasks).isEmpty();
    }

    /** A state that takes longer to copy than a copy is fresh would never be offered. */
    @Test
    void aCopyIsFreshFromWhenItIsThere() {
        assertThat(copies.offer()).isEmpty();
        now += OutgoingSnapshots.FRESH.toNanos();
        maker.tasks.remove().run();
        assertThat(copies.offer()).isPresent();
        now += OutgoingSnapshots.FRESH.toNanos() - 1;
        assertThat(copies.offer()).isPresent();
        assertThat(maker.tasks).isEmpty();
        now++;
        assertThat(copies.offer()).isEmpty();
        assertThat(maker.tasks).hasSize(1);
    }

    /** Else a second one is begun of a state that takes long, and never the first is given. */
    @Test
    void whoAsksWhileOneIsMadeForLongWaitsForThat() {
        copies.offer();
        Runnable making = maker.tasks.remove();
        whenTheClockIsRead = () -> {
            now += OutgoingSnapshots.FRESH.toNanos();
            assertThat(copies.offer()).isEmpty();
            assertThat(maker.tasks).isEmpty();
        };
        making.run();
        assertThat(copies.offer()).isPresent();
    }

    /** The log that would go on from there is gone. */
    @Test
    void aCopyOfAStateThatWasReplacedIsNotOffered() {
        copies.offer();
        maker.tasks.remove().run();
        SnapshotContent before = copies.offer().orElseThrow();
        assertThat(copies.neededAfter()).isEqualTo(1);
        copies.replaced(5);
        assertThat(copies.neededAfter()).isEqualTo(Long.MAX_VALUE);
        reach(5);
        assertThat(copies.offer()).isEmpty();
        maker.tasks.remove().run();
        assertThat(copies.offer().orElseThrow().position()).isEqualTo(new Position(1, 5));
        assertThat(before.position()).isEqualTo(new Position(1, 1));
    }

    /** The maker comes to its work when all else has ended. */
    @Test
    void afterTheEndNoneIsMade() {
        CompletionStage<SnapshotContent> asked = copies.copy(1);
        family.close();
        maker.tasks.remove().run();
        assertThat(asked.toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void theLogIsHeldFromWhereTheCopyBegins() {
        copies.copy(1);
        assertThat(copies.neededAfter()).isEqualTo(1);
        reach(5);
        maker.tasks.remove().run();
        assertThat(copies.neededAfter()).isEqualTo(5);
        now += OutgoingSnapshots.PATIENCE.toNanos();
        assertThat(copies.neededAfter()).isEqualTo(Long.MAX_VALUE);
    }
}
