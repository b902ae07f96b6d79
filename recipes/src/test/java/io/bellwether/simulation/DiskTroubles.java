package io.bellwether.simulation;

import io.bellwether.gateway.Room;

/** What may happen to the disk of a node. */
final class DiskTroubles {
    private static final long LONGEST_REST_MILLIS = 8_000;

    private DiskTroubles() {}

    /** Every sync takes until the stall is over. */
    record Stall() implements Trouble {
        @Override
        public String name() {
            return "disk stalls";
        }

        @Override
        public boolean strike(World world) {
            world.anyNode().disk().stall(world.lasting(50, 5_000));
            return true;
        }
    }

    /** The next write or fsync fails, and the process stops (Rule 12.1). It counts when it does. */
    record FailedWrite() implements Trouble {
        static final String NAME = "failed writes";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public boolean strike(World world) {
            world.anyNode().disk().failNextSync();
            return false;
        }
    }

    /** The next read of the log fails, and the process stops. It counts when it does. */
    record FailedRead() implements Trouble {
        static final String NAME = "failed reads";

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public boolean strike(World world) {
            world.anyNode().disk().failNextRead();
            return false;
        }
    }

    /** For a while nothing can be written: each process that tries stops. */
    record FullDisk() implements Trouble {
        @Override
        public String name() {
            return "full disks";
        }

        @Override
        public boolean strike(World world) {
            world.anyNode().disk().fill(world.lasting(100, 10_000));
            return true;
        }
    }

    /** For a while there is no room for what clients want to store, here or with all who could lead (Rule 12.5). */
    record LowSpace() implements Trouble {
        @Override
        public String name() {
            return "disks low on space";
        }

        @Override
        public boolean strike(World world) {
            Room room = world.dice().nextBoolean() ? Room.NOWHERE : Room.ELSEWHERE;
            world.anyNode().disk().runLow(room, world.lasting(100, 10_000));
            return true;
        }
    }

    /**
     * Bytes of an entry change by themselves. Whoever reads them next refuses the store, and so may the next start: then
     * the node comes back as another store, which is filled from a good copy.
     */
    record BitRot() implements Trouble {
        @Override
        public String name() {
            return "rotten entries";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            boolean struck =
                    world.goodCopies().remainWithout(node) && node.disk().rot();
            if (struck && world.dice().nextBoolean()) {
                node.crash();
                world.at(world.lasting(10, LONGEST_REST_MILLIS), node::start);
            }
            return struck;
        }
    }

    /** A node comes back with an empty disk, as another store. */
    record Wipe() implements Trouble {
        @Override
        public String name() {
            return "wiped disks";
        }

        @Override
        public boolean strike(World world) {
            SimulatedNode node = world.anyNode();
            if (!world.goodCopies().remainWithout(node)) {
                return false;
            }
            node.wipe();
            world.at(world.lasting(10, LONGEST_REST_MILLIS), node::start);
            return true;
        }
    }
}
