package io.bellwether.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which troubles a world has to expect, and how often: each seed draws a mix of its own, from hardly anything to nearly
 * everything at once. What many troubles hide, few show; and the other way round.
 *
 * @param trouble the kind
 * @param meanMillis mean time from one to the next
 */
record Forecast(Trouble trouble, int meanMillis) {
    private record Kind(Trouble trouble, int leastMeanMillis, int mostMeanMillis) {}

    /** Every kind there is. */
    private static final List<Kind> KINDS = List.of(
            new Kind(new ProcessTroubles.Crash(), 3_000, 20_000),
            new Kind(new ProcessTroubles.CrashOfAll(), 15_000, 60_000),
            new Kind(new ProcessTroubles.Pause(), 4_000, 30_000),
            new Kind(new ProcessTroubles.LongPause(), 15_000, 60_000),
            new Kind(new ProcessTroubles.NewVersion(), 15_000, 60_000),
            new Kind(new ProcessTroubles.ClockJump(), 2_000, 20_000),
            new Kind(new DiskTroubles.Stall(), 2_000, 20_000),
            new Kind(new DiskTroubles.FailedWrite(), 5_000, 30_000),
            new Kind(new DiskTroubles.FailedRead(), 5_000, 30_000),
            new Kind(new DiskTroubles.FullDisk(), 10_000, 60_000),
            new Kind(new DiskTroubles.LowSpace(), 5_000, 40_000),
            new Kind(new DiskTroubles.BitRot(), 5_000, 40_000),
            new Kind(new DiskTroubles.Wipe(), 5_000, 40_000),
            new Kind(new StateTroubles.WrongState(), 5_000, 40_000),
            new Kind(new StateTroubles.FoundDamaged(), 10_000, 60_000),
            new Kind(new NetworkTroubles.Cut(), 3_000, 20_000),
            new Kind(new NetworkTroubles.Swizzle(), 10_000, 60_000),
            new Kind(new ZooKeeperTroubles.Outage(), 10_000, 60_000),
            new Kind(new ZooKeeperTroubles.CutOff(), 5_000, 30_000),
            new Kind(new ZooKeeperTroubles.ExpiredSession(), 5_000, 40_000),
            new Kind(new ZooKeeperTroubles.BrokenConnection(), 5_000, 40_000),
            new Kind(new ZooKeeperTroubles.DeletedPlace(), 5_000, 40_000),
            new Kind(new ZooKeeperTroubles.LostChange(), 3_000, 20_000),
            new Kind(new ZooKeeperTroubles.AmbushedChange(), 3_000, 20_000),
            new Kind(new OperatorTroubles.HandOff(), 2_000, 15_000),
            new Kind(new OperatorTroubles.Force(), 5_000, 30_000),
            new Kind(new OperatorTroubles.Departure(), 5_000, 30_000),
            new Kind(new OperatorTroubles.Pause(), 10_000, 60_000),
            new Kind(new LossTroubles.TooManyStores(), 20_000, 120_000),
            new Kind(new LossTroubles.Everything(), 40_000, 240_000),
            new Kind(new LossTroubles.MisplacedBackup(), 20_000, 120_000));

    static List<Forecast> draw(RandomGenerator dice) {
        double share = dice.nextDouble(0.1, 0.7);
        List<Forecast> drawn = new ArrayList<>();
        for (Kind kind : KINDS) {
            if (dice.nextDouble() < share) {
                drawn.add(new Forecast(kind.trouble, dice.nextInt(kind.leastMeanMillis, kind.mostMeanMillis)));
            }
        }
        return drawn;
    }

    /** The names of all kinds. */
    static List<String> names() {
        return KINDS.stream().map(kind -> kind.trouble.name()).toList();
    }

    @Override
    public String toString() {
        return trouble.name() + " every " + meanMillis + " ms";
    }
}
