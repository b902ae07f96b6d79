package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Means.Need;
import java.util.Optional;

/**
 * One kind of misfortune.
 *
 * @param shortestMillis for which it lasts, at least
 * @param longestMillis for which it lasts, at most
 * @param destructive whether a replica may lose what it had: then all must be well before and after
 */
record FaultKind(
        String name, Need need, long shortestMillis, long longestMillis, boolean destructive, Injection injection) {

    /** Lets it happen; empty if whom it could strike is busy with another fault of the same moment. */
    interface Injection {
        Optional<Remedy> strike(Scene scene);
    }

    static FaultKind of(String name, Need need, long shortestMillis, long longestMillis, Injection injection) {
        return new FaultKind(name, need, shortestMillis, longestMillis, false, injection);
    }

    static FaultKind destructive(String name, Need need, long shortestMillis, long longestMillis, Injection injection) {
        return new FaultKind(name, need, shortestMillis, longestMillis, true, injection);
    }
}
