package io.bellwether.service.failpoints;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The door to ZooKeeper, and what comes back through it, as a node finds it whose connection may be reset. What became of a
 * claim or a change is unknown then, and its true answer is lost.
 */
final class CoordinationDoor implements Coordination {
    private final Coordination coordination;
    private final Gate gate;
    private final Events events;
    private final Runnable reset;

    /** @param reset breaks the connection to ZooKeeper */
    CoordinationDoor(Coordination coordination, Gate gate, Events events, Runnable reset) {
        this.coordination = coordination;
        this.gate = gate;
        this.events = events;
        this.reset = reset;
    }

    @Override
    public View view() {
        gate.checkAlive();
        return coordination.view();
    }

    @Override
    public void queue() {
        withReset(Step.QUEUE, coordination::queue);
    }

    @Override
    public void leave() {
        withReset(Step.LEAVE, coordination::leave);
    }

    @Override
    public void claim(long request, int expectedVersion, ControlRecord wanted) {
        ask(Step.CLAIM, Step.CLAIM_ANSWERED, request, () -> coordination.claim(request, expectedVersion, wanted));
    }

    @Override
    public void change(long request, int expectedVersion, ControlRecord wanted) {
        ask(Step.CHANGE, Step.CHANGE_ANSWERED, request, () -> coordination.change(request, expectedVersion, wanted));
    }

    @Override
    public void readRecord() {
        gate.checkAlive();
        coordination.readRecord();
    }

    @Override
    public void readLatch(long request) {
        gate.checkAlive();
        coordination.readLatch(request);
    }

    @Override
    public void deleteLatchPlaces(List<String> paths) {
        withReset(Step.DELETE_LATCH_PLACES, () -> coordination.deleteLatchPlaces(paths));
    }

    private void withReset(Step step, Runnable call) {
        Runnable refused = () -> {
            reset.run();
            call.run();
        };
        gate.step(step, call, refused, reset);
    }

    private void ask(Step step, Step answered, long request, Runnable put) {
        Events.Call call = events.new Call(request, answered);
        Runnable real = () -> {
            events.calls(request).add(call);
            put.run();
        };
        gate.step(step, real, call::loseAnswer, call::loseAnswer);
    }

    /** What ZooKeeper tells, on a thread of its client. */
    static final class Events implements CoordinationEvents {
        private final CoordinationEvents events;
        private final Gate gate;
        /** Claims and changes that wait for their answers, by number; the same one may be asked again. */
        private final Map<Long, Deque<Call>> calls = new ConcurrentHashMap<>();

        Events(CoordinationEvents events, Gate gate) {
            this.events = events;
            this.gate = gate;
        }

        private Deque<Call> calls(long request) {
            return calls.computeIfAbsent(request, none -> new ConcurrentLinkedDeque<>());
        }

        /** A claim or a change: one answer is told to it. */
        private final class Call {
            private final long request;
            private final Step answered;
            private final AtomicBoolean told = new AtomicBoolean();

            Call(long request, Step answered) {
                this.request = request;
                this.answered = answered;
            }

            void loseAnswer() {
                tell(Answer.UNKNOWN);
            }

            void tell(Answer answer) {
                if (told.compareAndSet(false, true)) {
                    events.answered(request, answer);
                }
            }
        }

        /** Answers to calls of the same number come in their order. */
        @Override
        public void answered(long request, Answer answer) {
            Call call = calls.getOrDefault(request, new ArrayDeque<>()).poll();
            if (call == null) {
                throw new IllegalStateException("request " + request + " was answered, but nobody asked");
            }
            if (!call.told.get()) {
                gate.stepQuietly(call.answered, () -> call.tell(answer), call::loseAnswer, () -> {});
            }
        }

        @Override
        public void viewChanged() {
            if (!gate.isShut()) {
                events.viewChanged();
            }
        }

        @Override
        public void latchRead(long request, List<LatchPlace> queue) {
            if (!gate.isShut()) {
                events.latchRead(request, queue);
            }
        }

        @Override
        public void trouble(String what) {
            if (!gate.isShut()) {
                events.trouble(what);
            }
        }
    }
}
