package io.bellwether.simulation;

import io.bellwether.replication.ControlRecord;
import java.util.HashMap;
import java.util.Map;

/** Which states of a world are wrong, and whether all that should have been noticed was. */
final class WrongStates {
    /** By then whoever was wrong has been found, or restarted, or nobody can say who is. */
    private static final long SETTLED_AFTER_MICROS = 20_000_000;

    private final World world;
    private long struckMicros = -SETTLED_AFTER_MICROS;
    private boolean everStruck;

    WrongStates(World world) {
        this.world = world;
    }

    /** One at a time, and where the cluster can do without the store, since that is what will become of it. */
    boolean mayStrike(SimulatedNode node) {
        return node.up()
                && !node.paused()
                && world.nowMicros() - struckMicros >= SETTLED_AFTER_MICROS
                && world.goodCopies().remainWithout(node);
    }

    void struck() {
        struckMicros = world.nowMicros();
        everStruck = true;
    }

    /** Whether somebody may complain about a state. */
    boolean ever() {
        return everStruck;
    }

    /**
     * Whether a state that most share is shared by all that the same version made; without such a one, or where the leader is
     * of another version and has another state, nobody knows which is right (Rule 14.5).
     */
    boolean areGone() {
        Map<Made, Integer> states = new HashMap<>();
        world.nodes().forEach(node -> states.merge(made(node), 1, Integer::sum));
        for (Map.Entry<Made, Integer> state : states.entrySet()) {
            if (2 * state.getValue() > world.nodes().size()) {
                return leaderIsOfAnother(state.getKey())
                        || states.keySet().stream()
                                .noneMatch(other ->
                                        other.version() == state.getKey().version()
                                                && other.sum() != state.getKey().sum());
            }
        }
        return true;
    }

    private boolean leaderIsOfAnother(Made right) {
        ControlRecord record = world.zooKeeper().record().record();
        return record != null
                && world.nodes().stream()
                        .filter(node -> node.id().equals(record.leader()))
                        .map(WrongStates::made)
                        .anyMatch(made -> made.version() != right.version() && made.sum() != right.sum());
    }

    private record Made(int version, long sum) {}

    private static Made made(SimulatedNode node) {
        return new Made(node.version(), node.tables().sum());
    }
}
