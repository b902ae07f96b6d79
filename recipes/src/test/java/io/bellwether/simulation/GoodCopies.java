package io.bellwether.simulation;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.ReplicaId;

/**
 * Which stores the world may still lose. What no protocol survives is no weather: the last good copy of something that
 * was acknowledged, or so many stores of the set that it can neither commit nor shrink.
 */
final class GoodCopies {
    /** By then a change of the set that was under way when a store was lost has come, or never will. */
    private static final long SETTLED_AFTER_MICROS = 20_000_000;

    private final World world;
    private long lostMicros = -SETTLED_AFTER_MICROS;

    GoodCopies(World world) {
        this.world = world;
    }

    /** A store is gone. */
    void lost() {
        lostMicros = world.nowMicros();
    }

    /** Whether the data survives, and the set goes on, if the store of this node is gone from now on. */
    boolean remainWithout(SimulatedNode node) {
        ControlRecord record = world.zooKeeper().record().record();
        if (record == null || world.onCall().busy() || anotherIsGone(record, node)) {
            return false;
        }
        int size = record.inSync().size();
        if (!record.inSync().contains(node.replicaId())) {
            // It may be about to join: then it must be able to leave again, though another one may leave just then.
            return size - 1 >= record.minInSync();
        }
        // A change that takes another one out may come too: the leader's own may be under way already, and where two
        // must stay it could not take this one out afterwards.
        boolean anotherMayLeave = record.leader().equals(node.id()) || record.minInSync() > 1;
        return size - (anotherMayLeave ? 2 : 1) >= record.minInSync();
    }

    /** One at a time: until it is out of the set, nothing else is lost. */
    private boolean anotherIsGone(ControlRecord record, SimulatedNode node) {
        if (world.nowMicros() - lostMicros < SETTLED_AFTER_MICROS) {
            return true;
        }
        for (SimulatedNode other : world.nodes()) {
            if (other != node && other.disk().rotten()) {
                return true;
            }
        }
        for (ReplicaId replica : record.inSync()) {
            if (!replica.equals(world.node(replica.node()).replicaId())) {
                return true;
            }
        }
        return false;
    }
}
