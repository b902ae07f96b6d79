package io.bellwether.simulation;

import io.bellwether.replication.NodeId;
import java.util.ArrayList;
import java.util.List;

/** What may happen to the links between nodes, on top of what happens to single messages. */
final class NetworkTroubles {
    private NetworkTroubles() {}

    /** One node is cut off from another or from all, in one direction or both. */
    record Cut() implements Trouble {
        @Override
        public String name() {
            return "cuts";
        }

        @Override
        public boolean strike(World world) {
            NodeId one = world.anyNode().id();
            NodeId other = world.anyNode().id();
            boolean isolated = world.dice().nextBoolean();
            boolean outwards = world.dice().nextInt(4) != 0;
            boolean inwards = !outwards || world.dice().nextBoolean();
            long until = world.lasting(50, 8_000);
            boolean struck = false;
            for (SimulatedNode node : world.nodes()) {
                NodeId id = node.id();
                if (!id.equals(one) && (isolated || id.equals(other))) {
                    struck = true;
                    if (outwards) {
                        cut(world, one, id, until);
                    }
                    if (inwards) {
                        cut(world, id, one, until);
                    }
                }
            }
            return struck;
        }

        private static void cut(World world, NodeId from, NodeId to, long untilMicros) {
            world.network().cut(from, to);
            world.at(untilMicros, () -> world.network().join(from, to));
        }
    }

    /** Links are stopped one by one, and healed one by one in another order. */
    record Swizzle() implements Trouble {
        private record Link(NodeId from, NodeId to) {}

        @Override
        public String name() {
            return "swizzles";
        }

        @Override
        public boolean strike(World world) {
            List<Link> links = new ArrayList<>();
            for (SimulatedNode from : world.nodes()) {
                for (SimulatedNode to : world.nodes()) {
                    if (from != to && world.dice().nextInt(3) != 0) {
                        links.add(new Link(from.id(), to.id()));
                    }
                }
            }
            long at = world.nowMicros();
            for (Link link : shuffled(links, world)) {
                world.inStorm(at, () -> world.network().cut(link.from(), link.to()));
                at = world.shortlyAfter(at);
            }
            for (Link link : shuffled(links, world)) {
                at = world.shortlyAfter(at);
                world.at(at, () -> world.network().join(link.from(), link.to()));
            }
            return !links.isEmpty();
        }

        private static List<Link> shuffled(List<Link> links, World world) {
            List<Link> left = new ArrayList<>(links);
            List<Link> shuffled = new ArrayList<>();
            while (!left.isEmpty()) {
                shuffled.add(left.remove(world.dice().nextInt(left.size())));
            }
            return shuffled;
        }
    }
}
