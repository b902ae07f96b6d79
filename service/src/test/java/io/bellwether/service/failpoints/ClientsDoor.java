package io.bellwether.service.failpoints;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.ReadOutcome;
import io.bellwether.service.node.Requests;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** The door of the clients, as they find it: an answer, or a connection that breaks. */
final class ClientsDoor {
    private final Requests requests;
    private final Gate gate;
    private final AtomicLong asked = new AtomicLong();
    /** Who waits for an answer, by the number of the question. */
    private final Map<Long, CompletableFuture<?>> waiting = new ConcurrentHashMap<>();

    ClientsDoor(Requests requests, Gate gate) {
        this.requests = requests;
        this.gate = gate;
    }

    /** Completes exceptionally where the connection broke before an answer. */
    CompletableFuture<WriteOutcome> write(Bytes command, Optional<RequestId.Keyed> key, Duration timeout) {
        return ask(Step.ANSWER_WRITE, whenDone -> requests.write(command, key, timeout, whenDone), unheard -> {});
    }

    /** Completes exceptionally where the connection broke before an answer. */
    CompletableFuture<ReadOutcome> read(ReadLevel level, long minIndex, Duration timeout) {
        return ask(Step.ANSWER_READ, whenDone -> requests.read(level, minIndex, timeout, whenDone), unheard -> {
            if (unheard instanceof ReadOutcome.Ready ready) {
                ready.view().close();
            }
        });
    }

    /** Never completes if the process is gone. */
    CompletableFuture<NodeStatus> status() {
        CompletableFuture<NodeStatus> status = new CompletableFuture<>();
        requests.status(status::complete);
        return status;
    }

    /** @param unheard takes the answer that nobody hears */
    private <T> CompletableFuture<T> ask(Step step, Consumer<Consumer<T>> put, Consumer<T> unheard) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        long question = asked.incrementAndGet();
        waiting.put(question, answer);
        if (!gate.isShut()) {
            put.accept(outcome -> {
                Runnable breaks = () -> breakConnection(answer);
                gate.stepQuietly(step, () -> answer.complete(outcome), breaks, breaks);
                boolean heard = answer.isDone() && !answer.isCompletedExceptionally();
                if (!heard) {
                    breakConnection(answer);
                    unheard.accept(outcome);
                }
            });
        }
        if (gate.isShut()) {
            breakConnection(answer);
        }
        return answer.whenComplete((outcome, broken) -> waiting.remove(question));
    }

    /** The process is gone: so are all connections. Called when the gate is shut. */
    void breakAll() {
        waiting.values().forEach(ClientsDoor::breakConnection);
    }

    private static void breakConnection(CompletableFuture<?> answer) {
        answer.completeExceptionally(new ConnectionBroken());
    }

    /** A client that waits hears nothing more. */
    static final class ConnectionBroken extends RuntimeException {
        private static final long serialVersionUID = 1;

        ConnectionBroken() {
            super("the connection broke before an answer came", null, false, false);
        }
    }
}
