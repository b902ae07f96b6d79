package io.bellwether.replication;

/**
 * A change of role, epoch or in-sync set, or a reason to look, as a line for the log: {@code leading epoch=7
 * inSync=n1,n2 cause=silent-leader}. The core does not log; the loop prints these.
 */
public record Notice(Level level, String text) {
    public enum Level {
        /** A change, one line each. */
        INFO,
        /** An operator may want to look. */
        WARN,
        /** Someone must look. */
        ERROR
    }
}
