package io.bellwether.checking;

/**
 * One thing that a client asked for, and what it was told. A write that was sent again under one key, because nobody knew
 * what had become of it, is one operation, from its first sending to its last answer.
 *
 * @param process who asked; one thing after another
 * @param beginNanos before the request left, by a clock that all processes of the history share
 * @param endNanos after the answer came; where the outcome is unknown, when the client gave up
 */
public record Operation(String process, String key, long beginNanos, long endNanos, Action action, Outcome outcome) {
    public Operation {
        if (endNanos < beginNanos) {
            throw new IllegalArgumentException(process + " ends before it begins: " + beginNanos + " to " + endNanos);
        }
        boolean saw = outcome instanceof Outcome.Saw;
        boolean decided = outcome instanceof Outcome.Wrote || outcome instanceof Outcome.Unmet;
        if (action instanceof Action.Read ? decided : saw) {
            throw new IllegalArgumentException(process + " asked for " + action + " and was told " + outcome);
        }
    }

    boolean isRead() {
        return action instanceof Action.Read;
    }

    /** Whether the client knows that it took effect, or what it saw. */
    boolean isKnown() {
        return !(outcome instanceof Outcome.Unknown) && !(outcome instanceof Outcome.None);
    }

    /** The index that the client was told; 0 if none. */
    long index() {
        if (outcome instanceof Outcome.Wrote wrote) {
            return wrote.index();
        }
        if (outcome instanceof Outcome.Saw saw) {
            return saw.index();
        }
        return outcome instanceof Outcome.Unmet unmet ? unmet.index() : 0;
    }

    /** What stands there after it has taken effect; for an action that writes. */
    Content written() {
        long version = outcome instanceof Outcome.Wrote wrote ? wrote.index() : 0;
        if (action instanceof Action.Write write) {
            return new Content(write.value(), version);
        }
        if (action instanceof Action.Create create) {
            return new Content(create.value(), version);
        }
        return action instanceof Action.Swap swap ? new Content(swap.value(), version) : Content.ABSENT;
    }

    /** As it stands in a file. */
    @Override
    public String toString() {
        return OperationLine.of(this);
    }
}
