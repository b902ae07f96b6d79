package io.bellwether.simulation;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.ReplicaId;

/**
 * Which stores the world may still lose. What no protocol survives is no weather: the last good copy of something that
 * was acknowledged, or the last of the set whose state is what it should be (Rule 14.6 d).
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

    /** Whether the data survives if the store of this node is gone from now on. */
    boolean remainWithout(SimulatedNode node) {
        ControlRecord record = world.zooKeeper().record().record();
        if (record == null || world.onCall().busy() || anotherIsGone(record, node)) {
            return false;
        }
        if (!record.inSync().contains(node.replicaId())) {
            return true; // if it is about to join, those who are there have all that counts too
        }
        // A change that takes another one out may be under way already.
        int size = record.inSync().size();
        int others = (size > record.minInSync() ? size - 1 : size) - 1;
        return others >= 1;
    }

    /** One at a time: until it is out of the set, nothing else is lost. */
    private boolean anotherIsGone(ControlRecord record, SimulatedNode node) {
        if (world.nowMicros() - lostMicros < SETTLED_AFTER_MICROS) {
            return true;
        }
        for (SimulatedNode other : world.nodes()) {
            boolean counts = record.inSync().contains(other.replicaId());
            if (other != node && (other.disk().rotten() || (counts && other.distrustsItsState()))) {
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
