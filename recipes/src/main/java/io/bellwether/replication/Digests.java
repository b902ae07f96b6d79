package io.bellwether.replication;

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

    /** Null if it is not known. */
    @Nullable
    Long at(long index) {
        return sums.get(index);
    }
}
