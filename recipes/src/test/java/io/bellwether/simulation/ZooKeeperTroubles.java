package io.bellwether.simulation;

import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.NodeId;
import java.util.List;

/** What may happen between the nodes and ZooKeeper, on top of its own {@link ZooKeeperWeather}. */
final class ZooKeeperTroubles {
    private ZooKeeperTroubles() {}

    /** The whole ensemble is away. */
    record Outage() implements Trouble {
        @Override
        public String name() {
            return "zookeeper outages";
        }

        @Override
        public boolean strike(World world) {
            world.zooKeeper().outage(true);
            world.at(world.lasting(200, 20_000), () -> world.zooKeeper().outage(false));
            return true;
        }
    }

    /** One node does not reach the ensemble. */
    record CutOff() implements Trouble {
        @Override
        public String name() {
            return "nodes cut off from zookeeper";
        }

        @Override
        public boolean strike(World world) {
            cutOff(world, world.anyNode().id());
            return true;
        }
    }

    private static void cutOff(World world, NodeId node) {
        world.zooKeeper().disconnect(node, true);
        world.at(world.lasting(200, 20_000), () -> world.zooKeeper().disconnect(node, false));
    }

    /** The ensemble ends a session. */
    record ExpiredSession() implements Trouble {
        @Override
        public String name() {
            return "expired sessions";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            world.zooKeeper().expireSession(node.id());
            return node.up();
        }
    }

    /** A connection breaks; the client connects again by itself. */
    record BrokenConnection() implements Trouble {
        @Override
        public String name() {
            return "broken connections to zookeeper";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            world.zooKeeper().breakConnection(node.id());
            return node.up();
        }
    }

    /** Somebody deletes a place in the latch's queue. */
    record DeletedPlace() implements Trouble {
        @Override
        public String name() {
            return "deleted places in the latch";
        }

        @Override
        public boolean strike(World world) {
            List<LatchPlace> queue = world.zooKeeper().queueOfLatch();
            if (!queue.isEmpty()) {
                int place = world.dice().nextInt(queue.size());
                world.zooKeeper().deleteLatchPlace(queue.get(place).path());
            }
            return !queue.isEmpty();
        }
    }

    /** The next claim or change of a node gets lost, or happens and its answer gets lost. It counts when it does. */
    record LostChange() implements Trouble {
        @Override
        public String name() {
            return "lost changes of the record";
        }

        @Override
        public boolean strike(World world) {
            boolean happens = world.dice().nextBoolean();
            String name = name();
            world.zooKeeper().ambush(node -> {
                world.totals().count(name);
                world.zooKeeper().loseNext(node, happens);
            });
            return false;
        }
    }

    /** Just when the next change of the in-sync set is under way its leader is in trouble. It counts when it is. */
    record AmbushedChange() implements Trouble {
        @Override
        public String name() {
            return "ambushed changes of the record";
        }

        @Override
        public boolean strike(World world) {
            String name = name();
            world.zooKeeper().ambush(id -> {
                SimulatedNode leader = world.node(id);
                world.inStorm(world.shortlyAfter(world.nowMicros()), () -> {
                    world.totals().count(name);
                    switch (world.dice().nextInt(3)) {
                        case 0 -> {
                            leader.crash();
                            world.at(world.lasting(10, 5_000), leader::start);
                        }
                        case 1 -> leader.pause(world.lasting(500, 5_000));
                        default -> cutOff(world, id);
                    }
                });
            });
            return false;
        }

        @Override
        public void calm(World world) {
            world.zooKeeper().clearAmbushes();
        }
    }
}
