package io.bellwether.simulation;

import io.bellwether.replication.Settings;
import io.bellwether.replication.WriteQuorum;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What one simulated world is like: drawn from its seed, so that each has its own cluster, its own load and its own mix of
 * troubles.
 *
 * @param nodes how many nodes there are
 * @param settings of every node
 * @param tickMillis after so long without any event a node hears what time it is
 * @param lossChance of a message
 * @param repeatChance of a message
 * @param maxDelayMillis of a message, now and then much more
 * @param maxDriftPercent how much faster or slower a process's clock runs than the world's
 * @param maxThinkMillis the longest that a client rests between two operations
 * @param entriesKept at the end of a log, when what is in front may go
 * @param zooKeeper how unkind ZooKeeper is
 * @param troubles what else is to be expected
 */
record Weather(
        int nodes,
        WriteQuorum writeQuorum,
        int minInSync,
        Settings settings,
        int tickMillis,
        double lossChance,
        double repeatChance,
        int maxDelayMillis,
        int maxDriftPercent,
        int maxThinkMillis,
        long entriesKept,
        ZooKeeperWeather zooKeeper,
        List<Forecast> troubles) {
    private static final Settings SETTINGS = new Settings(100, 1_000, 3_000, 4_096, 1 << 20, 16_384, 1_000, 2_000);
    private static final long ALL_ENTRIES = Long.MAX_VALUE / 2;
    private static final int[] THINK_MILLIS = {100, 200, 400, 800};

    static Weather draw(RandomGenerator dice) {
        int nodes = dice.nextInt(5) == 0 ? 4 + dice.nextInt(2) : 3;
        return new Weather(
                nodes,
                dice.nextInt(3) == 0 ? WriteQuorum.ALL : WriteQuorum.MAJORITY,
                1 + dice.nextInt(2),
                drawSettings(dice),
                dice.nextInt(10, 40),
                dice.nextInt(3) == 0 ? 0 : dice.nextDouble() * 0.1,
                dice.nextInt(3) == 0 ? 0 : dice.nextDouble() * 0.1,
                2 + dice.nextInt(60),
                dice.nextInt(3) == 0 ? 20 : dice.nextInt(6),
                THINK_MILLIS[dice.nextInt(THINK_MILLIS.length)],
                dice.nextInt(3) == 0 ? ALL_ENTRIES : dice.nextInt(100),
                dice.nextInt(3) == 0 ? ZooKeeperWeather.CALM : ZooKeeperWeather.ROUGH,
                Forecast.draw(dice));
    }

    /** In some worlds batches are so small, or what may wait is so little, that the limits are met. */
    private static Settings drawSettings(RandomGenerator dice) {
        return new Settings(
                SETTINGS.heartbeatMillis(),
                SETTINGS.leaderTimeoutMillis(),
                SETTINGS.evictAfterMillis(),
                dice.nextInt(3) == 0 ? 400 : SETTINGS.maxAppendBytes(),
                dice.nextInt(8) == 0 ? 300 : SETTINGS.maxUncommittedBytes(),
                dice.nextInt(3) == 0 ? 500 : SETTINGS.recentBytes(),
                SETTINGS.compareEveryMillis(),
                SETTINGS.handOffTimeoutMillis());
    }

    /** No troubles but those that a test makes. */
    static Weather calm(int nodes, WriteQuorum writeQuorum, int minInSync) {
        return new Weather(
                nodes,
                writeQuorum,
                minInSync,
                SETTINGS,
                10,
                0,
                0,
                5,
                0,
                150,
                ALL_ENTRIES,
                ZooKeeperWeather.CALM,
                List.of());
    }
}
