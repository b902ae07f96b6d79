package io.bellwether.simulation;

import io.bellwether.gateway.ServingNode;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.WriteQuorum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A world in one thread and from one seed: nodes with their disks, the network between them, a ZooKeeper, clients, and
 * the troubles that its {@link Weather} brings. After a stormy time comes a calm one, in which everything must recover.
 */
final class World {
    static final long STORM_SECONDS = 60;
    /** In calm weather every node takes writes again within this time. */
    static final long WRITES_AGAIN_SECONDS = 30;
    /** In calm weather every node is in the in-sync set, and level, within this time. */
    static final long LEVEL_AGAIN_SECONDS = 60;

    static final long SESSION_TIMEOUT_MILLIS = 10_000;

    private static final long SECOND = 1_000_000;
    private static final int CLIENTS = 5;
    private static final long POLL_MILLIS = 1_000;
    private static final long LONGEST_STEP_MICROS = 300_000;
    private static final long SEEN_BY_ALL_AFTER_MICROS = 15 * SECOND;

    private record Event(long atMicros, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atMicros, other.atMicros);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final RandomGenerator dice;
    private final Weather weather;
    private final Consumer<String> tracer;
    private final boolean traced;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<SimulatedNode> inOrder = new ArrayList<>();
    /** Looked up, never iterated. */
    private final Map<NodeId, SimulatedNode> nodes = new HashMap<>();

    private final List<SimulatedClient> clients = new ArrayList<>();
    private final SimulatedNetwork network;
    private final SimulatedZooKeeper zooKeeper;
    private final Exercised exercised = new Exercised();
    private final Truth truth = new Truth(exercised);
    private final History history = new History();
    private final Totals totals = new Totals();
    private final GoodCopies goodCopies = new GoodCopies(this);
    private final WrongStates wrongStates = new WrongStates(this);
    private final OnCall onCall = new OnCall(this);
    private int clusters = 1;
    private long nowMicros;
    private long eventNumber;
    private long operation;
    private boolean calm;
    private long eventsRun;

    World(long seed, Consumer<String> tracer, boolean traced) {
        this(new SplittableRandom(seed), null, tracer, traced);
    }

    /** @param given the weather; null to draw one */
    private World(RandomGenerator dice, @Nullable Weather given, Consumer<String> tracer, boolean traced) {
        this.dice = dice;
        this.weather = given == null ? Weather.draw(dice) : given;
        this.tracer = tracer;
        this.traced = traced;
        this.network = new SimulatedNetwork(this);
        this.zooKeeper = new SimulatedZooKeeper(dice, weather.zooKeeper(), SESSION_TIMEOUT_MILLIS, POLL_MILLIS);
        zooKeeper.recordListener(this::recordChanged);
        for (int i = 1; i <= weather.nodes(); i++) {
            NodeId id = new NodeId("n" + i);
            inOrder.add(new SimulatedNode(this, id));
            nodes.put(id, inOrder.get(i - 1));
        }
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedClient(this));
        }
    }

    /** A calm world in which a test makes the troubles: all nodes started, all in sync, and all in the latch's queue. */
    static World scene(long seed, int nodes, WriteQuorum writeQuorum, int minInSync) {
        World world = new World(
                new SplittableRandom(seed), Weather.calm(nodes, writeQuorum, minInSync), System.out::println, false);
        world.calm = true;
        world.network.calm();
        world.inOrder.forEach(SimulatedNode::start);
        world.everyNodeTakesWrites();
        world.everyNodeIsLevel();
        world.runUntil(() -> world.zooKeeper.queueOfLatch().size() == nodes, 10_000, "all nodes queue");
        return world;
    }

    // --- one life of the world -------------------------------------------------------------------------------------

    /** A storm, a calm, and the last judgement. */
    void live() {
        trace(() -> weather.toString());
        for (SimulatedNode node : inOrder) {
            at(dice.nextLong(2 * SECOND), node::start);
        }
        clients.forEach(SimulatedClient::start);
        weather.troubles().forEach(this::expect);
        runUntil(STORM_SECONDS * SECOND);
        becomeCalm();
        everyNodeTakesWrites();
        everyNodeIsLevel();
        clients.forEach(SimulatedClient::stop);
        truth.nothingAcknowledgedIsLost();
        history.checkRealTimeOrder(truth);
        totals.add("commits", truth.committedIndex());
        totals.add("events", eventsRun);
        totals.add("operations in the history", history.size());
        exercised.addTo(totals);
    }

    /** Lets time pass. */
    void runFor(long millis) {
        runUntil(nowMicros + 1_000 * millis);
    }

    /** Lets time pass until it is so; returns how many milliseconds that took. */
    long runUntil(BooleanSupplier so, long withinMillis, String what) {
        long began = nowMicros;
        boolean became = runUntil(so, withinMillis);
        truth.check(became, () -> what + " within " + withinMillis + " ms: " + standing());
        return (nowMicros - began) / 1_000;
    }

    /** Lets time pass until it is so, or the time is up; returns whether it is. */
    private boolean runUntil(BooleanSupplier so, long withinMillis) {
        long end = nowMicros + 1_000 * withinMillis;
        while (!so.getAsBoolean() && nowMicros < end) {
            runUntil(nowMicros + 1_000);
        }
        return so.getAsBoolean();
    }

    /** The node that serves as the leader of the highest epoch; null while none does. */
    @Nullable
    SimulatedNode servingLeader() {
        SimulatedNode found = null;
        for (SimulatedNode node : inOrder) {
            ServingNode serving = node.serving();
            if (serving != null && serving.replica().serving() && !node.paused()) {
                boolean later = found == null
                        || serving.replica().epoch()
                                > present(found.serving()).replica().epoch();
                found = later ? node : found;
            }
        }
        return found;
    }

    private static ServingNode present(@Nullable ServingNode serving) {
        if (serving == null) {
            throw new InvariantViolation("a node that serves is up");
        }
        return serving;
    }

    /** Rule 13.1: what goes in front of a log is on every replica of the in-sync set, whoever will claim. */
    void allInSyncHave(long index) {
        ControlRecord record = zooKeeper.record().record();
        if (record != null) {
            for (ReplicaId replica : record.inSync()) {
                SimulatedNode node = node(replica.node());
                if (node.replicaId().equals(replica)) {
                    truth.check(
                            node.log().durableEnd() >= index,
                            () -> "what goes in front is on all of the set: " + index + " is not on " + replica);
                }
            }
        }
    }

    List<SimulatedNode> nodes() {
        return inOrder;
    }

    private void runUntil(long micros) {
        while (true) {
            Event next = events.peek();
            long atMicros = next == null ? Long.MAX_VALUE : next.atMicros();
            long atZooKeeper = zooKeeper.nextDeliveryMillis();
            long zooKeeperMicros = atZooKeeper > Long.MAX_VALUE / 1_000 ? Long.MAX_VALUE : atZooKeeper * 1_000;
            if (Math.min(atMicros, zooKeeperMicros) > micros) {
                nowMicros = Math.max(nowMicros, micros);
                zooKeeper.advanceTo(nowMicros / 1_000);
                return;
            }
            eventsRun++;
            if (zooKeeperMicros <= atMicros) {
                nowMicros = Math.max(nowMicros, zooKeeperMicros);
                zooKeeper.advanceTo(atZooKeeper);
            } else {
                nowMicros = Math.max(nowMicros, atMicros);
                zooKeeper.advanceTo(nowMicros / 1_000);
                events.remove();
                next.action().run();
            }
        }
    }

    private void becomeCalm() {
        trace(() -> "calm");
        calm = true;
        network.calm();
        weather.troubles().forEach(forecast -> forecast.trouble().calm(this));
        onCall.calm();
        zooKeeper.weather(ZooKeeperWeather.CALM);
        zooKeeper.outage(false);
        for (SimulatedNode node : inOrder) {
            zooKeeper.disconnect(node.id(), false);
            node.disk().calm();
            node.resume();
            node.start();
        }
    }

    private void everyNodeTakesWrites() {
        long began = nowMicros;
        for (SimulatedNode node : inOrder) {
            boolean[] done = {false};
            while (!done[0]) {
                truth.check(
                        nowMicros - began < WRITES_AGAIN_SECONDS * SECOND,
                        () -> "in calm weather " + node.id() + " takes writes again in time: " + standing());
                Registers.SetRegister set = new Registers.SetRegister(nextOperation(), 0, -1);
                node.event(
                        node.life(),
                        serving -> serving.write(set.encode(), Optional.empty(), 900, outcome -> {
                            if (outcome instanceof WriteOutcome.Decided decided) {
                                Position position = new Position(decided.epoch(), decided.index());
                                truth.acknowledged(set.operation(), position, true, nowMicros);
                                done[0] = true;
                            }
                        }));
                runUntil(() -> done[0], 1_000);
            }
        }
        totals.add("calm milliseconds until every node took writes", (nowMicros - began) / 1_000);
    }

    private void everyNodeIsLevel() {
        long began = nowMicros;
        clients.forEach(SimulatedClient::stop);
        while (!level()) {
            truth.check(
                    nowMicros - began < LEVEL_AGAIN_SECONDS * SECOND,
                    () -> "in calm weather every node is in sync again in time: " + standing());
            runUntil(nowMicros + SECOND / 10);
        }
        totals.add("calm milliseconds until every node was level", (nowMicros - began) / 1_000);
    }

    private boolean level() {
        ControlRecord record = zooKeeper.record().record();
        if (record == null || record.inSync().size() != nodes.size()) {
            return false;
        }
        for (SimulatedNode node : inOrder) {
            if (!record.inSync().contains(node.replicaId())
                    || node.tables().applied().index() != truth.committedIndex()
                    || node.log().durableEnd() != truth.committedIndex()) {
                return false;
            }
        }
        return wrongStates.areGone();
    }

    private String standing() {
        StringBuilder text = new StringBuilder(String.valueOf(zooKeeper.record()));
        for (SimulatedNode node : inOrder) {
            ServingNode serving = node.serving();
            text.append("; ").append(node.id()).append(' ');
            text.append(
                    serving == null
                            ? "down"
                            : "epoch " + serving.replica().epoch() + " leader "
                                    + serving.replica().leader() + " sum "
                                    + Long.toHexString(node.tables().sum()) + " commit "
                                    + serving.replica().commitIndex() + " end "
                                    + serving.replica().lastIndex());
        }
        return text.toString();
    }

    // --- troubles --------------------------------------------------------------------------------------------------

    /** A trouble strikes again and again, until the storm is over. */
    private void expect(Forecast forecast) {
        Trouble trouble = forecast.trouble();
        inStorm(nowMicros + dice.nextLong(2_000L * forecast.meanMillis()), () -> {
            trace(trouble::name);
            if (trouble.strike(this)) {
                totals.count(trouble.name());
            }
            expect(forecast);
        });
    }

    /** Does it then, unless the storm is over by that time. */
    void inStorm(long micros, Runnable action) {
        at(micros, () -> {
            if (!calm) {
                action.run();
            }
        });
    }

    /** When a trouble that begins now is over: short ones are more frequent than long ones. */
    long lasting(long leastMillis, long mostMillis) {
        double share = dice.nextDouble();
        long millis = leastMillis + (long) ((mostMillis - leastMillis) * share * share * share);
        return nowMicros + 1_000 * millis;
    }

    /** A moment at which the next step of a trouble may follow. */
    long shortlyAfter(long micros) {
        return micros + dice.nextLong(LONGEST_STEP_MICROS);
    }

    // --- what is given up ------------------------------------------------------------------------------------------

    private void recordChanged(@Nullable ControlRecord before, ControlRecord after) {
        for (ReplicaId replica : after.inSync()) {
            truth.check(!onCall.isMisplaced(replica), "a restored store is of no other cluster: ", replica);
        }
        if (before == null || after.epoch() == before.epoch() || after.inSync().equals(before.inSync())) {
            return; // a claim leaves the set as it is, but for one of an operator that gives the others up
        }
        trace(() -> after.leader() + " has recovered the cluster");
        mayBeRecovered(before);
        recovered(after.epoch(), node(after.leader()));
    }

    /** Rule 10.11: nothing is given up while enough are there, for as long as anybody may need to see that. */
    private void mayBeRecovered(ControlRecord before) {
        List<ReplicaId> live = zooKeeper.members().stream().map(Member::replica).toList();
        long there = before.inSync().stream()
                .filter(replica -> live.contains(replica)
                        && node(replica.node()).replicaId().equals(replica)
                        && node(replica.node()).awakeMicros() >= SEEN_BY_ALL_AFTER_MICROS)
                .count();
        int size = before.inSync().size();
        int neededToRecover = size - before.writeQuorum().writers(size) + 1;
        truth.check(there < neededToRecover, () -> "nothing is given up that could be recovered: " + standing());
    }

    /** Rule 10.13: a snapshot takes the place of what was given up only where the leader's log begins behind it. */
    void onlyWhereNothingElseHelps(Position replaced) {
        SimulatedNode leader = servingLeader();
        truth.check(
                !truth.isGivenUp(replaced)
                        || leader == null
                        || leader.log().durableStart().index() > replaced.index(),
                "what was given up is set aside: ",
                replaced);
    }

    private void recovered(long epoch, SimulatedNode leader) {
        truth.recovered(epoch, leader.log(), leader.tables().applied().index(), operation, nowMicros);
        countsUpTo(truth.committedIndex());
    }

    /** What the one replica has that leads since a recovery is still to be seen, until its epoch has committed something. */
    void logChanged(NodeId node) {
        if (!truth.goneOnSinceRecovery()) {
            ControlRecord record = zooKeeper.record().record();
            if (record != null && record.inSync().equals(List.of(node(node).replicaId()))) {
                recovered(truth.recoveryEpoch(), node(node));
            }
        }
    }

    /** All that there was is gone, but for a backup: another cluster begins with it. */
    void restored(Backup backup) {
        clusters++;
        zooKeeper.wipe(null);
        truth.restored(backup.position(), operation, nowMicros);
        countsUpTo(backup.position().index());
    }

    private void countsUpTo(long index) {
        history.countsUpTo(index);
        clients.forEach(client -> client.countsUpTo(index));
    }

    /** The name of the cluster that begins, should there be none. */
    String clusterId() {
        return "cluster-" + clusters;
    }

    // --- what its troubles ask -------------------------------------------------------------------------------------

    OnCall onCall() {
        return onCall;
    }

    WrongStates wrongStates() {
        return wrongStates;
    }

    GoodCopies goodCopies() {
        return goodCopies;
    }

    // --- what its inhabitants ask ----------------------------------------------------------------------------------

    void at(long micros, Runnable action) {
        eventNumber++;
        events.add(new Event(Math.max(micros, nowMicros), eventNumber, action));
    }

    /** An event for a process, as soon as what happens now is over. */
    void soon(NodeId node, int life, Consumer<ServingNode> event) {
        at(nowMicros, () -> node(node).event(life, event));
    }

    SimulatedNode node(NodeId id) {
        SimulatedNode node = nodes.get(id);
        if (node == null) {
            throw new IllegalArgumentException("there is no node " + id);
        }
        return node;
    }

    SimulatedNode anyNode() {
        return inOrder.get(dice.nextInt(inOrder.size()));
    }

    boolean happens(double chance) {
        return chance > 0 && dice.nextDouble() < chance;
    }

    long nextOperation() {
        return ++operation;
    }

    long nowMicros() {
        return nowMicros;
    }

    RandomGenerator dice() {
        return dice;
    }

    Weather weather() {
        return weather;
    }

    SimulatedNetwork network() {
        return network;
    }

    SimulatedZooKeeper zooKeeper() {
        return zooKeeper;
    }

    Truth truth() {
        return truth;
    }

    History history() {
        return history;
    }

    Totals totals() {
        return totals;
    }

    Exercised exercised() {
        return exercised;
    }

    /** A line of the trace, made only if somebody wants it. */
    void trace(Supplier<String> line) {
        if (traced) {
            tracer.accept("%12d ".formatted(nowMicros) + line.get());
        }
    }
}
