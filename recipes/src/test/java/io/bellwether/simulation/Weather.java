package io.bellwether.simulation;

import io.bellwether.replication.WriteQuorum;
import java.util.random.RandomGenerator;

/**
 * How unkind one simulated world is: drawn from its seed, so that each world has its own mix of troubles.
 *
 * @param nodes how many nodes there are
 * @param lossChance of a message
 * @param repeatChance of a message
 * @param maxDelayMillis of a message, now and then much more
 * @param cutMillis mean time between cuts of links; 0 for none
 * @param crashMillis mean time between crashes; 0 for none
 * @param wipeMillis mean time between losses of a whole disk; 0 for none
 * @param pauseMillis mean time between pauses of a whole process; 0 for none
 * @param zooKeeperMillis mean time between troubles with ZooKeeper; 0 for none
 * @param diskStallMillis mean time between stalls of a disk; 0 for none
 * @param maxDriftPercent how much faster or slower a process's clock runs than the world's
 */
record Weather(
        int nodes,
        WriteQuorum writeQuorum,
        int minInSync,
        double lossChance,
        double repeatChance,
        int maxDelayMillis,
        int cutMillis,
        int crashMillis,
        int wipeMillis,
        int pauseMillis,
        int zooKeeperMillis,
        int diskStallMillis,
        int maxDriftPercent) {
    static Weather draw(RandomGenerator dice) {
        int nodes = dice.nextInt(5) == 0 ? 4 + dice.nextInt(2) : 3;
        return new Weather(
                nodes,
                dice.nextInt(4) == 0 ? WriteQuorum.ALL : WriteQuorum.MAJORITY,
                1 + dice.nextInt(2),
                dice.nextInt(3) == 0 ? 0 : dice.nextDouble() * 0.1,
                dice.nextInt(3) == 0 ? 0 : dice.nextDouble() * 0.1,
                2 + dice.nextInt(60),
                either(dice, 3_000, 20_000),
                either(dice, 3_000, 20_000),
                either(dice, 5_000, 40_000),
                either(dice, 4_000, 30_000),
                either(dice, 2_000, 20_000),
                either(dice, 2_000, 20_000),
                dice.nextInt(6));
    }

    /** No troubles but those that a test makes. */
    static Weather calm(int nodes, WriteQuorum writeQuorum, int minInSync) {
        return new Weather(nodes, writeQuorum, minInSync, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Two times out of three a mean time between the bounds, else never. */
    private static int either(RandomGenerator dice, int least, int most) {
        return dice.nextInt(3) == 0 ? 0 : dice.nextInt(least, most);
    }
}
