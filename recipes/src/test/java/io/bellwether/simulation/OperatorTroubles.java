package io.bellwether.simulation;

import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;

/** What an operator may ask of a node, at any moment (Part 10). Each counts when it is done. */
final class OperatorTroubles {
    private OperatorTroubles() {}

    /** The leader is to hand over to another. */
    record HandOff() implements Trouble {
        @Override
        public String name() {
            return "hand-offs";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            node.event(node.life(), serving -> serving.operators().handOff(HandOffWish.ANY, outcome -> {
                world.exercised().told(outcome);
                count(world, outcome, name());
            }));
            return false;
        }
    }

    /** A node is to claim, whatever its leader says. */
    record Force() implements Trouble {
        @Override
        public String name() {
            return "forced claims";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            node.event(
                    node.life(), serving -> serving.operators().force(null, outcome -> count(world, outcome, name())));
            return false;
        }
    }

    private static void count(World world, HandOffOutcome outcome, String name) {
        if (outcome instanceof HandOffOutcome.Moved) {
            world.totals().count(name);
        }
    }

    /** Automation is off for a while (Rules 15.1 to 15.3). */
    record Pause() implements Trouble {
        @Override
        public String name() {
            return "pauses of automation";
        }

        @Override
        public boolean strike(World world) {
            world.trace(() -> "an operator pauses the cluster");
            world.zooKeeper().pause(true);
            world.at(world.lasting(200, 15_000), () -> world.zooKeeper().pause(false));
            return true;
        }

        @Override
        public void calm(World world) {
            world.zooKeeper().pause(false);
        }
    }

    /** A node is to leave the set, and comes back to it afterwards. */
    record Departure() implements Trouble {
        @Override
        public String name() {
            return "departures";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            node.event(node.life(), serving -> serving.operators().leave(outcome -> {
                world.exercised().told(outcome);
                world.totals().count(name());
                node.event(node.life(), now -> now.operators().returnToDuty());
            }));
            return false;
        }
    }
}
