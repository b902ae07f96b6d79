package io.bellwether.simulation;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicaId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is called when a cluster cannot help itself: has one replica lead when too few are left, and begins anew with a
 * backup when none is. Does it as the runbook says: what is given up is switched off first, and returns afterwards, as it
 * was or with an empty disk.
 */
final class OnCall {
    /** What cannot be recovered by then returns as it was. */
    private static final long PATIENCE_MILLIS = 40_000;

    private static final long LONGEST_AWAY_MILLIS = 15_000;
    private static final long LONGEST_LAG_MILLIS = 4_000;

    private final World world;
    private boolean busy;
    private boolean restoring;
    private int calls;
    private @Nullable SimulatedNode misplacedAt;
    private @Nullable ReplicaId misplaced;

    OnCall(World world) {
        this.world = world;
    }

    /** Whether something is lost that only this one can mend. */
    boolean busy() {
        return busy;
    }

    /** Whether this is a store that was restored by mistake, beside the cluster that it is from. */
    boolean isMisplaced(ReplicaId replica) {
        return replica.equals(misplaced);
    }

    private void beginCall() {
        busy = true;
        calls++;
    }

    /** The storm is over: what could not be recovered by now returns as it was. */
    void calm() {
        putBack();
        if (!restoring) {
            busy = false;
            world.nodes().forEach(SimulatedNode::switchOn);
        }
    }

    // --- too few are left ------------------------------------------------------------------------------------------

    /** So many stores of the set are gone that the others cannot recover. */
    void loseTooMany(Runnable whenRecovered) {
        ControlRecord record = world.zooKeeper().record().record();
        if (busy || record == null) {
            return;
        }
        List<SimulatedNode> left = new ArrayList<>(world.nodes());
        List<SimulatedNode> lost = new ArrayList<>();
        List<ReplicaId> inSync = new ArrayList<>(record.inSync());
        for (int i = record.writeQuorum().writers(inSync.size()); i > 0; i--) {
            ReplicaId replica = inSync.remove(world.dice().nextInt(inSync.size()));
            lost.add(world.node(replica.node()));
        }
        left.removeAll(lost);
        if (left.isEmpty()) {
            return;
        }
        beginCall();
        if (world.dice().nextBoolean()) { // so that those who will be left lack something
            cut(lost, left, true);
        }
        world.inStorm(world.lasting(10, LONGEST_LAG_MILLIS), () -> {
            cut(lost, left, false);
            lose(lost);
            recover(record.epoch(), world.nowMicros() + 1_000 * PATIENCE_MILLIS, whenRecovered);
        });
    }

    private void cut(List<SimulatedNode> some, List<SimulatedNode> others, boolean apart) {
        for (SimulatedNode one : some) {
            for (SimulatedNode other : others) {
                if (apart) {
                    world.network().cut(one.id(), other.id());
                    world.network().cut(other.id(), one.id());
                } else {
                    world.network().join(one.id(), other.id());
                    world.network().join(other.id(), one.id());
                }
            }
        }
    }

    private void lose(List<SimulatedNode> lost) {
        boolean noticedAtOnce = world.dice().nextBoolean();
        for (SimulatedNode node : lost) {
            world.trace(() -> node.id() + " is lost");
            node.switchOff();
            if (noticedAtOnce) {
                world.zooKeeper().expireSession(node.id());
            }
        }
    }

    private void recover(long epoch, long untilMicros, Runnable whenRecovered) {
        world.inStorm(world.shortlyAfter(world.nowMicros()), () -> {
            ControlRecord record = world.zooKeeper().record().record();
            boolean recovered = record != null
                    && record.epoch() > epoch
                    && record.inSync().stream()
                            .noneMatch(replica -> world.node(replica.node()).off());
            if (recovered) {
                whenRecovered.run();
            } else if (world.nowMicros() < untilMicros) {
                mostAdvanced()
                        .ifPresent(node -> node.event(node.life(), serving -> serving.operators()
                                .recover(null, false, world.exercised()::toldOfRecovery)));
                recover(epoch, untilMicros, whenRecovered);
                return;
            }
            busy = false;
            world.nodes().stream().filter(SimulatedNode::off).toList().forEach(node -> comeBack(node, recovered));
        });
    }

    /** Of those that answer. Nobody wants what was given up before. */
    private Optional<SimulatedNode> mostAdvanced() {
        return world.nodes().stream()
                .filter(node -> node.up() && !node.paused() && !isMisplaced(node.replicaId()))
                .filter(node -> !world.truth().isGivenUp(node.tables().applied())
                        && !world.truth().isGivenUp(last(node)))
                .max(Comparator.comparing(OnCall::last));
    }

    private static Position last(SimulatedNode node) {
        List<Position> positions = node.log().positionsToCome();
        return positions.isEmpty() ? node.log().durableStart() : positions.get(positions.size() - 1);
    }

    /** @param mayBeEmpty whether nobody needs what it has */
    private void comeBack(SimulatedNode node, boolean mayBeEmpty) {
        boolean empty = mayBeEmpty && world.dice().nextInt(3) == 0;
        int call = calls;
        world.at(world.lasting(10, LONGEST_AWAY_MILLIS), () -> {
            if (call != calls || !node.off()) {
                return; // it was lost again meanwhile, or the next call is about others: then its end brings this one
                // back
            }
            if (empty) {
                node.wipe();
            }
            node.switchOn();
        });
    }

    // --- nothing is left -------------------------------------------------------------------------------------------

    /** A backup is made; some time later all that it is a backup of is gone. */
    void loseEverything(Runnable whenRestored) {
        backup().ifPresent(backup -> world.inStorm(world.lasting(100, 10_000), () -> {
            if (busy || isOutdated(backup)) {
                return;
            }
            beginCall();
            putBack();
            world.trace(() -> "everything is lost but a backup of " + backup.position());
            for (SimulatedNode node : world.nodes()) {
                node.switchOff();
                node.wipe();
            }
            restoring = true;
            world.restored(backup);
            SimulatedNode first = world.anyNode();
            first.restore(backup);
            first.switchOn();
            restore(first, whenRestored);
        }));
    }

    /** The others join when the cluster has begun. */
    private void restore(SimulatedNode first, Runnable whenRestored) {
        world.at(world.shortlyAfter(world.nowMicros()), () -> {
            ControlRecord record = world.zooKeeper().record().record();
            if (record == null) {
                restore(first, whenRestored);
                return;
            }
            world.truth().check(record.leader().equals(first.id()), "who has the backup begins the cluster");
            world.exercised().restored();
            whenRestored.run();
            restoring = false;
            busy = false;
            world.nodes().stream().filter(SimulatedNode::off).toList().forEach(node -> comeBack(node, false));
        });
    }

    private Optional<Backup> backup() {
        return Backup.of(world.anyNode()).filter(backup -> backup.position().index() > 0 && !isOutdated(backup));
    }

    /** Nobody wants a backup of what was given up before, or of a cluster that is no more. */
    private boolean isOutdated(Backup backup) {
        return !backup.clusterId().equals(world.clusterId()) || world.truth().isGivenUp(backup.position());
    }

    // --- a mistake -------------------------------------------------------------------------------------------------

    /** One node starts with a backup of its own cluster, until somebody sees it. Returns whether there was one. */
    boolean misplaceBackup() {
        SimulatedNode node = world.anyNode();
        Optional<Backup> backup = backup();
        if (misplacedAt != null || backup.isEmpty() || !world.goodCopies().remainWithout(node)) {
            return false;
        }
        node.restore(backup.get());
        misplacedAt = node;
        misplaced = node.replicaId();
        world.inStorm(world.lasting(10, 1_000), node::start);
        world.inStorm(world.lasting(2_000, LONGEST_AWAY_MILLIS), this::putBack);
        return true;
    }

    private void putBack() {
        SimulatedNode node = misplacedAt;
        if (node != null) {
            misplacedAt = null;
            if (node.replicaId().equals(misplaced)) {
                node.wipe();
                node.start();
            }
        }
    }
}
