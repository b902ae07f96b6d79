package io.bellwether.service.http;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Pausing;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StateDigest;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.Tables;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.service.data.Records;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Operations;
import io.bellwether.service.node.ReadOutcome;
import io.bellwether.service.node.Requests;
import io.bellwether.simulation.MemoryTables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A node that is alone and always leads: real records in memory, one thread, every write committed at once. What can go
 * wrong in a cluster is set by the test.
 */
final class LoneNode implements Requests, Operations, AutoCloseable {
    static final ReplicaId SELF = new ReplicaId(new NodeId("n1"), new StoreId("9c1e"));
    static final long EPOCH = 7;
    /** Of its state, at any index. */
    static final long DIGEST = 0x7b2f;

    static final long FIRST_LOG_TIME = 1_767_607_200_000L; // 2026-01-05T10:00:00Z

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "node"));
    private final MemoryTables tables = new MemoryTables();
    private final Records records = new Records(tables);
    private final Map<String, RequestId.Keyed> keys = new HashMap<>();
    private final Map<String, WriteOutcome> outcomes = new HashMap<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger openViews = new AtomicInteger();
    private final List<Runnable> held = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch readable = new CountDownLatch(0);
    private long index;

    volatile @Nullable WriteOutcome nextWrite;
    volatile @Nullable ReadOutcome nextRead;
    volatile @Nullable ReadLevel lastLevel;
    volatile @Nullable Duration lastTimeout;
    volatile long lastMinIndex;
    volatile long staleness;
    volatile boolean hangs;
    /** What asking it throws, on the asking thread; null for nothing. */
    volatile @Nullable Error fails;
    /** Answers each read on the asking thread, after this; null for those on the node's thread. */
    volatile @Nullable Runnable readsAtOnceAfter;

    volatile NodeStatus.Role role = NodeStatus.Role.LEADER;
    volatile boolean serving = true;
    volatile @Nullable NodeId leader = SELF.node();
    volatile List<Member> members = List.of();
    volatile List<ReplicaId> inSync = List.of(SELF);
    volatile boolean recorded = true;
    volatile HandOffOutcome nextHandOff = new HandOffOutcome.Undecided("nothing was set");
    volatile @Nullable DepartureOutcome nextDeparture = new DepartureOutcome.Left();
    volatile @Nullable HandOffWish lastWish;
    volatile @Nullable Long lastForced;
    volatile @Nullable RecoverRequest lastRecovery;
    volatile long lastEpoch = EPOCH;
    volatile long leaderHeardMillisAgo = -1;
    volatile boolean away;
    volatile boolean paused;
    volatile Pausing nextPausing = Pausing.DONE;

    @Override
    public void write(Bytes command, Optional<RequestId.Keyed> key, Duration timeout, Consumer<WriteOutcome> whenDone) {
        lastTimeout = timeout;
        failIfTold();
        onThread(() -> {
            WriteOutcome told = nextWrite;
            nextWrite = null;
            whenDone.accept(told != null ? told : keyed(command, key));
        });
    }

    private void failIfTold() {
        Error told = fails;
        if (told != null) {
            fails = null;
            throw told;
        }
    }

    private WriteOutcome keyed(Bytes command, Optional<RequestId.Keyed> id) {
        if (id.isEmpty()) {
            return apply(command);
        }
        RequestId.Keyed known = keys.putIfAbsent(id.get().key(), id.get());
        if (known != null && !known.equals(id.get())) {
            return new WriteOutcome.KeyReused();
        }
        return outcomes.computeIfAbsent(id.get().key(), absent -> apply(command));
    }

    private WriteOutcome apply(Bytes command) {
        index++;
        Position position = new Position(EPOCH, index);
        Bytes result = records.apply(position, FIRST_LOG_TIME + 1_000 * (index - 1), command);
        tables.commit(position);
        return new WriteOutcome.Decided(index, EPOCH, result);
    }

    @Override
    public void read(ReadLevel level, long minIndex, Duration timeout, Consumer<ReadOutcome> whenDone) {
        lastLevel = level;
        lastTimeout = timeout;
        lastMinIndex = minIndex;
        reads.incrementAndGet();
        failIfTold();
        Runnable before = readsAtOnceAfter;
        if (before != null) {
            before.run();
            whenDone.accept(new ReadOutcome.Ready(openView(), staleness));
            return;
        }
        onThread(() -> {
            ReadOutcome told = nextRead;
            nextRead = null;
            if (told == null && minIndex > index) {
                told = new ReadOutcome.IndexNotReached(index);
            }
            whenDone.accept(told != null ? told : new ReadOutcome.Ready(openView(), staleness));
        });
    }

    @Override
    public void status(Consumer<NodeStatus> whenDone) {
        onThread(() -> whenDone.accept(status()));
    }

    @Override
    public void handOff(HandOffWish wish, Consumer<HandOffOutcome> whenDone) {
        lastWish = wish;
        onThread(() -> whenDone.accept(nextHandOff));
    }

    @Override
    public void force(@Nullable Long epoch, Consumer<HandOffOutcome> whenDone) {
        lastForced = epoch;
        onThread(() -> whenDone.accept(nextHandOff));
    }

    @Override
    public void recover(@Nullable Long epoch, boolean dryRun, Consumer<HandOffOutcome> whenDone) {
        lastRecovery = new RecoverRequest(epoch, dryRun);
        onThread(() -> whenDone.accept(nextHandOff));
    }

    @Override
    public void compareStates(LongConsumer whenDone) {
        onThread(() -> whenDone.accept(serving ? index : -1));
    }

    @Override
    public void leave(Consumer<DepartureOutcome> whenDone) {
        away = true;
        DepartureOutcome told = nextDeparture;
        if (told != null) {
            onThread(() -> whenDone.accept(told));
        }
    }

    @Override
    public void returnToDuty(Runnable whenDone) {
        away = false;
        onThread(whenDone);
    }

    CompletionStage<Pausing> pause(boolean wanted) {
        if (nextPausing == Pausing.DONE) {
            paused = wanted;
        }
        return CompletableFuture.completedFuture(nextPausing);
    }

    private NodeStatus status() {
        ControlRecord record = recorded
                ? new ControlRecord("5d0c", 3, EPOCH, SELF.node(), "claim", WriteQuorum.MAJORITY, 1, inSync)
                : null;
        return new NodeStatus(
                SELF,
                role,
                EPOCH,
                leader,
                serving,
                index,
                index == 0 ? 0 : lastEpoch,
                FIRST_LOG_TIME,
                index,
                index,
                staleness,
                leaderHeardMillisAgo,
                true,
                List.of(new StateDigest(index, DIGEST)),
                record,
                Coordination.Session.CONNECTED,
                members,
                paused);
    }

    /** Answers what came while it hung. */
    void wakeUp() {
        hangs = false;
        List<Runnable> late = new ArrayList<>(held);
        held.clear();
        late.forEach(thread::execute);
    }

    /** How many times something was read. */
    int reads() {
        return reads.get();
    }

    /** How many requests came while it hung. */
    int heldRequests() {
        return held.size();
    }

    /** Views that are opened from now on can't be read: the disk does not answer. */
    void holdViews() {
        readable = new CountDownLatch(1);
    }

    /** Views that could not be read can be, and those that are opened from now on. */
    void releaseViews() {
        readable.countDown();
    }

    /** How many views are open. */
    int openViews() {
        return openViews.get();
    }

    /** All rows, as they are now. */
    Map<Bytes, Bytes> state() {
        Map<Bytes, Bytes> rows = new HashMap<>();
        try (Tables.View view = tables.view()) {
            view.scan(Bytes.EMPTY, Bytes.wrap(new byte[] {-1}), (key, value) -> {
                rows.put(key, value);
                return true;
            });
        }
        return rows;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void onThread(Runnable task) {
        if (hangs) {
            held.add(task);
        } else {
            thread.execute(task);
        }
    }

    private Tables.View openView() {
        Tables.View view = tables.view();
        CountDownLatch ours = readable;
        openViews.incrementAndGet();
        return new Tables.View() {
            @Override
            public Position applied() {
                return view.applied();
            }

            @Override
            public long sum() {
                return view.sum();
            }

            @Override
            public @Nullable Bytes get(Bytes key) {
                await(ours);
                return view.get(key);
            }

            @Override
            public void scan(Bytes from, Bytes to, Tables.Visitor visitor) {
                await(ours);
                view.scan(from, to, visitor);
            }

            @Override
            public void close() {
                view.close();
                openViews.decrementAndGet();
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the test is over", e);
        }
    }
}
