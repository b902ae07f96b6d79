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
import org.jspecify.annotations.Nullable;

/**
 * What is true of the whole world, whatever any node believes: the one committed log, what was acknowledged and what was
 * denied, what stores have promised. Every event is checked against it.
 */
final class Truth {
    /** A write that took effect, or would have but for its condition. */
    record Effect(long operation, int register, long index, boolean set) {}

    private record Seen(long epoch, int checksum, long logTime) {}

    private record Acknowledged(long atMicros, long highestIndex) {}

    /** The committed log: what any replica applied at each index. */
    private final List<Seen> committed = new ArrayList<>();

    // By operation or store; looked up, never iterated where the order could show.
    private final Map<Long, Effect> effects = new HashMap<>();
    private final Map<Long, Long> acknowledgedOperations = new HashMap<>();
    private final Map<Long, String> deniedOperations = new HashMap<>();
    /** What can't happen while its key is known. */
    private final Set<Long> deniedByTheirKeys = new HashSet<>();

    private final Map<StoreId, Long> promises = new HashMap<>();
    private final ArrayList<Acknowledged> acknowledgements = new ArrayList<>();
    /** For each register, the index at which it was set, and by which operation. */
    private final List<TreeMap<Long, Long>> registers = new ArrayList<>();

    /** The indexes at which something took effect; never iterated. */
    private final Set<Long> effectAt = new HashSet<>();

    private final Exercised exercised;
    private long highestLogTime;
    private @Nullable GivenUp givenUp;

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

    /**
     * A replica has applied these entries, as the follower or leader of this epoch: all that ever apply an index apply the
     * same entry. What was given up is applied only by who has not heard of it.
     */
    void applied(List<Entry> entries, long epoch) {
        for (Entry entry : entries) {
            check(entry.intact(), "an entry is applied as it was written");
            if (isGivenUp(entry.position())) {
                check(givenUpIn(epoch), "nothing is applied that its leader has given up: ", entry.position());
                continue;
            }
            int place = Math.toIntExact(entry.index()) - 1;
            Seen seen = new Seen(entry.epoch(), entry.checksum(), entry.logTime());
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

    /** A snapshot is the state at a committed position, of the present or of what was given up meanwhile. */
    void installed(Position position) {
        if (isGivenUp(position)) {
            return;
        }
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
        if (isGivenUp(position)) {
            return;
        }
        Effect effect = new Effect(set.operation(), set.register(), position.index(), fits);
        Effect before = effects.putIfAbsent(set.operation(), effect);
        effectAt.add(position.index());
        check(
                before == null || before.equals(effect),
                () -> "an operation takes effect once, alike on all replicas: " + before + ", " + effect);
        check(!deniedOperations.containsKey(set.operation()), "what was denied never happens: ", effect);
        check(!deniedByTheirKeys.contains(set.operation()), "a known key stands for what it stood for: ", effect);
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

    /** Returns whether it stands: word of what an operator has given up may come late. */
    boolean acknowledged(long operation, Position position, boolean set, long atMicros) {
        if (isGivenUp(position)) {
            return false;
        }
        long index = position.index();
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
        return true;
    }

    void denied(long operation, String why) {
        if (mayHappenAfterAll(operation)) {
            return;
        }
        check(!effects.containsKey(operation), () -> "what was denied has not happened: " + operation + " " + why);
        deniedOperations.put(operation, why);
    }

    /** It is another request under a key that is known. */
    void deniedByItsKey(long operation) {
        if (!mayHappenAfterAll(operation)) {
            deniedByTheirKeys.add(operation);
        }
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

    // --- what an operator gives up (Rules 10.11 and 11.3) ----------------------------------------------------------

    /**
     * From now on the log of this replica is the truth, to its end, and all else from before this epoch is given up: what
     * was committed, acknowledged or denied counts as far as this log has it.
     *
     * @param appliedIndex of this replica
     * @param operation the latest that any client has begun
     */
    void recovered(long epoch, MemoryLog log, long appliedIndex, long operation, long nowMicros) {
        List<Long> kept = new ArrayList<>();
        long start = log.durableStart().index();
        check(start <= committed.size(), "a log begins after what was committed");
        for (Seen seen : committed.subList(0, Math.toIntExact(start))) {
            kept.add(seen.epoch());
        }
        log.positionsToCome().forEach(position -> kept.add(position.epoch()));
        int common = Math.min(committed.size(), kept.size());
        while (common > 0 && committed.get(common - 1).epoch() != kept.get(common - 1)) {
            common--;
        }
        GivenUp before = givenUp;
        if (before != null && before.epoch() == epoch) {
            givenUp = new GivenUp(epoch, before.sinceMicros(), before.operation(), kept);
        } else {
            check(appliedIndex <= common, "nobody recovers what was given up before");
            givenUp = new GivenUp(epoch, nowMicros, operation, kept);
        }
        countsUpTo(common);
        deniedOperations.clear(); // any of them may stand at the end of that log (Rule 10.13)
    }

    /** From now on there is nothing but a backup of the state at this position. */
    void restored(Position position, long operation, long nowMicros) {
        installed(position);
        // No store is left that has anything else: nothing has to be told from what is true by its position.
        givenUp = new GivenUp(0, nowMicros, operation, List.of());
        countsUpTo(Math.toIntExact(position.index()));
    }

    private void countsUpTo(int index) {
        committed.subList(index, committed.size()).clear();
        highestLogTime = index == 0 ? 0 : committed.get(index - 1).logTime();
        effects.values().removeIf(effect -> effect.index() > index);
        effectAt.removeIf(one -> one > index);
        registers.forEach(sets -> sets.tailMap((long) index, false).clear());
        acknowledgedOperations.values().removeIf(one -> one > index);
        acknowledgements.replaceAll(told -> new Acknowledged(told.atMicros(), Math.min(told.highestIndex(), index)));
        deniedByTheirKeys.clear(); // the keys themselves may be lost
    }

    /** Whether what stands at this position in some log is no longer promised to anybody. */
    boolean isGivenUp(Position position) {
        GivenUp given = givenUp;
        return given != null && given.has(position);
    }

    /** Whether who follows a leader of this epoch cannot know yet what was given up. */
    private boolean givenUpIn(long epoch) {
        GivenUp given = givenUp;
        return given != null && epoch < given.epoch();
    }

    /** Whether this was denied, or its key known, before something was given up: then it may happen after all. */
    boolean mayHappenAfterAll(long operation) {
        GivenUp given = givenUp;
        return given != null && operation <= given.operation();
    }

    /** When something was given up last; before the beginning of the world if never. */
    long givenUpSinceMicros() {
        GivenUp given = givenUp;
        return given == null ? -1 : given.sinceMicros();
    }

    /** The first after something was given up last. */
    long recoveryEpoch() {
        GivenUp given = givenUp;
        return given == null ? 0 : given.epoch();
    }

    /** Whether an epoch after the last recovery has committed anything. */
    boolean goneOnSinceRecovery() {
        long latest =
                committed.isEmpty() ? 0 : committed.get(committed.size() - 1).epoch();
        return latest >= recoveryEpoch();
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
