package io.bellwether.service.http;

import io.bellwether.gateway.ReadLevel;
import java.time.Duration;
import java.util.Optional;

/** How a request wants its read: {@code consistency} and {@code max-staleness}. */
final class ReadWish {
    static final String CONSISTENCY = "consistency";
    static final String MAX_STALENESS = "max-staleness";
    private static final ReadLevel LINEARIZABLE = new ReadLevel.Linearizable();

    private ReadWish() {}

    /** @throws ProblemException that names the parameter which is wrong or missing */
    static ReadLevel level(Query query) {
        Optional<Duration> maxStaleness = query.duration(MAX_STALENESS);
        String consistency = query.text(CONSISTENCY).orElse("linearizable");
        if (consistency.equals("bounded")) {
            Duration bound = maxStaleness.orElseThrow(
                    () -> Query.refused(
                            "The parameter 'max-staleness' is missing; consistency=bounded needs it, such as max-staleness=2s."));
            return new ReadLevel.Bounded(bound.toMillis());
        }
        if (maxStaleness.isPresent()) {
            throw Query.refused("The parameter 'max-staleness' goes with consistency=bounded only.");
        }
        return switch (consistency) {
            case "linearizable" -> LINEARIZABLE;
            case "local" -> new ReadLevel.Local();
            default ->
                throw Query.refused("The parameter 'consistency' is 'linearizable', 'bounded' or 'local', but not '"
                        + PercentEncoding.shown(consistency) + "'.");
        };
    }
}
