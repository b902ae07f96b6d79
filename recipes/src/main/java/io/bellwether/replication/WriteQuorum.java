package io.bellwether.replication;

import java.util.Locale;

/** How many replicas of an in-sync set must have an entry before it is committed (DESIGN, words: W(S) and R(S)). */
public enum WriteQuorum {
    MAJORITY,
    ALL;

    /** W(S) for a set of {@code size} replicas. */
    public int writers(int size) {
        return this == ALL ? size : size / 2 + 1;
    }

    /** R(S) for a set of {@code size} replicas: so many meet every write quorum. */
    public int recoverers(int size) {
        return size - writers(size) + 1;
    }

    /** {@code majority} or {@code all}, as in the control record, the configuration and the API. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if it is neither {@code majority} nor {@code all} */
    public static WriteQuorum of(String word) {
        for (WriteQuorum quorum : values()) {
            if (quorum.word().equals(word)) {
                return quorum;
            }
        }
        throw new IllegalArgumentException("the write quorum is 'majority' or 'all', but not '" + word + "'");
    }
}
