package io.bellwether.simulation;

import io.bellwether.replication.Entry;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.StoreId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What is true of the whole world, whatever any node believes: the one committed log, what was acknowledged and what was
 * denied, what stores have promised. Every event is checked against it.
 */
final class Truth {
    /** A write that took effect, or would have but for its condition. */
    record Effect(long operation, int register, long index, boolean set) {}

    private record Seen(long epoch, int checksum) {}

    private record Acknowledged(long atMicros, long highestIndex) {}

    /** The committed log: what any replica applied at each index. */
    private final List<Seen> committed = new ArrayList<>();

    // By operation or store; looked up, never iterated where the order could show.
    private final Map<Long, Effect> effects = new HashMap<>();
    private final Map<Long, Long> acknowledgedOperations = new HashMap<>();
    private final Map<Long, String> deniedOperations = new HashMap<>();
    private final Map<StoreId, Long> promises = new HashMap<>();
    private final ArrayList<Acknowledged> acknowledgements = new ArrayList<>();
    /** For each register, the index at which it was set, and by which operation. */
    private final List<TreeMap<Long, Long>> registers = new ArrayList<>();

    /** The indexes at which something took effect; never iterated. */
    private final Set<Long> effectAt = new HashSet<>();

    private final Exercised exercised;
    private long highestLogTime;

    Truth(Exercised exercised) {
        this.exercised = exercised;
    }

    void check(boolean holds, String rule) {
        if (!holds) {
            throw new InvariantViolation(rule);
        }
    }

    /** @param rule spelled out only when it is broken */
    void check(boolean holds, Supplier<String> rule) {
        if (!holds) {
            throw new InvariantViolation(rule.get());
        }
    }

    /** @param what it is about, spelled out only when the rule is broken */
    void check(boolean holds, String rule, Object what) {
        if (!holds) {
            throw new InvariantViolation(rule + what);
        }
    }

    // --- the log ---------------------------------------------------------------------------------------------------

    /** A replica has applied these entries, in this epoch: all that ever apply an index apply the same entry. */
    void applied(List<Entry> entries, long epoch) {
        for (Entry entry : entries) {
            check(entry.intact(), "an entry is applied as it was written");
            int place = Math.toIntExact(entry.index()) - 1;
            Seen seen = new Seen(entry.epoch(), entry.checksum());
            if (place == committed.size()) {
                check(entry.logTime() >= highestLogTime, "log time never goes back");
                highestLogTime = entry.logTime();
                committed.add(seen);
                exercised.committed(entry, epoch, effectAt.contains(entry.index()));
            } else {
                check(place < committed.size(), "what is applied first at an index follows what was applied before it");
                check(committed.get(place).equals(seen), "one committed value per index: ", entry.position());
            }
        }
    }

    /** A snapshot is the state at a committed position. */
    void installed(Position position) {
        check(
                position.index() <= committed.size()
                        && committed.get(Math.toIntExact(position.index()) - 1).epoch() == position.epoch(),
                "a snapshot is of what was committed: ",
                position);
    }

    long committedIndex() {
        return committed.size();
    }

    void applied(Position position, Registers.SetRegister set, boolean fits) {
        Effect effect = new Effect(set.operation(), set.register(), position.index(), fits);
        Effect before = effects.putIfAbsent(set.operation(), effect);
        effectAt.add(position.index());
        check(
                before == null || before.equals(effect),
                () -> "an operation takes effect once, alike on all replicas: " + before + ", " + effect);
        check(!deniedOperations.containsKey(set.operation()), "what was denied never happens: ", effect);
        while (registers.size() <= set.register()) {
            registers.add(new TreeMap<>());
        }
        if (fits) {
            registers.get(set.register()).put(position.index(), set.operation());
        }
    }

    /** What a reader at this index sees. */
    Registers.Content at(int register, long index) {
        if (register >= registers.size()) {
            return new Registers.Content(0, 0);
        }
        var set = registers.get(register).floorEntry(index);
        return set == null ? new Registers.Content(0, 0) : new Registers.Content(set.getValue(), set.getKey());
    }

    // --- what clients were told ------------------------------------------------------------------------------------

    void acknowledged(long operation, long index, boolean set, long atMicros) {
        Effect effect = effects.get(operation);
        check(effect != null, "what is acknowledged was applied: operation ", operation);
        if (effect != null) {
            check(effect.index() == index, "an acknowledgement names the index of the write");
            check(effect.set() == set, "an acknowledgement tells the outcome of the condition");
        }
        acknowledgedOperations.put(operation, index);
        long highest = acknowledgements.isEmpty()
                ? 0
                : acknowledgements.get(acknowledgements.size() - 1).highestIndex();
        acknowledgements.add(new Acknowledged(atMicros, Math.max(highest, index)));
    }

    void denied(long operation, String why) {
        check(!effects.containsKey(operation), () -> "what was denied has not happened: " + operation + " " + why);
        deniedOperations.put(operation, why);
    }

    /** The highest index that was acknowledged to anybody before this moment. */
    long acknowledgedBefore(long micros) {
        int low = 0;
        int high = acknowledgements.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (acknowledgements.get(middle).atMicros() < micros) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : acknowledgements.get(low - 1).highestIndex();
    }

    long acknowledgedWrites() {
        return acknowledgedOperations.size();
    }

    long deniedWrites() {
        return deniedOperations.size();
    }

    /** At the end: the log that survived has every acknowledged write at its index. */
    void nothingAcknowledgedIsLost() {
        acknowledgedOperations.forEach((operation, index) -> {
            Effect effect = effects.get(operation);
            check(effect != null && effect.index() == index, "nothing acknowledged is lost: operation ", operation);
        });
    }

    // --- promises --------------------------------------------------------------------------------------------------

    /** A store's word has left it. */
    void promised(StoreId store, long epoch) {
        promises.merge(store, epoch, Math::max);
    }

    /** A store was opened again. */
    void opened(StoreId store, long promise) {
        check(promise >= promises.getOrDefault(store, 0L), "a replica never forgets a promise: ", store);
    }
}
