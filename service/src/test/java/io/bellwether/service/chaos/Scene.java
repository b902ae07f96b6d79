package io.bellwether.service.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What a fault finds as it strikes: the world, dice of its own, and what other faults of the same moment have taken.
 *
 * @param taken processes by their machine, and what there is only one of: {@code network}, {@code links}, {@code ensemble}
 */
record Scene(World world, Random dice, Set<String> taken) {
    /** Takes something that there is only one of, or a machine. */
    boolean take(String thing) {
        return taken.add(thing);
    }

    /** The leader, or if nobody leads or it is taken, another node. */
    Optional<ChaosNode> takeLeader() {
        int otherwise = dice.nextInt(3);
        Optional<ChaosNode> leader = world.leader().filter(node -> take(node.id()));
        return leader.isPresent() ? leader : takeFrom(world.nodes(), otherwise);
    }

    /** A node that doesn't lead. */
    Optional<ChaosNode> takeFollower() {
        int first = dice.nextInt(3);
        List<ChaosNode> followers = new ArrayList<>(world.nodes());
        world.leader().ifPresent(followers::remove);
        return takeFrom(followers, first);
    }

    Optional<ChaosNode> takeAny() {
        return takeFrom(world.nodes(), dice.nextInt(3));
    }

    /** All nodes, or nobody. */
    boolean takeAll() {
        if (Network.NODES.stream().anyMatch(taken::contains)) {
            return false;
        }
        return taken.addAll(Network.NODES);
    }

    Optional<ZooKeeperServer> takeServer() {
        int first = dice.nextInt(3);
        for (int i = 0; i < 3; i++) {
            ZooKeeperServer server = world.servers().get((first + i) % 3);
            if (take(server.machine())) {
                return Optional.of(server);
            }
        }
        return Optional.empty();
    }

    private Optional<ChaosNode> takeFrom(List<ChaosNode> nodes, int first) {
        for (int i = 0; i < nodes.size(); i++) {
            ChaosNode node = nodes.get((first + i) % nodes.size());
            if (take(node.id())) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }
}
