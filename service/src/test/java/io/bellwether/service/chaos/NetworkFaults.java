package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Means.Need;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Partitions, and packets that are lost. Clients reach every node throughout: else nobody could hear a stale answer. */
final class NetworkFaults {
    private NetworkFaults() {}

    static List<FaultKind> all() {
        return List.of(
                partition("partition-leader", Need.PARTITIONS, scene -> {
                    String leader = leaderOf(scene);
                    Network.MACHINES.stream()
                            .filter(machine -> !machine.equals(leader))
                            .forEach(machine -> scene.world().network().cutBothWays(leader, machine));
                    return leader + " from all";
                }),
                partition("partition-follower", Need.PARTITIONS, scene -> {
                    String follower = others(Network.NODES, leaderOf(scene))
                            .get(scene.dice().nextInt(2));
                    others(Network.MACHINES, follower)
                            .forEach(machine -> scene.world().network().cutBothWays(follower, machine));
                    return follower + " from all";
                }),
                partition("partition-halves", Need.PACKET_FILTER, NetworkFaults::halves),
                partition("partition-nodes", Need.PARTITIONS, scene -> {
                    String leader = leaderOf(scene);
                    others(Network.NODES, leader)
                            .forEach(node -> scene.world().network().cutBothWays(leader, node));
                    return leader + " from the other nodes";
                }),
                partition("partition-one-way-from-leader", Need.PARTITIONS, scene -> {
                    String leader = leaderOf(scene);
                    others(Network.NODES, leader)
                            .forEach(node -> scene.world().network().cut(leader, node));
                    return "nobody hears " + leader;
                }),
                partition("partition-one-way-to-leader", Need.PARTITIONS, scene -> {
                    String leader = leaderOf(scene);
                    others(Network.NODES, leader)
                            .forEach(node -> scene.world().network().cut(node, leader));
                    return leader + " hears no node";
                }),
                partition("partition-ring", Need.PACKET_FILTER, NetworkFaults::ring),
                partition("partition-bridge", Need.PARTITIONS, scene -> {
                    List<String> ends =
                            others(Network.NODES, Network.NODES.get(scene.dice().nextInt(3)));
                    scene.world().network().cutBothWays(ends.get(0), ends.get(1));
                    return ends.get(0) + " from " + ends.get(1) + ", both see the third";
                }),
                partition(
                        "leader-from-zookeeper",
                        Need.PARTITIONS,
                        scene -> fromZooKeeper(scene, List.of(leaderOf(scene)))),
                partition(
                        "followers-from-zookeeper",
                        Need.PARTITIONS,
                        scene -> fromZooKeeper(scene, others(Network.NODES, leaderOf(scene)))),
                partition("all-from-zookeeper", Need.PARTITIONS, scene -> fromZooKeeper(scene, Network.NODES)),
                partition("zookeeper-partitioned", Need.PACKET_FILTER, scene -> {
                    String server = Network.SERVERS.get(scene.dice().nextInt(3));
                    others(Network.SERVERS, server)
                            .forEach(other -> scene.world().network().cutBothWays(server, other));
                    return server + " from the other servers";
                }),
                partition("lost-packets", Need.PACKET_LOSS, scene -> {
                    double part = 0.05 + scene.dice().nextDouble() * 0.25;
                    Network.MACHINES.forEach(machine -> scene.world().network().losePackets(machine, part));
                    return Math.round(part * 100) + " % of the packets";
                }));
    }

    private interface Cut {
        String strike(Scene scene);
    }

    private static FaultKind partition(String name, Need need, Cut cut) {
        return FaultKind.of(name, need, 1_500, 9_000, scene -> {
            if (!scene.take("network")) {
                return Optional.empty();
            }
            String what = cut.strike(scene);
            return Optional.of(
                    new Remedy(name + ": " + what, () -> scene.world().network().mend()));
        });
    }

    /** Two nodes with one server, one node with two servers, or the other way round. */
    private static String halves(Scene scene) {
        List<String> left = new ArrayList<>();
        List<String> right = new ArrayList<>(Network.MACHINES);
        Consumer<String> toTheLeft = machine -> {
            left.add(machine);
            right.remove(machine);
        };
        toTheLeft.accept(leaderOf(scene));
        toTheLeft.accept(Network.SERVERS.get(scene.dice().nextInt(3)));
        if (scene.dice().nextBoolean()) {
            others(Network.SERVERS, left.get(1)).stream().limit(1).forEach(toTheLeft);
        }
        left.forEach(one -> right.forEach(other -> scene.world().network().cutBothWays(one, other)));
        return left + " from " + right;
    }

    /** Everybody sees a majority, and no two see the same: of six in a ring, each is cut from the one opposite. */
    private static String ring(Scene scene) {
        List<String> ring = new ArrayList<>();
        int turn = scene.dice().nextInt(3);
        for (int i = 0; i < 3; i++) {
            ring.add(Network.NODES.get(i));
            ring.add(Network.SERVERS.get((i + turn) % 3));
        }
        for (int i = 0; i < 3; i++) {
            scene.world().network().cutBothWays(ring.get(i), ring.get(i + 3));
        }
        // And among the nodes each hears only the one before it.
        for (int i = 0; i < 3; i++) {
            scene.world().network().cut(Network.NODES.get((i + 1) % 3), Network.NODES.get(i));
        }
        return String.join(" - ", ring);
    }

    private static String fromZooKeeper(Scene scene, List<String> nodes) {
        for (String node : nodes) {
            Network.SERVERS.forEach(server -> scene.world().network().cutBothWays(node, server));
        }
        return nodes + " from ZooKeeper";
    }

    private static String leaderOf(Scene scene) {
        String otherwise = Network.NODES.get(scene.dice().nextInt(3));
        return scene.world().leader().map(ChaosNode::id).orElse(otherwise);
    }

    private static List<String> others(List<String> machines, String without) {
        return machines.stream().filter(machine -> !machine.equals(without)).toList();
    }
}
