package io.bellwether.service.chaos;

import io.bellwether.checking.Action;
import io.bellwether.checking.Action.Level;
import io.bellwether.checking.Breach;
import io.bellwether.checking.History;
import io.bellwether.checking.Operation;
import io.bellwether.checking.Outcome;
import io.bellwether.service.chaos.Findings.Promise;
import io.bellwether.service.cluster.HttpConnection;
import io.bellwether.service.cluster.NodeProcess;
import io.bellwether.service.cluster.NodeProcess.Item;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeSet;

/** What is left when all is over, held against what clients were told. All nodes are well, and nobody writes any more. */
final class Inquest {
    private static final String KIND = "inquest";
    private static final int ATTEMPTS = 10;

    private final World world;
    private final Recorder recorder;
    private final Findings findings;

    Inquest(World world, Recorder recorder) {
        this.world = world;
        this.recorder = recorder;
        this.findings = world.findings();
    }

    /** Looks at every node. */
    void hold() throws IOException {
        lookAtKeysThatWereShared();
        List<SortedMap<String, Item>> everywhere = new ArrayList<>();
        for (ChaosNode node : world.nodes()) {
            SortedMap<String, Item> items = node.process().items("", recorder.highestIndex());
            lookAtUniqueKeys(node, items);
            lookAtCounters(node.process());
            everywhere.add(items);
        }
        compare(everywhere);
    }

    /** What clients were told must fit together, whatever has become of the nodes. */
    void check() {
        world.say("checking " + recorder.size() + " operations ...");
        for (Breach breach : History.of(recorder.operations()).breaches(0)) {
            findings.add(Promise.VIOLATION, breach.toString());
        }
    }

    /** A last read of each belongs to the history: what was acknowledged and then lost shows there. */
    private void lookAtKeysThatWereShared() {
        NavigableSet<String> keys = new TreeSet<>();
        recorder.operations().stream()
                .map(Operation::key)
                .filter(key -> !key.startsWith(Clients.UNIQUE))
                .forEach(keys::add);
        List<InetSocketAddress> nodes =
                world.nodes().stream().map(node -> node.process().address()).toList();
        try (Session session = new Session(KIND, nodes, findings, new Random(0))) {
            for (String key : keys) {
                lookAt(session, key);
            }
        }
    }

    private void lookAt(Session session, String key) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Operation read = session.perform(key, new Action.Read(Level.LINEARIZABLE, 0));
            if (read.outcome() instanceof Outcome.Saw) {
                recorder.add(KIND, read);
                return;
            }
        }
        findings.add(Promise.VIOLATION, key + " can't be read at the end");
    }

    private void lookAtUniqueKeys(ChaosNode node, SortedMap<String, Item> items) {
        for (Operation operation : recorder.operations()) {
            if (!operation.key().startsWith(Clients.UNIQUE)) {
                continue;
            }
            Item found = items.get(operation.key());
            if (operation.outcome() instanceof Outcome.Wrote wrote
                    && !new Item(wrote.index(), value(operation)).equals(found)) {
                findings.add(Promise.LOST, operation + " on " + node + ": " + found);
            }
            if (operation.outcome() instanceof Outcome.None && found != null) {
                findings.add(Promise.VIOLATION, "was said not to happen: " + operation + " on " + node);
            }
        }
    }

    private static String value(Operation operation) {
        return operation.action() instanceof Action.Create create
                ? create.value()
                : ((Action.Write) operation.action()).value();
    }

    /** A counter's version is the number of its writes that took effect. */
    private void lookAtCounters(NodeProcess node) throws IOException {
        Map<String, Integer> acknowledged = new LinkedHashMap<>();
        Map<String, Integer> unknown = new LinkedHashMap<>();
        for (Operation operation : recorder.operations()) {
            if (operation.key().startsWith(Clients.COUNTERS) && operation.action() instanceof Action.Write) {
                boolean known = operation.outcome() instanceof Outcome.Wrote;
                (known ? acknowledged : unknown).merge(operation.key(), 1, Integer::sum);
            }
        }
        try (HttpConnection connection = node.connect()) {
            for (Map.Entry<String, Integer> counter : acknowledged.entrySet()) {
                HttpConnection.Answer answer = connection.get("/v1/kv/" + counter.getKey() + "?consistency=local");
                String told = answer.field("Bellwether-Version");
                long times = told.isEmpty() ? 0 : Long.parseLong(told);
                String evidence = counter.getKey() + " on " + node + ": written " + times + " times, acknowledged "
                        + counter.getValue() + ", unknown " + unknown.getOrDefault(counter.getKey(), 0);
                if (times < counter.getValue()) {
                    findings.add(Promise.LOST, evidence);
                }
                if (times > counter.getValue() + unknown.getOrDefault(counter.getKey(), 0)) {
                    findings.add(Promise.APPLIED_TWICE, evidence);
                }
            }
        }
    }

    private void compare(List<SortedMap<String, Item>> everywhere) {
        SortedMap<String, Item> first = everywhere.get(0);
        world.say("every node has " + first.size() + " keys");
        for (int i = 1; i < everywhere.size(); i++) {
            SortedMap<String, Item> other = everywhere.get(i);
            if (first.equals(other)) {
                continue;
            }
            NavigableSet<String> keys = new TreeSet<>(first.keySet());
            keys.addAll(other.keySet());
            for (String key : keys) {
                if (!Objects.equals(first.get(key), other.get(key))) {
                    findings.add(
                            Promise.VIOLATION,
                            key + " differs: " + first.get(key) + " on n1, " + other.get(key) + " on n" + (i + 1));
                }
            }
        }
    }
}
