package io.bellwether.replication;

import org.jspecify.annotations.Nullable;

/** A rule of the protocol failed in this process. It must stop: a dead node is a failover, a wrong one is lost data. */
public final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvariantViolation(String rule) {
        super(rule);
    }

    /** States that this must be there. */
    static <T> T present(@Nullable T value, String rule) {
        if (value == null) {
            throw new InvariantViolation(rule);
        }
        return value;
    }

    /** States what must hold here. */
    static void check(boolean holds, String rule) {
        if (!holds) {
            throw new InvariantViolation(rule);
        }
    }
}
