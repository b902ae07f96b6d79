package io.bellwether.scenarios;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.Member;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process's client of {@link StagedZooKeeper}. All answers come at once, but for claims and changes while they are
 * held, and for the latch where it is slow; its view is the truth, but for a client that is away or blind.
 */
final class StagedCoordination implements Coordination {
    /** A claim or a change that waits for the script to say what becomes of it. */
    private record Request(long number, String text, Supplier<Answer> atServer) {}

    /** What was read, and is told at a later moment. */
    private record SlowAnswer(long atMillis, long request, List<LatchPlace> queue) {}

    private final StagedZooKeeper zooKeeper;
    private final LongSupplier nowMillis;
    private final Member self;
    private final String process;
    private final CoordinationEvents events;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private final ArrayDeque<Request> late = new ArrayDeque<>();
    private final ArrayDeque<SlowAnswer> slow = new ArrayDeque<>();
    private long slowMillis;
    private boolean held;
    private boolean away;
    private boolean blind;
    private boolean gone;
    private @Nullable String place;
    private View seen = View.NOTHING;

    /** @param events called on the thread of the scenario, from within a call through the door: they only enqueue */
    StagedCoordination(
            StagedZooKeeper zooKeeper, LongSupplier nowMillis, Member self, String process, CoordinationEvents events) {
        this.zooKeeper = zooKeeper;
        this.nowMillis = nowMillis;
        this.self = self;
        this.process = process;
        this.events = events;
        zooKeeper.join(self);
    }

    // --- the door --------------------------------------------------------------------------------------------------

    @Override
    public View view() {
        if (!blind) {
            look();
        }
        return seen;
    }

    private void look() {
        if (away || gone) {
            seen = new View(
                    Session.SUSPENDED, seen.holdsLatch(), seen.queued(), seen.record(), seen.members(), seen.paused());
            return;
        }
        if (!zooKeeper.hasPlace(place)) {
            place = null;
        }
        Versioned known = seen.record();
        Versioned record = zooKeeper.record();
        seen = new View(
                Session.CONNECTED,
                zooKeeper.isFirst(place),
                place != null,
                known == null || known.version() <= record.version() ? record : known,
                zooKeeper.members(),
                zooKeeper.paused());
    }

    @Override
    public void queue() {
        if (!away && !zooKeeper.hasPlace(place)) {
            place = zooKeeper.createPlace(self, process);
        }
    }

    @Override
    public void leave() {
        String left = place;
        place = null;
        if (left != null && !away) {
            zooKeeper.deletePlaces(List.of(left));
        }
    }

    @Override
    public void claim(long request, int expectedVersion, ControlRecord wanted) {
        String checked = place;
        String text = "claim of epoch " + wanted.epoch();
        ask(new Request(request, text, () -> zooKeeper.claim(checked, expectedVersion, wanted)));
    }

    @Override
    public void change(long request, int expectedVersion, ControlRecord wanted) {
        String text = "change to " + Stage.names(wanted.inSync()) + " in epoch " + wanted.epoch();
        ask(new Request(request, text, () -> zooKeeper.change(expectedVersion, wanted)));
    }

    private void ask(Request request) {
        if (away) {
            events.answered(request.number(), Answer.UNKNOWN);
        } else if (held) {
            waiting.add(request);
        } else {
            events.answered(request.number(), request.atServer().get());
        }
    }

    @Override
    public void readRecord() {
        look();
    }

    @Override
    public void readLatch(long request) {
        if (!away) {
            look();
            slow.add(new SlowAnswer(nowMillis.getAsLong() + slowMillis, request, zooKeeper.latch()));
            tick();
        }
    }

    /** Time has passed: slow answers come. */
    void tick() {
        while (!slow.isEmpty() && slow.peekFirst().atMillis() <= nowMillis.getAsLong()) {
            SlowAnswer answer = slow.removeFirst();
            events.latchRead(answer.request(), answer.queue());
        }
    }

    @Override
    public void deleteLatchPlaces(List<String> paths) {
        if (!away) {
            zooKeeper.deletePlaces(paths);
        }
    }

    // --- what a script does ----------------------------------------------------------------------------------------

    void slow(long millis) {
        slowMillis = millis;
    }

    void hold() {
        held = true;
    }

    /** What waits happens, and is answered. */
    void release() {
        held = false;
        while (!waiting.isEmpty()) {
            serve(true);
        }
    }

    void serve(boolean heard) {
        Request request = next(waiting);
        Answer answer = request.atServer().get();
        events.answered(request.number(), heard ? answer : Answer.UNKNOWN);
    }

    void lose() {
        events.answered(next(waiting).number(), Answer.UNKNOWN);
    }

    void delay() {
        Request request = next(waiting);
        late.add(request);
        events.answered(request.number(), Answer.UNKNOWN);
    }

    /** What was delayed happens; whoever asked has long been told that nobody knows. */
    Answer arriveLate() {
        return Objects.requireNonNull(next(late).atServer().get());
    }

    private Request next(ArrayDeque<Request> requests) {
        Request next = requests.poll();
        if (next == null) {
            throw new ScriptException("no request of " + self.replica().node() + " waits");
        }
        return next;
    }

    List<String> waitingRequests() {
        List<String> texts = new ArrayList<>();
        waiting.forEach(request -> texts.add(request.text()));
        late.forEach(request -> texts.add("late " + request.text()));
        return texts.stream().distinct().toList();
    }

    void away() {
        away = true;
        List<Request> lost = List.copyOf(waiting);
        waiting.clear();
        lost.forEach(request -> events.answered(request.number(), Answer.UNKNOWN));
    }

    void back() {
        away = false;
        zooKeeper.put(self);
    }

    void blind() {
        look();
        blind = true;
    }

    void sighted() {
        blind = false;
    }

    /** Its session has ended, and it has a new one as soon as it is connected. */
    void expired() {
        if (!away) {
            zooKeeper.put(self);
        }
    }

    /** The process is gone; its session is not. */
    void crash() {
        gone = true;
    }
}
