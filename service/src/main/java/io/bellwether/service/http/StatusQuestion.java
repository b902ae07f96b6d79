package io.bellwether.service.http;

import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Requests;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks this node how it sees itself. Its thread answers, so no answer is an answer too: a {@link ProblemException}. */
final class StatusQuestion {
    static final Duration PATIENCE = Duration.ofMillis(500);

    private final Requests requests;
    private final Executor executor;

    /** @param executor runs what follows the answer, off the node's thread */
    StatusQuestion(Requests requests, Executor executor) {
        this.requests = requests;
        this.executor = executor;
    }

    /** Before anything is done. */
    CompletableFuture<NodeStatus> ask() {
        return ask(WriteFate.NONE);
    }

    /** When what was asked for is done, or is not. */
    <T> CompletableFuture<T> askAfterwards(Function<NodeStatus, T> then) {
        return ask(WriteFate.UNKNOWN).thenApply(then);
    }

    private CompletableFuture<NodeStatus> ask(WriteFate fate) {
        CompletableFuture<NodeStatus> answer = new CompletableFuture<>();
        requests.status(answer::complete);
        return answer.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .handleAsync(
                        (status, silence) -> {
                            if (silence != null) {
                                throw new ProblemException(
                                        ProblemCode.NODE_NOT_ANSWERING,
                                        "This node's own thread did not answer within " + PATIENCE.toMillis()
                                                + " ms. Ask another node; if it goes on, restart this one.",
                                        fate);
                            }
                            return status;
                        },
                        executor);
    }

    <T> CompletableFuture<T> ask(Function<NodeStatus, T> then) {
        return ask().thenApply(then);
    }
}
