package io.bellwether.replication;

import java.util.ArrayDeque;

/**
 * Promises on their way to the disk (Rule 2.2): all that is staged, then the promise, and only then the answer, which
 * names the log's last position at that moment.
 */
final class PromiseAnswers {
    private final Standing standing;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private record Waiting(long write, NodeId to, Promise promise) {}

    PromiseAnswers(Standing standing) {
        this.standing = standing;
    }

    void promise(NodeId to, Promise promise) {
        Waiting answer = new Waiting(standing.journal.numberOfAll(), to, promise);
        if (standing.journal.allDurable()) {
            answer(answer);
        } else {
            waiting.add(answer);
        }
    }

    void onWritten(long number) {
        while (!waiting.isEmpty() && waiting.peekFirst().write() <= number) {
            answer(waiting.removeFirst());
        }
    }

    private void answer(Waiting done) {
        if (done.promise().equals(standing.promise())) {
            standing.send(
                    done.to(),
                    new Message.Promised(done.promise().epoch(), done.promise().claim(), standing.journal.end()));
        }
    }
}
