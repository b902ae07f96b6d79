package io.bellwether.scenarios;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.ReadVerdict;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.WriteQuorum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Where a script plays: nodes, the links between them, a ZooKeeper, and a clock that moves only when told. */
final class Stage {
    static final String CLUSTER_ID = "cluster";

    private static final long STEP_MILLIS = 10;
    private static final long LONGEST_WAIT_MILLIS = 60_000;
    /** More events than any moment of a script has: it would never end. */
    private static final int MOST_EVENTS_AT_ONCE = 20_000;

    private final TreeMap<NodeId, StagedNode> nodes = new TreeMap<>();
    private final StagedZooKeeper zooKeeper = new StagedZooKeeper();
    private final StagedNetwork network = new StagedNetwork(this::arrive);
    private final Ledger ledger = new Ledger();
    private final ArrayDeque<Runnable> pending = new ArrayDeque<>();
    private List<String> said = new ArrayList<>();
    private Bootstrap bootstrap = new Bootstrap(CLUSTER_ID, WriteQuorum.MAJORITY, 1);
    private long nowMillis = 1_000;

    // --- for the nodes ---------------------------------------------------------------------------------------------

    long nowMillis() {
        return nowMillis;
    }

    StagedZooKeeper zooKeeper() {
        return zooKeeper;
    }

    StagedNetwork network() {
        return network;
    }

    Ledger ledger() {
        return ledger;
    }

    void say(String line) {
        said.add(line);
    }

    /** What was said since the last call. */
    List<String> takeSaid() {
        List<String> taken = said;
        said = new ArrayList<>();
        return taken;
    }

    /** As soon as what happens now is over. */
    void later(Runnable event) {
        pending.add(event);
    }

    private void arrive(Envelope envelope) {
        later(() -> {
            StagedNode receiver = node(envelope.to());
            NodeId sender = envelope.from().node();
            if (receiver.up()) {
                receiver.event(serving -> serving.received(envelope));
            } else if (!network.isCut(new StagedNetwork.Link(envelope.to(), sender))) {
                node(sender).event(serving -> serving.unreachable(envelope.to())); // nobody listens there
            }
        });
    }

    StagedNode node(NodeId id) {
        StagedNode node = nodes.get(id);
        if (node == null) {
            throw new ScriptException("there is no node " + id);
        }
        return node;
    }

    Collection<StagedNode> nodes() {
        return nodes.values();
    }

    // --- for the script --------------------------------------------------------------------------------------------

    /** All that has been set off happens. */
    void settle() {
        for (int events = 0; !pending.isEmpty(); events++) {
            if (events > MOST_EVENTS_AT_ONCE) {
                throw new ScriptException("this moment never ends");
            }
            pending.remove().run();
        }
    }

    void pass(long millis) {
        for (long end = nowMillis + millis; nowMillis < end; ) {
            step();
        }
    }

    private void step() {
        nowMillis += STEP_MILLIS;
        for (StagedNode node : nodes.values()) {
            node.tick();
            settle();
        }
    }

    void until(BooleanSupplier so, String what) {
        for (long end = nowMillis + LONGEST_WAIT_MILLIS; !so.getAsBoolean(); ) {
            if (nowMillis >= end) {
                throw new ScriptException("not within " + LONGEST_WAIT_MILLIS / 1_000 + " s: " + what);
            }
            step();
        }
    }

    /** n1 founds a cluster, and the others join it; what they say to that is no part of the story. */
    void cluster(int size, WriteQuorum writeQuorum, int minInSync) {
        bootstrap = new Bootstrap(CLUSTER_ID, writeQuorum, minInSync);
        for (int i = 1; i <= size; i++) {
            NodeId id = new NodeId("n" + i);
            nodes.put(id, new StagedNode(this, id));
            start(id, nowMillis);
            int founders = i;
            until(() -> inSync().size() == founders, id + " is in sync");
        }
        pass(200);
        takeSaid();
    }

    void start(NodeId id, long clockMillis) {
        nodes.computeIfAbsent(id, unseen -> new StagedNode(this, unseen)).start(bootstrap, clockMillis);
    }

    List<ReplicaId> inSync() {
        ControlRecord record = zooKeeper.record().record();
        return record == null ? List.of() : record.inSync();
    }

    void write(NodeId node, String word, @Nullable String key, long timeoutMillis) {
        Bytes command = Bytes.utf8(spelledOut(word));
        Optional<RequestId.Keyed> id = Optional.ofNullable(key).map(name -> new RequestId.Keyed(name, command));
        mustBeUp(node)
                .event(serving ->
                        serving.write(command, id, timeoutMillis, outcome -> written(node + " " + word, outcome)));
        settle();
    }

    /** {@code x*300} is a word of 300 letters. */
    private static String spelledOut(String word) {
        int times = word.indexOf('*');
        return times < 0 ? word : word.substring(0, times).repeat(Integer.parseInt(word.substring(times + 1)));
    }

    private void written(String what, WriteOutcome outcome) {
        if (outcome instanceof WriteOutcome.Decided decided) {
            later(() -> ledger.acknowledged(decided.index()));
            say(what + ": done at " + decided.index() + "@" + decided.epoch());
        } else if (outcome instanceof WriteOutcome.Refused refused) {
            say(what + ": refused, " + refused.reason());
        } else if (outcome instanceof WriteOutcome.KeyReused) {
            say(what + ": refused, the key stands for another request");
        } else if (outcome instanceof WriteOutcome.Unknown) {
            say(what + ": unknown");
        }
    }

    void read(NodeId node, ReadLevel level, long minIndex, long timeoutMillis) {
        long acknowledged = ledger.acknowledgedIndex();
        StagedNode reader = mustBeUp(node);
        reader.event(serving ->
                serving.read(level, minIndex, timeoutMillis, verdict -> served(reader, level, acknowledged, verdict)));
        settle();
    }

    private void served(StagedNode reader, ReadLevel level, long acknowledgedBefore, ReadVerdict verdict) {
        if (verdict instanceof ReadVerdict.Ready) {
            if (level instanceof ReadLevel.Linearizable) {
                ledger.read(reader.tables().applied().index(), acknowledgedBefore);
            }
            say(reader.id() + " reads " + Words.shown(reader.tables()));
        } else if (verdict instanceof ReadVerdict.TooStale stale) {
            say(reader.id() + " is too stale" + (stale.stalenessMillis() < 0 ? ", without a bound" : ""));
        } else if (verdict instanceof ReadVerdict.IndexNotReached) {
            say(reader.id() + " has not reached the index");
        } else if (verdict instanceof ReadVerdict.NoLeader) {
            say(reader.id() + " has no leader to read with");
        }
    }

    void handOff(NodeId leader, HandOffWish wish) {
        mustBeUp(leader).event(serving -> serving.operators()
                .handOff(wish, outcome -> handOffEnded(leader + " hand-off", outcome)));
        settle();
    }

    void force(NodeId claimant, @Nullable Long epoch) {
        mustBeUp(claimant).event(serving -> serving.operators()
                .force(epoch, outcome -> handOffEnded(claimant + " force", outcome)));
        settle();
    }

    void recover(NodeId claimant, @Nullable Long epoch, boolean dryRun) {
        mustBeUp(claimant).event(serving -> serving.operators()
                .recover(epoch, dryRun, outcome -> handOffEnded(claimant + " recover", outcome)));
        settle();
    }

    /** By decree of the script, what this node does not have was never promised. */
    void giveUpBeyond(StagedNode kept) {
        ledger.givenUp(kept.log().durableEnd());
    }

    private void handOffEnded(String what, HandOffOutcome outcome) {
        if (outcome instanceof HandOffOutcome.Moved moved) {
            say(what + ": " + moved.to() + " leads epoch " + moved.epoch());
        } else if (outcome instanceof HandOffOutcome.Possible possible) {
            say(what + ": possible, to " + possible.to());
        } else if (outcome instanceof HandOffOutcome.Refused refused) {
            say(what + ": refused, " + refused.reason() + ": " + refused.detail());
        } else if (outcome instanceof HandOffOutcome.Undecided undecided) {
            say(what + ": unknown: " + undecided.detail());
        }
    }

    void leave(NodeId node) {
        mustBeUp(node).event(serving -> serving.operators().leave(outcome -> departed(node, outcome)));
        settle();
    }

    private void departed(NodeId node, DepartureOutcome outcome) {
        if (outcome instanceof DepartureOutcome.Left) {
            say(node + " has left");
        } else if (outcome instanceof DepartureOutcome.Stays stays) {
            say(node + " stays: " + stays.why());
        }
    }

    void returnToDuty(NodeId node) {
        mustBeUp(node).event(serving -> serving.operators().returnToDuty());
        settle();
    }

    void distrust(NodeId node) {
        mustBeUp(node).event(serving -> serving.distrust("the script says so"));
        settle();
    }

    private StagedNode mustBeUp(NodeId id) {
        StagedNode node = node(id);
        if (!node.up()) {
            throw new ScriptException(id + " is down");
        }
        return node;
    }

    /** {@code n1,n2/s-n2-2}: a store is named when it is not the node's first. */
    static String names(List<ReplicaId> replicas) {
        StringBuilder names = new StringBuilder();
        for (ReplicaId replica : replicas) {
            boolean first = replica.store().id().equals("s-" + replica.node() + "-1");
            names.append(names.length() == 0 ? "" : ",").append(first ? replica.node() : replica);
        }
        return names.toString();
    }
}
