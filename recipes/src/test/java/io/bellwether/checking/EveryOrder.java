package io.bellwether.checking;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether any order of a few operations on one key explains all answers: by trying every one. No versions. */
final class EveryOrder {
    private EveryOrder() {}

    static boolean explains(List<Operation> operations) {
        return explains(operations, null);
    }

    private static boolean explains(List<Operation> left, @Nullable String there) {
        if (left.stream().allMatch(each -> each.outcome() instanceof Outcome.Unknown)) {
            return true;
        }
        for (Operation next : left) {
            if (left.stream().noneMatch(other -> endsBefore(other, next))) {
                List<Operation> rest = new ArrayList<>(left);
                rest.remove(next);
                for (@Nullable String then : possible(next, there)) {
                    if (explains(rest, then)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean endsBefore(Operation one, Operation other) {
        return !(one.outcome() instanceof Outcome.Unknown) && one.endNanos() < other.beginNanos();
    }

    /** What can stand there afterwards; none if it cannot be told what it was told. */
    private static List<@Nullable String> possible(Operation operation, @Nullable String there) {
        List<@Nullable String> then = new ArrayList<>();
        if (operation.outcome() instanceof Outcome.Saw saw) {
            if (same(saw.content().value(), there)) {
                then.add(there);
            }
            return then;
        }
        boolean met = met(operation.action(), there);
        boolean told = !(operation.outcome() instanceof Outcome.Unknown);
        boolean wrote = operation.outcome() instanceof Outcome.Wrote;
        if (met && (wrote || !told)) {
            then.add(operation.written().value());
        } else if (!met && !wrote) {
            then.add(there);
        }
        return then;
    }

    private static boolean met(Action action, @Nullable String there) {
        if (action instanceof Action.Create) {
            return there == null;
        }
        if (action instanceof Action.Swap swap) {
            return same(swap.expected().value(), there);
        }
        if (action instanceof Action.DeleteIf delete) {
            return same(delete.expected().value(), there);
        }
        return action instanceof Action.Write || there != null;
    }

    private static boolean same(@Nullable String one, @Nullable String other) {
        return one == null ? other == null : one.equals(other);
    }
}
