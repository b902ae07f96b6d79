package io.bellwether.service.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What happens when, by one seed: the kinds are dealt from a shuffled deck, so that each comes before any comes again, one
 * at a time or two or three at once. Whom a fault strikes also depends on who leads when it does.
 */
final class Schedule {
    private final List<FaultKind> kinds;
    private final Random dice;
    private final List<FaultKind> deck = new ArrayList<>();

    Schedule(List<FaultKind> kinds, long seed) {
        this.kinds = kinds;
        this.dice = new Random(seed);
    }

    /**
     * @param afterMillis since the beginning of its step
     * @param forMillis that it lasts
     * @param seed of the fault's own dice
     */
    record Blow(FaultKind kind, long afterMillis, long forMillis, long seed) {}

    /**
     * Faults that come together.
     *
     * @param restMillis that are calm afterwards
     * @param recovers whether all must be well again before the next step
     */
    record Step(List<Blow> blows, long restMillis, boolean recovers) {
        boolean destructive() {
            return blows.stream().anyMatch(blow -> blow.kind().destructive());
        }
    }

    Step next() {
        int roll = dice.nextInt(20);
        int count = roll < 9 ? 1 : roll < 16 ? 2 : 3;
        List<Blow> blows = new ArrayList<>();
        boolean destructive = false;
        long after = 0;
        for (int i = 0; i < count; i++) {
            FaultKind kind = deal(destructive);
            destructive |= kind.destructive();
            long span = kind.longestMillis() - kind.shortestMillis();
            long lasts = kind.shortestMillis() + (span == 0 ? 0 : (long) (dice.nextDouble() * span));
            blows.add(new Blow(kind, after, lasts, dice.nextLong()));
            after += dice.nextInt(2_000);
        }
        return new Step(blows, 300 + dice.nextInt(1_500), dice.nextInt(4) > 0);
    }

    /** The next kind of the deck; the next one that destroys nothing, if something is destroyed already. */
    private FaultKind deal(boolean sparing) {
        for (int i = 0; i < deck.size(); i++) {
            if (!sparing || !deck.get(i).destructive()) {
                return deck.remove(i);
            }
        }
        List<FaultKind> fresh = new ArrayList<>(kinds);
        Collections.shuffle(fresh, dice);
        deck.addAll(fresh);
        boolean allDestructive = kinds.stream().allMatch(FaultKind::destructive);
        return allDestructive ? deck.remove(deck.size() - 1) : deal(sparing);
    }
}
