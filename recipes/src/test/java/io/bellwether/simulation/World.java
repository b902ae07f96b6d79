package io.bellwether.simulation;

import io.bellwether.gateway.ServingNode;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.WriteQuorum;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
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

    private static final long SECOND = 1_000_000;
    private static final int CLIENTS = 5;
    private static final long SESSION_TIMEOUT_MILLIS = 10_000;
    private static final long POLL_MILLIS = 1_000;

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
    private final TreeMap<NodeId, SimulatedNode> nodes = new TreeMap<>();
    private final TreeMap<NodeId, Long> diskStallsUntil = new TreeMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final SimulatedNetwork network;
    private final SimulatedZooKeeper zooKeeper;
    private final Truth truth = new Truth();
    private final History history = new History();
    private final Totals totals = new Totals();
    private long nowMicros;
    private long nextWipeMicros;
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
        boolean calmZooKeeper = given != null || dice.nextInt(3) == 0;
        ZooKeeperWeather zooKeeperWeather = calmZooKeeper ? ZooKeeperWeather.CALM : ZooKeeperWeather.ROUGH;
        this.zooKeeper = new SimulatedZooKeeper(dice, zooKeeperWeather, SESSION_TIMEOUT_MILLIS, POLL_MILLIS);
        for (int i = 1; i <= weather.nodes(); i++) {
            NodeId id = new NodeId("n" + i);
            nodes.put(id, new SimulatedNode(this, id));
        }
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedClient(this));
        }
    }

    /** A calm world in which a test makes the troubles: all nodes started, and all in sync. */
    static World scene(long seed, int nodes, WriteQuorum writeQuorum, int minInSync) {
        World world = new World(
                new SplittableRandom(seed), Weather.calm(nodes, writeQuorum, minInSync), System.out::println, false);
        world.calm = true;
        world.network.calm();
        world.nodes.values().forEach(SimulatedNode::start);
        world.everyNodeTakesWrites();
        world.everyNodeIsLevel();
        return world;
    }

    // --- one life of the world -------------------------------------------------------------------------------------

    /** A storm, a calm, and the last judgement. */
    void live() {
        trace(() -> weather.toString());
        for (SimulatedNode node : nodes.values()) {
            at(dice.nextLong(2 * SECOND), node::start);
        }
        clients.forEach(SimulatedClient::start);
        scheduleTroubles();
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
    }

    /** Lets time pass. */
    void runFor(long millis) {
        runUntil(nowMicros + 1_000 * millis);
    }

    /** Lets time pass until it is so; returns how many milliseconds that took. */
    long runUntil(BooleanSupplier so, long withinMillis, String what) {
        long began = nowMicros;
        while (!so.getAsBoolean()) {
            truth.check(
                    nowMicros - began < 1_000 * withinMillis, what + " within " + withinMillis + " ms: " + standing());
            runUntil(nowMicros + 1_000);
        }
        return (nowMicros - began) / 1_000;
    }

    /** The node that serves as the leader of the highest epoch; null while none does. */
    @Nullable
    SimulatedNode servingLeader() {
        SimulatedNode found = null;
        for (SimulatedNode node : nodes.values()) {
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

    List<SimulatedNode> nodes() {
        return List.copyOf(nodes.values());
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
        diskStallsUntil.clear();
        zooKeeper.weather(ZooKeeperWeather.CALM);
        zooKeeper.outage(false);
        for (SimulatedNode node : nodes.values()) {
            zooKeeper.disconnect(node.id(), false);
            node.resume();
            node.start();
        }
    }

    private void everyNodeTakesWrites() {
        long began = nowMicros;
        for (SimulatedNode node : nodes.values()) {
            boolean[] done = {false};
            while (!done[0]) {
                truth.check(
                        nowMicros - began < WRITES_AGAIN_SECONDS * SECOND,
                        "in calm weather " + node.id() + " takes writes again in time: " + standing());
                Registers.SetRegister set = new Registers.SetRegister(nextOperation(), 0, -1);
                node.event(
                        node.life(),
                        serving -> serving.write(set.encode(), Optional.empty(), 900, outcome -> {
                            if (outcome instanceof WriteOutcome.Decided decided) {
                                truth.acknowledged(set.operation(), decided.index(), true, nowMicros);
                                done[0] = true;
                            }
                        }));
                runUntil(nowMicros + SECOND);
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
                    "in calm weather every node is in sync again in time: " + standing());
            runUntil(nowMicros + SECOND / 10);
        }
        totals.add("calm milliseconds until every node was level", (nowMicros - began) / 1_000);
    }

    private boolean level() {
        ControlRecord record = zooKeeper.record().record();
        if (record == null || record.inSync().size() != nodes.size()) {
            return false;
        }
        for (SimulatedNode node : nodes.values()) {
            if (!record.inSync().contains(node.replicaId())
                    || node.tables().applied().index() != truth.committedIndex()
                    || node.log().durableEntries().size() != truth.committedIndex()) {
                return false;
            }
        }
        return true;
    }

    private String standing() {
        StringBuilder text = new StringBuilder(String.valueOf(zooKeeper.record()));
        for (SimulatedNode node : nodes.values()) {
            ServingNode serving = node.serving();
            text.append("; ").append(node.id()).append(' ');
            text.append(
                    serving == null
                            ? "down"
                            : "epoch " + serving.replica().epoch() + " leader "
                                    + serving.replica().leader() + " commit "
                                    + serving.replica().commitIndex() + " end "
                                    + serving.replica().lastIndex());
        }
        return text.toString();
    }

    // --- troubles --------------------------------------------------------------------------------------------------

    private void scheduleTroubles() {
        every(weather.crashMillis(), this::crashSomebody);
        every(weather.cutMillis(), this::cutSomething);
        every(weather.wipeMillis(), this::wipeADisk);
        every(weather.pauseMillis(), () -> anyNode().pause(duration(20, 15_000)));
        every(weather.diskStallMillis(), this::stallADisk);
        every(weather.zooKeeperMillis(), this::troubleZooKeeper);
        every(dice.nextInt(3) == 0 ? 0 : dice.nextInt(2_000, 15_000), () -> handOff(anyNode()));
    }

    private void every(int meanMillis, Runnable trouble) {
        if (meanMillis == 0) {
            return;
        }
        at(nowMicros + dice.nextLong(2_000L * meanMillis), () -> {
            if (!calm) {
                trouble.run();
                every(meanMillis, trouble);
            }
        });
    }

    /** Short more often than long. */
    private long duration(long leastMillis, long mostMillis) {
        double share = dice.nextDouble();
        return 1_000 * (leastMillis + (long) ((mostMillis - leastMillis) * share * share * share));
    }

    private void unlessCalm(Runnable action) {
        if (!calm) {
            action.run();
        }
    }

    private void crashSomebody() {
        boolean everybody = dice.nextInt(8) == 0;
        for (SimulatedNode node : everybody ? List.copyOf(nodes.values()) : List.of(anyNode())) {
            node.crash();
            at(nowMicros + duration(10, 8_000), node::start);
        }
    }

    /**
     * A node comes back with an empty disk, as another store. Only where the data survives: never the leader's disk, whose
     * changes of the set may be under way, and never a second one of the set before the first is out of it. Where all must
     * write and two must be in sync, a lost disk may leave a set of two that can neither shrink nor grow: no weather.
     */
    private void wipeADisk() {
        if (weather.writeQuorum() == WriteQuorum.ALL && weather.minInSync() > 1) {
            return;
        }
        ControlRecord record = zooKeeper.record().record();
        SimulatedNode node = anyNode();
        if (record == null || record.leader().equals(node.id()) || nowMicros < nextWipeMicros) {
            return;
        }
        int others = 0;
        for (ReplicaId replica : record.inSync()) {
            boolean own = replica.node().equals(node.id());
            others += own ? 0 : 1;
            if (!replica.equals(node(replica.node()).replicaId())) {
                return;
            }
        }
        if (others > 0) {
            nextWipeMicros = nowMicros + 20 * SECOND;
            node.wipe();
            at(nowMicros + duration(10, 8_000), node::start);
        }
    }

    private void cutSomething() {
        NodeId one = anyNode().id();
        NodeId other = anyNode().id();
        boolean isolated = dice.nextBoolean();
        boolean outwards = dice.nextInt(4) != 0;
        boolean inwards = !outwards || dice.nextBoolean();
        long until = nowMicros + duration(50, 8_000);
        for (NodeId node : nodes.keySet()) {
            if (!node.equals(one) && (isolated || node.equals(other))) {
                cut(one, node, until, outwards);
                cut(node, one, until, inwards);
            }
        }
    }

    private void cut(NodeId from, NodeId to, long untilMicros, boolean really) {
        if (really) {
            network.cut(from, to);
            at(untilMicros, () -> network.join(from, to));
        }
    }

    private void stallADisk() {
        totals.count("disk stalls");
        diskStallsUntil.put(anyNode().id(), nowMicros + duration(50, 5_000));
    }

    private void troubleZooKeeper() {
        totals.count("zookeeper troubles");
        NodeId node = anyNode().id();
        long until = nowMicros + duration(200, 20_000);
        int what = dice.nextInt(6);
        trace(() -> "zookeeper trouble " + what + " " + node + " until " + until / 1_000);
        switch (what) {
            case 0 -> {
                zooKeeper.outage(true);
                at(until, () -> unlessCalm(() -> zooKeeper.outage(false)));
            }
            case 1, 2 -> {
                zooKeeper.disconnect(node, true);
                at(until, () -> unlessCalm(() -> zooKeeper.disconnect(node, false)));
            }
            case 3 -> zooKeeper.expireSession(node);
            case 4 -> zooKeeper.breakConnection(node);
            default -> {
                var queue = zooKeeper.queueOfLatch();
                if (!queue.isEmpty()) {
                    zooKeeper.deleteLatchPlace(
                            queue.get(dice.nextInt(queue.size())).path());
                }
            }
        }
    }

    /** What an operator may ask of a node: to hand over, to claim by force, to leave for a while (Part 10). */
    private void handOff(SimulatedNode node) {
        int what = dice.nextInt(4);
        trace(() -> "operator " + what + " " + node.id());
        node.event(node.life(), serving -> {
            switch (what) {
                case 0, 1 -> serving.operators().handOff(HandOffWish.ANY, this::countHandOff);
                case 2 -> serving.operators().force(null, this::countHandOff);
                default ->
                    serving.operators().leave(outcome -> {
                        totals.count("departures");
                        node.event(node.life(), now -> now.operators().returnToDuty());
                    });
            }
        });
    }

    private void countHandOff(HandOffOutcome outcome) {
        if (outcome instanceof HandOffOutcome.Moved) {
            totals.count("hand-offs");
        }
    }

    /** How long the sync that begins now takes. */
    long syncMicros(NodeId node) {
        long stalledFor = Math.max(0, diskStallsUntil.getOrDefault(node, 0L) - nowMicros);
        return stalledFor + dice.nextLong(100, 4_000);
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
        int number = dice.nextInt(nodes.size());
        return List.copyOf(nodes.values()).get(number);
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

    /** A line of the trace, made only if somebody wants it. */
    void trace(Supplier<String> line) {
        if (traced) {
            tracer.accept("%12d ".formatted(nowMicros) + line.get());
        }
    }
}
