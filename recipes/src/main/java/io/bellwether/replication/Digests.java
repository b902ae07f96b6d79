package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The latest digests of the state here, at the indexes at which all replicas take them (Rule 14.2). */
final class Digests {
    private static final int REMEMBERED = 64;

    private final TreeMap<Long, Long> sums = new TreeMap<>();

    void add(StateDigest digest) {
        sums.put(digest.index(), digest.sum());
        while (sums.size() > REMEMBERED) {
            sums.pollFirstEntry();
        }
    }

    /** Null if there is none. */
    @Nullable
    StateDigest latest() {
        var last = sums.lastEntry();
        return last == null ? null : new StateDigest(last.getKey(), last.getValue());
    }

    /** The latest, oldest first. */
    List<StateDigest> latest(int most) {
        List<StateDigest> latest = new ArrayList<>();
        sums.descendingMap().entrySet().stream()
                .limit(most)
                .forEach(sum -> latest.add(0, new StateDigest(sum.getKey(), sum.getValue())));
        return latest;
    }

    /** Null if it is not known. */
    @Nullable
    Long at(long index) {
        return sums.get(index);
    }
}
