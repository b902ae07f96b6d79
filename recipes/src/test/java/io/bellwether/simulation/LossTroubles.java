package io.bellwether.simulation;

/** What no protocol survives by itself, so that an operator has to help: the world has one {@link OnCall}. */
final class LossTroubles {
    private LossTroubles() {}

    /** So many of the set are gone that no claim can recover: one that is left leads with what it has (Rule 10.11). */
    record TooManyStores() implements Trouble {
        @Override
        public String name() {
            return "sets lost and recovered";
        }

        @Override
        public boolean strike(World world) {
            world.onCall().loseTooMany(() -> world.totals().count(name()));
            return false;
        }
    }

    /** All nodes and ZooKeeper's data are gone; there is a backup (Rule 11.3). */
    record Everything() implements Trouble {
        @Override
        public String name() {
            return "clusters lost and restored";
        }

        @Override
        public boolean strike(World world) {
            world.onCall().loseEverything(() -> world.totals().count(name()));
            return false;
        }
    }

    /** By mistake a node starts with a restored backup beside the cluster that it is from (Rule 11.3). */
    record MisplacedBackup() implements Trouble {
        @Override
        public String name() {
            return "backups restored beside their cluster";
        }

        @Override
        public boolean strike(World world) {
            return world.onCall().misplaceBackup();
        }
    }
}
