package io.bellwether.service.failpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import io.bellwether.service.node.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** Three nodes in this process, on a ZooKeeper that others use too. */
final class TriedCluster implements AutoCloseable {
    /** For what takes a second or two alone, on a machine that does other things too. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final int NODES = 3;
    private static final Bytes AFTER_ALL = Bytes.wrap(new byte[] {-1});

    private final Journal journal = new Journal();
    private final List<Machine> machines = new ArrayList<>();
    private @Nullable Failpoint armed;

    TriedCluster(String name, Path folder, int zooKeeperPort, Logs logs) {
        for (int number = 1; number <= NODES; number++) {
            NodeId id = new NodeId("n" + number);
            machines.add(new Machine(id, name, folder.resolve(name).resolve(id.name()), zooKeeperPort, logs, journal));
        }
    }

    Journal journal() {
        return journal;
    }

    List<Machine> machines() {
        return machines;
    }

    List<Machine> running() {
        return machines.stream().filter(Machine::runs).toList();
    }

    /** On all nodes, and on those that start from now on. */
    void arm(@Nullable Failpoint failpoint) {
        armed = failpoint;
        machines.forEach(machine -> machine.arm(failpoint));
    }

    /** Whatever is gone begins another life. */
    void startAll() {
        for (Machine machine : machines) {
            if (!machine.runs()) {
                machine.start(armed);
            }
        }
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(LOOK_AGAIN);
    }

    /**
     * Waits until it holds.
     *
     * @throws IllegalStateException if something is found to be broken meanwhile
     */
    void until(String what, BooleanSupplier condition) {
        patiently(what).until(() -> {
            journal.checkSound();
            return condition.getAsBoolean();
        });
    }

    /** Waits until all nodes are the in-sync set, queue for the latch, and follow the one that leads and serves. */
    void awaitWell() {
        patiently("all nodes in sync, and one of them serving").untilAsserted(() -> {
            journal.checkSound();
            List<NodeStatus> seen = machines.stream()
                    .map(machine -> machine.status().orElseThrow(() -> new AssertionError(machine + " doesn't answer")))
                    .toList();
            for (Machine machine : machines) {
                assertThat(machine.isQueued())
                        .as("%s stands in the queue", machine)
                        .isTrue();
            }
            NodeStatus first = seen.get(0);
            for (NodeStatus status : seen) {
                ControlRecord record = status.record();
                assertThat(record == null ? 0 : record.inSync().size())
                        .as("in-sync set seen by %s", status.replica().node())
                        .isEqualTo(NODES);
                assertThat(status.leader())
                        .as("leader seen by %s", status.replica().node())
                        .isEqualTo(first.leader());
                assertThat(status.epoch())
                        .as("epoch seen by %s", status.replica().node())
                        .isEqualTo(first.epoch());
            }
            assertThat(seen.stream().filter(NodeStatus::serving).count())
                    .as("nodes that serve")
                    .isEqualTo(1);
        });
    }

    /** Who leads and serves now, if anybody does. */
    Optional<Machine> leader() {
        return running().stream()
                .filter(machine -> machine.status().filter(NodeStatus::serving).isPresent())
                .findFirst();
    }

    Machine awaitLeader() {
        return patiently("a leader")
                .until(
                        () -> {
                            journal.checkSound();
                            return leader();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    /** All but this one. */
    List<Machine> others(Machine than) {
        return machines.stream().filter(machine -> machine != than).toList();
    }

    Machine awaitFollower() {
        Machine leader = awaitLeader();
        return running().stream()
                .filter(machine -> machine != leader)
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("nobody follows"));
    }

    /** Whether this node is out of the in-sync set, as another one sees it. */
    boolean isEvicted(Machine machine) {
        return running().stream()
                .flatMap(other -> other.status().map(NodeStatus::record).stream())
                .anyMatch(record -> record.inSync().stream()
                        .noneMatch(replica -> replica.node().equals(machine.id())));
    }

    /** Asks the leader for a hand-off; null if there is none. */
    @Nullable
    CompletableFuture<HandOffOutcome> handOff() {
        Life life = leader().map(Machine::life).orElse(null);
        return life == null ? null : life.handOff();
    }

    /**
     * The state that all nodes have, row by row, when they have applied the same. Nobody writes.
     *
     * @throws org.awaitility.core.ConditionTimeoutException if they don't come to the same state
     */
    Map<Bytes, Bytes> sameStateEverywhere() {
        Map<Position, Map<Bytes, Bytes>> found = new LinkedHashMap<>();
        patiently("the same state on all nodes").untilAsserted(() -> {
            List<Map<Bytes, Bytes>> states = new ArrayList<>();
            found.clear();
            for (Machine machine : machines) {
                Life life = machine.life();
                if (life == null) {
                    throw new AssertionError(machine + " doesn't run");
                }
                try (Tables.View view = life.view()) {
                    Map<Bytes, Bytes> rows = rows(view);
                    states.add(rows);
                    found.put(view.applied(), rows);
                }
            }
            assertThat(found.keySet()).as("applied").hasSize(1);
            for (Map<Bytes, Bytes> state : states) {
                // A map in the description would be a book.
                assertThat(state.equals(states.get(0)))
                        .as(() -> "the same rows: " + difference(states))
                        .isTrue();
            }
        });
        return found.values().iterator().next();
    }

    private static Map<Bytes, Bytes> rows(Tables.View view) {
        Map<Bytes, Bytes> rows = new TreeMap<>();
        view.scan(Bytes.EMPTY, AFTER_ALL, (key, value) -> {
            rows.put(key, value);
            return true;
        });
        return rows;
    }

    private static String difference(List<Map<Bytes, Bytes>> states) {
        Map<Bytes, List<Bytes>> values = new TreeMap<>();
        states.forEach(state -> state.forEach((key, value) ->
                values.computeIfAbsent(key, none -> new ArrayList<>()).add(value)));
        return values.entrySet().stream()
                .filter(row -> row.getValue().size() != states.size()
                        || row.getValue().stream().distinct().count() > 1)
                .limit(5)
                .map(row -> row.getKey().utf8() + "=" + row.getValue())
                .toList()
                .toString();
    }

    @Override
    public void close() {
        machines.forEach(Machine::kill);
        machines.forEach(Machine::awaitBurial);
    }
}
