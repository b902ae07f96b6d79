package io.bellwether.service.node;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.ReadVerdict;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.Room;
import io.bellwether.gateway.ServingNode;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.Replica;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Tables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns a node. Whatever happens becomes an event in its inbox; it takes all that has gathered, lets
 * the node draw its conclusions once, and waits for more. What arrives meanwhile is the next batch. Only under load a
 * client's question waits for others, for a moment; what the world reports wakes the loop at once.
 *
 * <p>An event that throws ends the process: {@code fatal} hears why, once, and the loop does nothing more. A dead node is
 * a failover, a wrong one is lost data.
 */
public final class NodeLoop implements Requests, Operations, CoordinationEvents, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);

    /** How often the node sees time pass when nothing else happens. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** So many questions of clients in one step show that more are on their way. */
    private static final int BUSY_EVENTS = 3;

    private static final long GATHER_NANOS = 300_000;

    /** A node that is told to stop goes on for so long at most, so that what its clients wait for can still happen. */
    private static final long DRAIN_MILLIS = 2_000;

    private static final long STOP_SECONDS = 10;

    /** Whoever compares them looks several times while one is made. */
    private static final int DIGESTS_TOLD = 8;

    private final Entrance entrance;
    private final Consumer<Throwable> fatal;
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Rest> rest = new AtomicReference<>(Rest.NONE);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    private final List<Runnable> afterRun = new ArrayList<>();
    private final long originNanos = System.nanoTime();

    private volatile boolean stopping;
    /** The thread looks into the inbox only once more, or never. */
    private volatile boolean shut;
    /** Something is in the inbox that is not to wait for more. */
    private volatile boolean urgent;

    /** So many questions of clients end a rest in which their questions are gathered. */
    private volatile long enough = Long.MAX_VALUE;

    /** What clients asked that the latest step has taken; of the loop's thread. */
    private int takenFromClients;

    private final GatheringPatience patience = new GatheringPatience();

    /** The state shown by the tables contains all that was committed at this moment of the own clock; -1 for none. */
    private volatile long freshAsOfMillis = -1;

    private @Nullable Parts parts;

    /** What the loop's thread does, and so what wakes it. */
    private enum Rest {
        /** It works, and looks into its inbox again before it rests. */
        NONE,
        /** Whatever comes wakes it. */
        SLEEP,
        /** For a moment, what clients ask does not wake it, unless it is enough. */
        GATHER
    }

    /** What the loop drives; made after it, since everything that reports to it needs it first. */
    private record Parts(
            ServingNode node, Tables tables, Coordination coordination, Consumer<Coordination.View> viewSeen) {}

    /**
     * @param maxRequests of clients that may wait for this thread; beyond, writes and reads are refused at the door
     * @param maxBytes of the writes among them, all together
     * @param fatal hears on the loop's thread why the process must stop; it does not return to normal life
     */
    public NodeLoop(String name, int maxRequests, long maxBytes, Consumer<Throwable> fatal) {
        this.entrance = new Entrance(maxRequests, maxBytes);
        this.fatal = fatal;
        this.thread = new Thread(this::live, name);
    }

    /**
     * Begins to drive the node. What was enqueued before is done first.
     *
     * @param viewSeen hears of ZooKeeper's view with every tick: addresses are taken from it
     */
    public void start(
            ServingNode node, Tables tables, Coordination coordination, Consumer<Coordination.View> viewSeen) {
        parts = new Parts(node, tables, coordination, viewSeen);
        thread.start();
    }

    // --- the thread ------------------------------------------------------------------------------------------------

    private void live() {
        try {
            Parts driven = Objects.requireNonNull(parts, "a loop is started with its parts");
            while (!stopping) {
                if (!step(driven)) {
                    waitForEvents();
                }
            }
            drain(driven);
            shut = true;
            step(driven);
            driven.node().stop();
        } catch (RuntimeException | Error broken) { // a broken invariant or a dead disk: nothing goes on after that
            fatal.accept(broken);
        } finally {
            shut = true;
            ended.countDown();
        }
    }

    /** Nothing new is let in any more; what clients wait for already is given the time to happen. */
    private void drain(Parts driven) {
        long untilMillis = nowMillis() + DRAIN_MILLIS;
        do {
            driven.node().replica().endGathering();
            if (!step(driven)) {
                waitForEvents();
            }
        } while (nowMillis() < untilMillis && (!inbox.isEmpty() || isAwaited(driven.node())));
    }

    private static boolean isAwaited(ServingNode node) {
        return node.heldWrites() > 0 || node.waitingReads() > 0;
    }

    /** Whether the node has more to do without any event. */
    private boolean step(Parts driven) {
        driven.node().tick(nowMillis(), System.currentTimeMillis());
        driven.viewSeen().accept(driven.coordination().view());
        urgent = false;
        takenFromClients = 0;
        for (Runnable event = inbox.poll(); event != null; event = inbox.poll()) {
            driven.node().time(nowMillis(), System.currentTimeMillis());
            event.run();
        }
        boolean more = driven.node().run();
        more |= endsGathering(driven.node().replica());
        publish(driven.node().replica());
        for (Runnable done : afterRun) {
            done.run();
        }
        afterRun.clear();
        return more;
    }

    /** Rule 4.9. @return whether a wait is over, and entries are to leave */
    private boolean endsGathering(Replica replica) {
        boolean over = patience.isOver(replica.gathersFor(), System.nanoTime());
        if (over) {
            replica.endGathering();
        }
        return over;
    }

    private void publish(Replica replica) {
        freshAsOfMillis = replica.freshAsOfMillis();
    }

    /**
     * Under load what clients ask waits a moment for more of it: a step costs the same for one write and for many, and what
     * others report ends the wait. While nobody else asks and no entries wait for more, nothing waits.
     */
    private void waitForEvents() {
        boolean entriesWait = patience.missing() > 0;
        if (takenFromClients >= BUSY_EVENTS || entriesWait) {
            enough = entriesWait ? Math.max(patience.missing(), BUSY_EVENTS) : Long.MAX_VALUE;
            rest.set(Rest.GATHER);
            if (!urgent && entrance.requests() < enough) {
                long nanos = entriesWait ? patience.leftNanos(System.nanoTime()) : GATHER_NANOS;
                LockSupport.parkNanos(this, Math.min(nanos, GATHER_NANOS));
            }
        } else {
            rest.set(Rest.SLEEP);
            if (inbox.isEmpty()) {
                LockSupport.parkNanos(this, TICK_NANOS);
            }
        }
        rest.set(Rest.NONE);
    }

    private void enqueue(Runnable event) {
        inbox.add(event);
        urgent = true;
        if (rest.getAndSet(Rest.NONE) != Rest.NONE) {
            LockSupport.unpark(thread);
        }
    }

    private void enqueueFromClient(Runnable event) {
        inbox.add(event);
        boolean wakes = rest.compareAndSet(Rest.SLEEP, Rest.NONE)
                || (entrance.requests() >= enough && rest.compareAndSet(Rest.GATHER, Rest.NONE));
        if (wakes) {
            LockSupport.unpark(thread);
        }
    }

    private long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - originNanos);
    }

    private ServingNode node() {
        return Objects.requireNonNull(parts, "events are run by a started loop").node();
    }

    /** Lets no client in any more; whoever waits hears what became of it, or what is known; then the thread ends. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            if (thread.isAlive() && !ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn(
                        "The node's thread has not ended within {} s; the process ends without it, as after a crash",
                        STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether nothing uses the store any more; false after {@link #close} when the thread hangs, and while it runs. */
    public boolean hasEnded() {
        return ended.getCount() == 0 || thread.getState() == Thread.State.NEW;
    }

    // --- what the world reports ------------------------------------------------------------------------------------

    /**
     * Mail of another node.
     *
     * @param whenProcessed called on the loop's thread when all that it called forth has been handed to the doors
     */
    public void received(List<Envelope> batch, Runnable whenProcessed) {
        enqueue(() -> {
            ServingNode node = node();
            batch.forEach(node::received);
            afterRun.add(whenProcessed);
        });
    }

    /** A connection to this node was refused or reset. */
    public void unreachable(NodeId other) {
        enqueue(() -> node().unreachable(other));
    }

    /** The disk has completed this write and all before it. */
    public void written(long number) {
        enqueue(() -> node().written(number));
    }

    /**
     * A snapshot is here, whole and on the disk.
     *
     * @param whenLookedAt called on the loop's thread when it was installed, or passed over
     */
    public void fetched(Snapshot snapshot, Runnable whenLookedAt) {
        enqueue(() -> {
            node().fetched(snapshot);
            afterRun.add(whenLookedAt);
        });
    }

    /**
     * What is to be said of a copy of this node's state that was made before.
     *
     * @param position up to which the copy is
     * @param whenDone called on the loop's thread; the log time is -1 if it is not known yet
     */
    public void snapshotOf(Position position, Consumer<Snapshot> whenDone) {
        enqueue(() -> {
            Replica replica = node().replica();
            whenDone.accept(new Snapshot(replica.clusterId(), position, replica.logTime(), replica.promisedEpoch()));
        });
    }

    /** What is stored here was found not to be as it was written; see {@link ServingNode#distrust}. */
    public void distrust(String what) {
        enqueue(() -> node().distrust(what));
    }

    /** How it stands with this node's disk. */
    public void room(Room room) {
        enqueue(() -> node().room(room));
    }

    @Override
    public void viewChanged() {
        enqueue(() -> node().viewChanged(nowMillis(), System.currentTimeMillis()));
    }

    @Override
    public void answered(long request, Coordination.Answer answer) {
        enqueue(() -> node().answered(request, answer));
    }

    @Override
    public void latchRead(long request, List<Coordination.LatchPlace> queue) {
        enqueue(() -> node().latchRead(request, queue));
    }

    @Override
    public void trouble(String what) {
        LOG.error("zookeeper trouble: {}", what);
    }

    // --- what clients ask ------------------------------------------------------------------------------------------

    @Override
    public void write(Bytes command, Optional<RequestId.Keyed> key, Duration timeout, Consumer<WriteOutcome> whenDone) {
        boolean entered = fromClient(command.size(), () -> node().write(command, key, timeout.toMillis(), whenDone));
        if (!entered) {
            whenDone.accept(
                    new WriteOutcome.Refused(stopping ? WriteOutcome.Reason.STOPPING : WriteOutcome.Reason.OVERLOADED));
        }
    }

    /** A read that needs nobody's word is answered at once, on the caller's thread. */
    @Override
    public void read(ReadLevel level, long minIndex, Duration timeout, Consumer<ReadOutcome> whenDone) {
        Parts driven = parts;
        if (driven == null || !answeredHere(driven.tables(), level, minIndex, whenDone)) {
            boolean entered = fromClient(0, () -> node().read(
                            level, minIndex, timeout.toMillis(), verdict -> whenDone.accept(outcome(verdict))));
            if (!entered) {
                whenDone.accept(stopping ? new ReadOutcome.Stopping() : new ReadOutcome.Overloaded());
            }
        }
    }

    private boolean answeredHere(Tables tables, ReadLevel level, long minIndex, Consumer<ReadOutcome> whenDone) {
        if (level instanceof ReadLevel.Linearizable) {
            return false;
        }
        // The moment is read before the view is opened: the view shows at least what was there at that moment.
        long staleness = stalenessAt(freshAsOfMillis);
        if (level instanceof ReadLevel.Bounded bounded && (staleness < 0 || staleness > bounded.maxStalenessMillis())) {
            return false;
        }
        Tables.View view = tables.view();
        if (view.applied().index() < minIndex) {
            view.close();
            return false;
        }
        whenDone.accept(new ReadOutcome.Ready(view, staleness));
        return true;
    }

    private long stalenessAt(long freshAsOf) {
        return freshAsOf < 0 ? -1 : Math.max(0, nowMillis() - freshAsOf);
    }

    private ReadOutcome outcome(ReadVerdict verdict) {
        if (verdict instanceof ReadVerdict.Ready ready) {
            Parts driven = Objects.requireNonNull(parts, "a started loop reads");
            return new ReadOutcome.Ready(driven.tables().view(), ready.stalenessMillis());
        }
        if (verdict instanceof ReadVerdict.TooStale tooStale) {
            return new ReadOutcome.TooStale(tooStale.stalenessMillis());
        }
        return verdict instanceof ReadVerdict.IndexNotReached notReached
                ? new ReadOutcome.IndexNotReached(notReached.appliedIndex())
                : new ReadOutcome.NoLeader();
    }

    /** Lets a client's event in unless too much waits already, or the thread has ended. */
    private boolean fromClient(int bytes, Runnable event) {
        if (stopping || !entrance.enter(bytes)) {
            return false;
        }
        Runnable taken = () -> {
            entrance.leave(bytes);
            takenFromClients++;
            event.run();
        };
        enqueueFromClient(taken);
        // Who came too late for the thread's last look into the inbox must not wait for it.
        return !shut || !inbox.remove(taken);
    }

    // --- what operators ask ----------------------------------------------------------------------------------------

    @Override
    public void handOff(HandOffWish wish, Consumer<HandOffOutcome> whenDone) {
        enqueue(() -> node().operators().handOff(wish, whenDone));
    }

    @Override
    public void force(@Nullable Long epoch, Consumer<HandOffOutcome> whenDone) {
        enqueue(() -> node().operators().force(epoch, whenDone));
    }

    @Override
    public void recover(@Nullable Long epoch, boolean dryRun, Consumer<HandOffOutcome> whenDone) {
        enqueue(() -> node().operators().recover(epoch, dryRun, whenDone));
    }

    @Override
    public void compareStates(LongConsumer whenDone) {
        enqueue(() -> whenDone.accept(node().replica().compareStates()));
    }

    @Override
    public void leave(Consumer<DepartureOutcome> whenDone) {
        enqueue(() -> node().operators().leave(whenDone));
    }

    @Override
    public void returnToDuty(Runnable whenDone) {
        enqueue(() -> {
            node().operators().returnToDuty();
            whenDone.run();
        });
    }

    /**
     * Hands leadership over and leaves the in-sync set, while clients are served as ever.
     *
     * @param patience for both together
     * @return how far it got; empty if the node's thread does not say so in time
     */
    public Optional<DepartureOutcome> depart(Duration patience) {
        if (!thread.isAlive()) {
            return Optional.empty();
        }
        CompletableFuture<DepartureOutcome> outcome = new CompletableFuture<>();
        leave(outcome::complete);
        try {
            return Optional.of(outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException late) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a departure ends with an outcome", e);
        }
    }

    // --- how it stands ---------------------------------------------------------------------------------------------

    @Override
    public void status(Consumer<NodeStatus> whenDone) {
        enqueue(() -> whenDone.accept(statusNow()));
    }

    /** What is measured of this node, all at one moment; on the loop's thread. */
    public void figures(Consumer<NodeFigures> whenDone) {
        enqueue(() -> {
            ServingNode node = node();
            long end = node.replica().lastIndex();
            SortedMap<NodeId, Long> lag = new TreeMap<>();
            // A node whose store was replaced may be there twice for a while: the one that is further counts.
            node.replica()
                    .acknowledged()
                    .forEach((replica, index) -> lag.merge(replica.node(), Math.max(0, end - index), Math::min));
            whenDone.accept(new NodeFigures(
                    statusNow(),
                    node.heldWrites(),
                    node.parkedWrites(),
                    node.waitingReads(),
                    Collections.unmodifiableSortedMap(lag)));
        });
    }

    private NodeStatus statusNow() {
        Parts driven = Objects.requireNonNull(parts, "a started loop has a status");
        Replica replica = driven.node().replica();
        Coordination.View view = driven.coordination().view();
        ControlRecord record = replica.record();
        return new NodeStatus(
                replica.self(),
                role(replica, record),
                replica.epoch(),
                replica.leader(),
                replica.serving(),
                replica.lastIndex(),
                replica.last().epoch(),
                replica.lastLogTime(),
                replica.commitIndex(),
                replica.appliedIndex(),
                replica.serving() ? 0 : stalenessAt(replica.freshAsOfMillis()),
                replica.leaderHeardMillisAgo(),
                replica.sound(),
                replica.digests(DIGESTS_TOLD),
                record,
                view.session(),
                view.members(),
                view.paused());
    }

    private static NodeStatus.Role role(Replica replica, @Nullable ControlRecord record) {
        if (replica.leading()) {
            return NodeStatus.Role.LEADER;
        }
        if (record == null) {
            return NodeStatus.Role.UNKNOWN;
        }
        return record.inSync().contains(replica.self()) ? NodeStatus.Role.FOLLOWER : NodeStatus.Role.LEARNER;
    }
}
