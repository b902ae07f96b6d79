package io.bellwether.checking;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A history that is right, as it was made in order: a store in memory takes one operation after another, each at a moment
 * between the beginning and the end that its client saw.
 */
final class RandomHistory {
    /** A version that nothing has. */
    private static final long NEVER = 1L << 60;

    private final SplittableRandom dice;
    private final int keys;
    private final int unknownPercent;
    private final boolean fewValues;
    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Content> store = new HashMap<>();
    private long index;
    private long now;

    private RandomHistory(SplittableRandom dice, int keys, int unknownPercent, boolean fewValues) {
        this.dice = dice;
        this.keys = keys;
        this.unknownPercent = unknownPercent;
        this.fewValues = fewValues;
    }

    /**
     * @param processes that ask at the same time
     * @param fewValues whether the same values are written again and again
     */
    static List<Operation> of(
            SplittableRandom dice, int size, int processes, int keys, int unknownPercent, boolean fewValues) {
        RandomHistory history = new RandomHistory(dice, keys, unknownPercent, fewValues);
        long[] free = new long[processes];
        for (int i = 0; i < size; i++) {
            history.step(free);
        }
        return history.operations;
    }

    /** Takes effect now; began since its process was free, and ends a while later. */
    private void step(long[] free) {
        now += dice.nextInt(1, 20);
        int process = dice.nextInt(free.length);
        if (free[process] >= now) {
            return;
        }
        long begin = free[process] + dice.nextLong(now - free[process]) + 1;
        long end = now + dice.nextInt(60);
        free[process] = end + 1;
        String key = "k" + dice.nextInt(keys);
        Content there = store.getOrDefault(key, Content.ABSENT);
        Action action = action(there);
        boolean lost = !(action instanceof Action.Read) && dice.nextInt(100) < unknownPercent;
        if (lost && dice.nextBoolean()) {
            operations.add(new Operation("c" + process, key, begin, end, action, new Outcome.Unknown()));
            return;
        }
        Outcome outcome = act(key, there, action);
        operations.add(new Operation("c" + process, key, begin, end, action, lost ? new Outcome.Unknown() : outcome));
    }

    private Action action(Content there) {
        String value = fewValues ? "v" + dice.nextInt(3) : "v" + (operations.size() + 1);
        Content expected = dice.nextBoolean() && !there.absent() ? there : new Content("v0", NEVER);
        return switch (dice.nextInt(10)) {
            case 0, 1, 2 -> new Action.Write(value);
            case 3 -> new Action.Create(value);
            case 4 -> new Action.Swap(expected, value);
            case 5 -> new Action.Delete();
            case 6 -> new Action.DeleteIf(expected);
            default -> new Action.Read(Action.Level.LINEARIZABLE, 0);
        };
    }

    private Outcome act(String key, Content there, Action action) {
        if (action instanceof Action.Read) {
            return new Outcome.Saw(there, index, 0);
        }
        index++;
        Optional<Content> after = after(there, action);
        after.ifPresent(content -> store.put(key, content));
        return after.isPresent() ? new Outcome.Wrote(index) : new Outcome.Unmet(index, there.version());
    }

    private Optional<Content> after(Content there, Action action) {
        if (action instanceof Action.Write write) {
            return Optional.of(new Content(write.value(), index));
        }
        if (action instanceof Action.Create create) {
            return there.absent() ? Optional.of(new Content(create.value(), index)) : Optional.empty();
        }
        if (action instanceof Action.Swap swap) {
            return swap.expected().equals(there) ? Optional.of(new Content(swap.value(), index)) : Optional.empty();
        }
        boolean deletes =
                action instanceof Action.DeleteIf delete ? delete.expected().equals(there) : !there.absent();
        return deletes ? Optional.of(Content.ABSENT) : Optional.empty();
    }
}
