package io.bellwether.simulation;

/**
 * How unkind the simulated ZooKeeper is. Times in milliseconds, chances from 0 to 1.
 *
 * @param minLatencyMillis the least that a request, an answer or a watch takes
 * @param maxLatencyMillis the most
 * @param lostConnectionChance that the connection of a client breaks soon after it has sent a request
 * @param lateChance that a request whose connection broke before it arrived arrives later all the same
 * @param maxLateMillis how late that may be, counted from the break
 * @param retryChance that the client sends a request again by itself once it is connected again, as Curator does
 * @param missedWatchChance that a watch never fires
 * @param maxStalenessMillis how old the state may be that a read without a sync, or a watch, shows
 * @param maxLateExpiryMillis how long after its timeout a session may still live
 */
public record ZooKeeperWeather(
        long minLatencyMillis,
        long maxLatencyMillis,
        double lostConnectionChance,
        double lateChance,
        long maxLateMillis,
        double retryChance,
        double missedWatchChance,
        long maxStalenessMillis,
        long maxLateExpiryMillis) {
    /** Nothing goes wrong, and everything takes a few milliseconds. */
    public static final ZooKeeperWeather CALM = new ZooKeeperWeather(1, 5, 0, 0, 0, 0, 0, 0, 0);

    /** Everything that may go wrong does so now and then. */
    public static final ZooKeeperWeather ROUGH = new ZooKeeperWeather(1, 80, 0.05, 0.4, 2_000, 0.4, 0.2, 1_500, 8_000);
}
