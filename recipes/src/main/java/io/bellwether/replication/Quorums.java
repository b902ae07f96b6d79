package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * W(S), R(S), and the joint rule while a change of S is in flight: the one place that counts replicas. Immutable.
 *
 * @param mode how many make a write quorum
 * @param inSync the in-sync set S of the control record
 * @param intended the set S' that the leader has in mind; null while no change is open. Whatever needs a write quorum
 *     then needs one of both (Rule 5.2)
 */
record Quorums(
        WriteQuorum mode, List<ReplicaId> inSync, @Nullable List<ReplicaId> intended) {
    Quorums {
        inSync = List.copyOf(inSync);
        intended = intended == null ? null : List.copyOf(intended);
    }

    static Quorums of(ControlRecord record) {
        return new Quorums(record.writeQuorum(), record.inSync(), null);
    }

    Quorums intending(List<ReplicaId> changed) {
        return new Quorums(mode, inSync, changed);
    }

    /** Every replica that either set names, in ascending order. */
    List<ReplicaId> voters() {
        List<ReplicaId> changed = intended;
        if (changed == null) {
            return inSync;
        }
        List<ReplicaId> all = new ArrayList<>(inSync);
        for (ReplicaId replica : changed) {
            if (!all.contains(replica)) {
                all.add(replica);
            }
        }
        all.sort(null);
        return all;
    }

    /** How many of the others a leader has to ask for a write quorum to confirm it: all while a change of S is in flight. */
    int othersToAsk() {
        return (intended == null ? mode.writers(inSync.size()) : voters().size()) - 1;
    }

    /** The highest value that a write quorum of S, and of S' while there is one, has reached. */
    long reachedByWriteQuorum(ToLongFunction<ReplicaId> value) {
        long reached = reached(inSync, mode.writers(inSync.size()), value);
        List<ReplicaId> changed = intended;
        return changed == null ? reached : Math.min(reached, reached(changed, mode.writers(changed.size()), value));
    }

    /** The highest value that a write quorum of this one set has reached. */
    static long reachedByWriteQuorum(WriteQuorum mode, List<ReplicaId> set, ToLongFunction<ReplicaId> value) {
        return reached(set, mode.writers(set.size()), value);
    }

    /** Whether R(S) replicas of S, of the recorded set alone, fulfil the condition (Rules 2.3 and 7.2). */
    boolean recoveryQuorum(Predicate<ReplicaId> condition) {
        int count = 0;
        for (ReplicaId replica : inSync) {
            if (condition.test(replica)) {
                count++;
            }
        }
        return count >= mode.recoverers(inSync.size());
    }

    /** The {@code needed}-th largest value. */
    private static long reached(List<ReplicaId> set, int needed, ToLongFunction<ReplicaId> value) {
        long[] values = new long[set.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.applyAsLong(set.get(i));
        }
        java.util.Arrays.sort(values);
        return values[values.length - needed];
    }
}
