package io.bellwether.simulation;

import io.bellwether.replication.Coordination.Answer;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.CoordinationEvents;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Keeps what a {@link io.bellwether.replication.Coordination} has told, whatever thread it told it on. */
public final class HeardEvents implements CoordinationEvents {
    private final AtomicLong viewChanges = new AtomicLong();
    private final SortedMap<Long, Answer> answers = new ConcurrentSkipListMap<>();
    private final SortedMap<Long, List<LatchPlace>> queues = new ConcurrentSkipListMap<>();
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private final List<Long> answeredTwice = new CopyOnWriteArrayList<>();

    @Override
    public void viewChanged() {
        viewChanges.incrementAndGet();
    }

    @Override
    public void answered(long request, Answer answer) {
        if (answers.put(request, answer) != null) {
            answeredTwice.add(request);
        }
    }

    @Override
    public void latchRead(long request, List<LatchPlace> queue) {
        queues.put(request, List.copyOf(queue));
    }

    @Override
    public void trouble(String what) {
        troubles.add(what);
    }

    public long viewChanges() {
        return viewChanges.get();
    }

    /** Null until it was answered. */
    public @Nullable Answer answerTo(long request) {
        return answers.get(request);
    }

    /** Null until it was read. */
    public @Nullable List<LatchPlace> queueRead(long request) {
        return queues.get(request);
    }

    public List<String> troubles() {
        return List.copyOf(troubles);
    }

    public List<Long> answeredTwice() {
        return List.copyOf(answeredTwice);
    }
}
