package io.bellwether.simulation;

/** What may happen to the process of a node. */
final class ProcessTroubles {
    private static final long LONGEST_REST_MILLIS = 8_000;

    private ProcessTroubles() {}

    /** One process dies, and what its disk had not synced may be gone. */
    record Crash() implements Trouble {
        @Override
        public String name() {
            return "crashes";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            return crash(world, node);
        }
    }

    /** The power fails, everywhere at once. */
    record CrashOfAll() implements Trouble {
        @Override
        public String name() {
            return "crashes of all at once";
        }

        @Override
        public boolean strike(World world) {
            boolean struck = false;
            for (SimulatedNode node : world.nodes()) {
                struck |= crash(world, node);
            }
            return struck;
        }
    }

    private static boolean crash(World world, SimulatedNode node) {
        boolean wasUp = node.up();
        node.crash();
        world.at(world.lasting(10, LONGEST_REST_MILLIS), node::start);
        return wasUp;
    }

    /** A process stops for less than a session, as for a collection of garbage. */
    record Pause() implements Trouble {
        @Override
        public String name() {
            return "pauses";
        }

        @Override
        public boolean strike(World world) {
            return world.anyNode().pause(world.lasting(20, 5_000));
        }
    }

    /** A process stops for up to three sessions, and does not know it when it wakes. */
    record LongPause() implements Trouble {
        @Override
        public String name() {
            return "pauses of a session or more";
        }

        @Override
        public boolean strike(World world) {
            long session = World.SESSION_TIMEOUT_MILLIS;
            return world.anyNode().pause(world.lasting(session, 3 * session));
        }
    }

    /** One node after another ends in order and comes back with another version of the software, on the same store. */
    record NewVersion() implements Trouble {
        @Override
        public String name() {
            return "rolling changes of version";
        }

        @Override
        public boolean strike(World world) {
            long at = world.nowMicros();
            for (SimulatedNode node : world.nodes()) {
                world.inStorm(at, () -> node.stopForNewVersion(world.lasting(500, 3_000)));
                at += 1_000 * world.dice().nextLong(1_000, 6_000);
            }
            return true;
        }
    }

    /**
     * The wall clock of a node is set: by seconds, or by hours. Not by as much as outcomes are kept: where everything was
     * down, log time goes on from a wall clock (Rule 9.6), and one that is off by so much makes keys forgotten.
     */
    record ClockJump() implements Trouble {
        @Override
        public String name() {
            return "jumps of a clock";
        }

        @Override
        public boolean strike(World world) {
            long most = world.dice().nextBoolean() ? 20_000 : SimulatedNode.KEY_RETENTION_MILLIS / 3;
            return world.anyNode().setWallClock(world.dice().nextLong(-most, most));
        }
    }
}
