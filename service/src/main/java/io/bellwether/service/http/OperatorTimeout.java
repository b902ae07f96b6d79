package io.bellwether.service.http;

import jakarta.ws.rs.core.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** How long a request of an operator may take: as {@code Bellwether-Timeout} says. */
final class OperatorTimeout {
    static final Duration DEFAULT = Duration.ofSeconds(10);

    private OperatorTimeout() {}

    static Duration of(HttpHeaders headers, Limits limits) {
        List<String> asked = headers.getRequestHeader(RequestFields.TIMEOUT);
        if (asked == null || asked.isEmpty()) {
            return DEFAULT.compareTo(limits.maxTimeout()) < 0 ? DEFAULT : limits.maxTimeout();
        }
        Duration timeout = asked.size() == 1 ? Numbers.parseDuration(asked.get(0)) : null;
        if (timeout == null || timeout.compareTo(limits.maxTimeout()) > 0) {
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER,
                    RequestFields.TIMEOUT + " is one duration such as 500ms or 2s, at most "
                            + limits.maxTimeout().toMillis() + "ms, but not '"
                            + PercentEncoding.shown(String.join(", ", asked)) + "'.");
        }
        return timeout;
    }

    /**
     * The reply, if it comes in time; a {@link ProblemException} otherwise.
     *
     * @param unsettled what is to be known then: the rest of a sentence
     */
    static <T> CompletableFuture<T> within(Duration timeout, CompletableFuture<T> reply, String unsettled) {
        CompletableFuture<T> late = new CompletableFuture<>();
        late.completeOnTimeout(null, timeout.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<T> silence = late.thenApply(nothing -> {
            throw new ProblemException(
                    ProblemCode.OUTCOME_UNKNOWN,
                    "It was not over within " + timeout.toMillis() + " ms: " + unsettled,
                    WriteFate.UNKNOWN);
        });
        return reply.applyToEither(silence, it -> it);
    }
}
