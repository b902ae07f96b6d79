package io.bellwether.simulation;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Coordination.Answer;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Coordination.Versioned;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A ZooKeeper ensemble for the simulator: one truth, and clients that see it late. One thread, a clock that {@link
 * #advanceTo} moves, and dice that are handed in: the same calls with the same seed give the same history.
 *
 * <p>It is as unkind as the {@link ZooKeeperWeather} says. It loses connections before a request has arrived and after;
 * it lets a request arrive after its sender was told that nobody knows what became of it, even after the sender is
 * connected again, as long as the session lives (harsher than ZooKeeper, which orders a session's connections); it
 * repeats requests as Curator does; it shows old states to reads without a sync; it forgets watches; it ends sessions
 * late. What it never does is break the order of the requests of one connection, undo a change, or end a session
 * before its time without being told to.
 */
public final class SimulatedZooKeeper {
    /** The state of the tree at one moment. Never changed, only replaced. */
    record Tree(
            long zxid, Versioned record, SortedMap<NodeId, LiveMember> members, List<LatchNode> latch, boolean paused) {
        List<Member> memberList() {
            return members.values().stream().map(LiveMember::member).toList();
        }

        List<LatchPlace> queue() {
            return latch.stream().map(LatchNode::place).toList();
        }

        boolean hasPlace(@Nullable String path) {
            return latch.stream().anyMatch(node -> node.place().path().equals(path));
        }
    }

    record LiveMember(Member member, long session) {}

    record LatchNode(LatchPlace place, long session) {}

    /** What happened in this world, so that a run in which nothing went wrong is noticed. */
    public record Totals(
            long claims,
            long changes,
            long conflicts,
            long lostConnections,
            long lateArrivals,
            long retries,
            long staleReads,
            long missedWatches,
            long expiredSessions,
            long deposedHolders) {}

    /** Hears of each claim and each change of the set, as it happens. */
    interface RecordListener {
        void changed(@Nullable ControlRecord before, ControlRecord after);
    }

    private record PastTree(long sinceMillis, Tree tree) {}

    private record Delivery(long atMillis, long number, Runnable action) {}

    private static final Comparator<Delivery> IN_TIME =
            Comparator.comparingLong(Delivery::atMillis).thenComparingLong(Delivery::number);

    private final RandomGenerator dice;
    private final long sessionTimeoutMillis;
    private final long pollMillis;
    private final PriorityQueue<Delivery> deliveries = new PriorityQueue<>(IN_TIME);
    private final List<SimulatedCoordination> clients = new ArrayList<>();
    private final SortedSet<Long> sessions = new TreeSet<>();
    private final SortedSet<NodeId> cutOff = new TreeSet<>();
    private final List<PastTree> past = new ArrayList<>();

    private ZooKeeperWeather weather;
    private Tree truth = new Tree(0, new Versioned(Coordination.ABSENT, null), new TreeMap<>(), List.of(), false);
    private final ArrayDeque<Consumer<NodeId>> ambushes = new ArrayDeque<>();
    private RecordListener recordListener = (before, after) -> {};
    private boolean outage;
    private long outageEndedMillis = -1;
    private long nowMillis;
    private long deliveryNumber;
    private long lastSession;
    private long lastSequence = -1;

    private long claims;
    private long changes;
    private long conflicts;
    private long lostConnections;
    private long lateArrivals;
    private long retries;
    private long staleReads;
    private long missedWatches;
    private long expiredSessions;
    private long deposedHolders;

    /**
     * @param sessionTimeoutMillis how long a session lives without its client
     * @param pollMillis how often a client asks for everything again, whatever the watches say
     */
    public SimulatedZooKeeper(
            RandomGenerator dice, ZooKeeperWeather weather, long sessionTimeoutMillis, long pollMillis) {
        this.dice = dice;
        this.weather = weather;
        this.sessionTimeoutMillis = sessionTimeoutMillis;
        this.pollMillis = pollMillis;
        past.add(new PastTree(0, truth));
    }

    // What the world does to it.

    /** Starts the ZooKeeper client of a process. Its first view is {@link Coordination.View#NOTHING}. */
    public SimulatedCoordination start(Member self, String process, CoordinationEvents events) {
        SimulatedCoordination client = new SimulatedCoordination(this, self, process, events);
        clients.add(client);
        client.started();
        return client;
    }

    /** Lets time pass; everything that falls due happens, in order. Time never goes back. */
    public void advanceTo(long millis) {
        while (nextDeliveryMillis() <= millis) {
            Delivery delivery = deliveries.remove();
            nowMillis = Math.max(nowMillis, delivery.atMillis());
            delivery.action().run();
        }
        nowMillis = Math.max(nowMillis, millis);
    }

    /** When the next thing happens here; {@link Long#MAX_VALUE} if nothing is due. */
    public long nextDeliveryMillis() {
        Delivery next = deliveries.peek();
        return next == null ? Long.MAX_VALUE : next.atMillis();
    }

    public long nowMillis() {
        return nowMillis;
    }

    public void weather(ZooKeeperWeather changed) {
        weather = changed;
    }

    /** The whole ensemble is away, or back. While it is away no session ends; then each gets its full time again. */
    public void outage(boolean away) {
        if (outage == away) {
            return;
        }
        outage = away;
        outageEndedMillis = nowMillis;
        for (SimulatedCoordination client : List.copyOf(clients)) {
            client.reachabilityChanged();
        }
    }

    /** Cuts a node's process off from the ensemble, or joins it again. */
    public void disconnect(NodeId node, boolean cut) {
        boolean changed = cut ? cutOff.add(node) : cutOff.remove(node);
        if (changed) {
            for (SimulatedCoordination client : List.copyOf(clients)) {
                if (client.node().equals(node)) {
                    client.reachabilityChanged();
                }
            }
        }
    }

    /** Ends the session of a node's process now; it hears of it when it next reaches the ensemble. */
    public void expireSession(NodeId node) {
        for (SimulatedCoordination client : List.copyOf(clients)) {
            if (client.node().equals(node)) {
                client.expire();
            }
        }
    }

    /** Breaks the connection of a node's process; it connects again by itself. */
    public void breakConnection(NodeId node) {
        for (SimulatedCoordination client : List.copyOf(clients)) {
            if (client.node().equals(node)) {
                client.breakConnection();
            }
        }
    }

    void recordListener(RecordListener listener) {
        recordListener = listener;
    }

    /** Lies in wait for the next claim or change: hears which node asks for it, before anything has become of it. */
    public void ambush(Consumer<NodeId> ambush) {
        ambushes.add(ambush);
    }

    /** Nothing lies in wait any more. */
    public void clearAmbushes() {
        ambushes.clear();
    }

    void springAmbush(NodeId node) {
        Consumer<NodeId> ambush = ambushes.poll();
        if (ambush != null) {
            ambush.accept(node);
        }
    }

    /** The next claim or change of this node's process gets lost, whether it happens or not. */
    public void loseNext(NodeId node, boolean happens) {
        for (SimulatedCoordination client : clients) {
            if (client.node().equals(node)) {
                if (happens) {
                    client.loseNextAnswer();
                } else {
                    client.loseNextChange();
                }
            }
        }
    }

    /** An operator switches automation off, or on again. */
    public void pause(boolean wanted) {
        if (truth.paused() != wanted) {
            commit(new Tree(truth.zxid() + 1, truth.record(), truth.members(), truth.latch(), wanted));
        }
    }

    /** Somebody else deletes a latch node. */
    public void deleteLatchPlace(String path) {
        deletePlaces(List.of(path));
    }

    /** The ensemble was wiped or restored: all sessions are gone, and the record is {@code restored} or nothing. */
    public void wipe(@Nullable ControlRecord restored) {
        sessions.clear();
        Versioned record = restored == null ? new Versioned(Coordination.ABSENT, null) : new Versioned(0, restored);
        replace(new Tree(truth.zxid() + 1, record, new TreeMap<>(), List.of(), false));
        past.clear();
        past.add(new PastTree(nowMillis, truth));
        for (SimulatedCoordination client : List.copyOf(clients)) {
            client.breakConnection();
        }
    }

    // What it shows to the world.

    /** The record as it is, whatever any client sees. */
    public Versioned record() {
        return truth.record();
    }

    /** The latch's queue as it is. */
    public List<LatchPlace> queueOfLatch() {
        return truth.queue();
    }

    /** The live members as they are. */
    public List<Member> members() {
        return truth.memberList();
    }

    public Totals totals() {
        return new Totals(
                claims,
                changes,
                conflicts,
                lostConnections,
                lateArrivals,
                retries,
                staleReads,
                missedWatches,
                expiredSessions,
                deposedHolders);
    }

    // The ensemble's side of the requests, called when they arrive.

    /** A new session. */
    long openSession() {
        lastSession++;
        sessions.add(lastSession);
        return lastSession;
    }

    boolean isAlive(long session) {
        return sessions.contains(session);
    }

    void endSession(long session) {
        if (!sessions.remove(session)) {
            return;
        }
        SortedMap<NodeId, LiveMember> members = new TreeMap<>(truth.members());
        members.values().removeIf(member -> member.session() == session);
        List<LatchNode> latch =
                truth.latch().stream().filter(node -> node.session() != session).toList();
        if (members.size() != truth.members().size()
                || latch.size() != truth.latch().size()) {
            commit(new Tree(truth.zxid() + 1, truth.record(), members, latch, truth.paused()));
        }
    }

    void expireSession(long session) {
        if (isAlive(session)) {
            expiredSessions++;
            endSession(session);
        }
    }

    Answer claim(@Nullable String ownPlace, int expectedVersion, ControlRecord wanted) {
        if (!truth.hasPlace(ownPlace)) {
            return Answer.LATCH_LOST;
        }
        Answer answer = compareAndSet(expectedVersion, wanted);
        claims += answer == Answer.DONE ? 1 : 0;
        return answer;
    }

    Answer change(int expectedVersion, ControlRecord wanted) {
        Answer answer = compareAndSet(expectedVersion, wanted);
        changes += answer == Answer.DONE ? 1 : 0;
        return answer;
    }

    private Answer compareAndSet(int expectedVersion, ControlRecord wanted) {
        if (truth.record().version() != expectedVersion) {
            conflicts++;
            return Answer.CONFLICT;
        }
        recordListener.changed(truth.record().record(), wanted);
        Versioned next = new Versioned(expectedVersion + 1, wanted);
        commit(new Tree(truth.zxid() + 1, next, truth.members(), truth.latch(), truth.paused()));
        return Answer.DONE;
    }

    void putMember(Member member, long session) {
        SortedMap<NodeId, LiveMember> members = new TreeMap<>(truth.members());
        members.put(member.replica().node(), new LiveMember(member, session));
        commit(new Tree(truth.zxid() + 1, truth.record(), members, truth.latch(), truth.paused()));
    }

    /** A place at the tail of the latch's queue. Returns its path. */
    String createPlace(Member member, String process, long session) {
        lastSequence++;
        String path = "/latch/latch-%010d".formatted(lastSequence);
        List<LatchNode> latch = new ArrayList<>(truth.latch());
        latch.add(new LatchNode(new LatchPlace(path, member.replica(), process), session));
        commit(new Tree(truth.zxid() + 1, truth.record(), truth.members(), List.copyOf(latch), truth.paused()));
        return path;
    }

    void deletePlaces(List<String> paths) {
        List<LatchNode> latch = truth.latch().stream()
                .filter(node -> !paths.contains(node.place().path()))
                .toList();
        if (latch.size() != truth.latch().size()) {
            boolean deposes = !latch.contains(truth.latch().get(0));
            deposedHolders += deposes ? 1 : 0;
            commit(new Tree(truth.zxid() + 1, truth.record(), truth.members(), latch, truth.paused()));
        }
    }

    /** What a read behind a sync finds. */
    Tree readSynced() {
        return truth;
    }

    /** What a read without a sync finds: any state within the staleness, but none before {@code seenZxid}. */
    Tree readStale(long seenZxid) {
        long asOf = nowMillis - randomUpTo(weather.maxStalenessMillis());
        for (int i = 0; i < past.size() - 1; i++) {
            boolean stillStood = past.get(i + 1).sinceMillis() > asOf;
            Tree old = past.get(i).tree();
            if (stillStood && old.zxid() >= seenZxid) {
                staleReads++;
                return old;
            }
        }
        return truth;
    }

    private void commit(Tree next) {
        Tree before = truth;
        replace(next);
        for (SimulatedCoordination client : List.copyOf(clients)) {
            client.changed(before, next);
        }
    }

    private void replace(Tree next) {
        truth = next;
        past.add(new PastTree(nowMillis, next));
        forgetWhatNobodyMaySee();
    }

    private void forgetWhatNobodyMaySee() {
        long oldest = nowMillis - weather.maxStalenessMillis();
        while (past.size() > 1 && past.get(1).sinceMillis() < oldest) {
            past.remove(0);
        }
    }

    // What its clients ask of the world.

    void at(long millis, Runnable action) {
        deliveryNumber++;
        deliveries.add(new Delivery(Math.max(millis, nowMillis), deliveryNumber, action));
    }

    boolean reaches(NodeId node) {
        return !outage && !cutOff.contains(node);
    }

    boolean isOut() {
        return outage;
    }

    long latencyMillis() {
        return dice.nextLong(weather.minLatencyMillis(), weather.maxLatencyMillis() + 1);
    }

    boolean breaksConnection() {
        return happens(weather.lostConnectionChance());
    }

    boolean arrivesLate() {
        return happens(weather.lateChance());
    }

    boolean isSentAgain() {
        return happens(weather.retryChance());
    }

    boolean missesWatch() {
        boolean missed = happens(weather.missedWatchChance());
        missedWatches += missed ? 1 : 0;
        return missed;
    }

    long latenessMillis() {
        return randomUpTo(weather.maxLateMillis());
    }

    long expiryAfterMillis() {
        return sessionTimeoutMillis + randomUpTo(weather.maxLateExpiryMillis());
    }

    /** Before this no session ends: after an outage each has its full time again. */
    long earliestExpiryMillis() {
        if (outage) {
            return nowMillis + sessionTimeoutMillis;
        }
        return outageEndedMillis < 0 ? nowMillis : outageEndedMillis + sessionTimeoutMillis;
    }

    long sessionTimeoutMillis() {
        return sessionTimeoutMillis;
    }

    long pollMillis() {
        return pollMillis;
    }

    void countLostConnection() {
        lostConnections++;
    }

    void countLateArrival() {
        lateArrivals++;
    }

    void countRetry() {
        retries++;
    }

    void forget(SimulatedCoordination client) {
        clients.remove(client);
    }

    private long randomUpTo(long mostMillis) {
        return mostMillis == 0 ? 0 : dice.nextLong(mostMillis + 1);
    }

    private boolean happens(double chance) {
        return chance > 0 && dice.nextDouble() < chance;
    }
}
