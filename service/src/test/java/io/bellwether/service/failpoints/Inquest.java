package io.bellwether.service.failpoints;

import io.bellwether.checking.Action;
import io.bellwether.checking.Action.Level;
import io.bellwether.checking.Breach;
import io.bellwether.checking.History;
import io.bellwether.checking.Operation;
import io.bellwether.checking.Outcome;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Tables;
import io.bellwether.service.data.RecordReader;
import io.bellwether.service.data.StoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** What is left, held against what clients were told. All nodes are well, and nobody writes. */
final class Inquest {
    private static final int ATTEMPTS = 10;

    private final TriedCluster cluster;
    private final List<String> breaches = new ArrayList<>();

    Inquest(TriedCluster cluster) {
        this.cluster = cluster;
    }

    /** @return what is broken, in sentences */
    static List<String> of(TriedCluster cluster, Load load) {
        Inquest inquest = new Inquest(cluster);
        inquest.lookAtSharedKeys(load);
        inquest.holdAgainst(load.operations());
        return inquest.breaches;
    }

    /** The same of all that was ever asked of this cluster. */
    static List<String> of(TriedCluster cluster, List<Operation> operations) {
        Inquest inquest = new Inquest(cluster);
        inquest.holdAgainst(operations);
        return inquest.breaches;
    }

    private void holdAgainst(List<Operation> operations) {
        cluster.sameStateEverywhere();
        // All nodes have the same state: one of them speaks for all.
        Life life = cluster.machines().get(0).life();
        if (life == null) {
            throw new IllegalStateException("all nodes are well");
        }
        try (Tables.View view = life.view()) {
            RecordReader records = new RecordReader(view);
            lookAtUniqueKeys(records, operations);
            lookAtCounters(records, operations);
        }
        for (Breach breach : History.of(operations).breaches(0)) {
            breaches.add(breach.toString());
        }
    }

    /** A last read of each belongs to the history: what was acknowledged and then lost shows there. */
    private void lookAtSharedKeys(Load load) {
        NavigableSet<String> keys = new TreeSet<>();
        load.operations().stream()
                .map(Operation::key)
                .filter(key -> !key.contains(Load.UNIQUE))
                .forEach(keys::add);
        Client client = load.newClient("inquest");
        for (String key : keys) {
            boolean seen = false;
            for (int attempt = 0; attempt < ATTEMPTS && !seen; attempt++) {
                Operation read = client.perform(key, new Action.Read(Level.LINEARIZABLE, 0));
                seen = read.outcome() instanceof Outcome.Saw;
                load.add(read);
            }
            if (!seen) {
                breaches.add(key + " can't be read at the end");
            }
        }
    }

    private void lookAtUniqueKeys(RecordReader records, List<Operation> operations) {
        for (Operation operation : operations) {
            if (!operation.key().contains(Load.UNIQUE)) {
                continue;
            }
            StoredRecord found = records.get(Bytes.utf8(operation.key()));
            if (operation.outcome() instanceof Outcome.Wrote wrote
                    && (found == null
                            || found.index() != wrote.index()
                            || !found.value().utf8().equals(value(operation)))) {
                breaches.add("acknowledged and lost: " + operation + ", there is " + found);
            }
            if (operation.outcome() instanceof Outcome.None && found != null) {
                breaches.add("was said not to happen: " + operation);
            }
        }
    }

    private static String value(Operation operation) {
        return operation.action() instanceof Action.Create create
                ? create.value()
                : ((Action.Write) operation.action()).value();
    }

    /** A counter's version is the number of its writes that took effect. */
    private void lookAtCounters(RecordReader records, List<Operation> operations) {
        Map<String, Integer> acknowledged = new HashMap<>();
        Map<String, Integer> unknown = new HashMap<>();
        for (Operation operation : operations) {
            if (operation.key().contains(Load.COUNTERS) && operation.action() instanceof Action.Write) {
                boolean known = operation.outcome() instanceof Outcome.Wrote;
                (known ? acknowledged : unknown).merge(operation.key(), 1, Integer::sum);
            }
        }
        acknowledged.forEach((key, times) -> {
            StoredRecord found = records.get(Bytes.utf8(key));
            long written = found == null ? 0 : found.version();
            int atMost = times + unknown.getOrDefault(key, 0);
            if (written < times || written > atMost) {
                breaches.add(key + " was written " + written + " times, and " + times + " to " + atMost + " are right: "
                        + (written < times ? "lost" : "applied twice"));
            }
        });
    }
}
