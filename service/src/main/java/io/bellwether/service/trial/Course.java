package io.bellwether.service.trial;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The course of the story while many writers are at work: which file is next, who may still write, whether the leader
 * has been killed in the middle. The first half of the files is written, again and again if need be, until the leader
 * is killed; then the second half, and whatever it takes until each of the others has answered. All times are those of
 * {@link System#nanoTime}.
 *
 * <p>A client of a killed process can only see its connection die. So the writers at the leader stop before it is
 * killed; what the others have under way by way of the leader is what the story is about.
 */
final class Course {
    /** More of them teach nothing new. */
    private static final int MOST_FAILURES = 100;

    private final List<StoredFile> files;
    private final int firstHalf;
    private final Progress progress;
    private final TreeSet<String> nodes;
    private final TreeMap<String, Integer> underWay = new TreeMap<>();
    private final TreeMap<String, Integer> acknowledged = new TreeMap<>();
    private final TreeSet<String> writtenAfterKill = new TreeSet<>();
    private final List<String> failures = new ArrayList<>();
    private Optional<String> retired = Optional.empty();
    private Optional<Long> killedAt = Optional.empty();
    private Optional<Long> goneAt = Optional.empty();
    private boolean abandoned;
    private int takenBefore;
    private int takenAfter;
    private int stored;
    private int writes;
    private long lastIndex;
    private long longestWaitNanos;

    /**
     * A write that a writer is to do.
     *
     * @param first whether this file is written for the first time
     */
    record Task(StoredFile file, boolean first, long startedAt) {}

    Course(List<StoredFile> files, List<String> nodes, Progress progress) {
        this.files = files;
        this.firstHalf = (files.size() + 1) / 2;
        this.progress = progress;
        this.nodes = new TreeSet<>(nodes);
    }

    /** What to write next through {@code node}; nothing when its writers are to end. */
    synchronized Optional<Task> next(String node) {
        if (abandoned || retired.equals(Optional.of(node)) || isTold()) {
            return Optional.empty();
        }
        Task task = killedAt.isEmpty() ? beforeKill(takenBefore++) : afterKill(takenAfter++);
        underWay.merge(node, 1, Integer::sum);
        return Optional.of(task);
    }

    private Task beforeKill(int taken) {
        return new Task(files.get(taken % firstHalf), taken < firstHalf, System.nanoTime());
    }

    private Task afterKill(int taken) {
        int index = (firstHalf + taken) % files.size();
        return new Task(files.get(index), taken < files.size() - firstHalf, System.nanoTime());
    }

    synchronized void acknowledged(String node, Task task, long index) {
        long now = System.nanoTime();
        writes++;
        acknowledged.merge(node, 1, Integer::sum);
        lastIndex = Math.max(lastIndex, index);
        if (killedAt.isPresent()) {
            longestWaitNanos = Math.max(longestWaitNanos, now - task.startedAt());
        }
        if (goneAt.isPresent() && task.startedAt() - goneAt.get() > 0) {
            writtenAfterKill.add(node);
        }
        if (task.first()) {
            stored++;
            progress.at(stored);
        }
        finished(node);
    }

    synchronized void failed(String node, Task task, String reason) {
        failures.add(task.file().key() + " through " + node + ": " + reason);
        abandoned |= failures.size() >= MOST_FAILURES;
        finished(node);
    }

    private void finished(String node) {
        underWay.merge(node, -1, Integer::sum);
        notifyAll();
    }

    /** Waits until half of the files are stored and every node has stored something. */
    synchronized boolean awaitMiddle(Duration patience) throws InterruptedException {
        return await(patience, () -> stored >= firstHalf && acknowledged.size() == nodes.size());
    }

    /** No new write through {@code node}; waits until those under way are finished. */
    synchronized boolean retire(String node, Duration patience) throws InterruptedException {
        retired = Optional.of(node);
        return await(patience, () -> underWay.getOrDefault(node, 0) == 0);
    }

    /** From now on the wait for an acknowledgement counts. Called right before the retired node is killed. */
    synchronized int killing() {
        killedAt = Optional.of(System.nanoTime());
        return stored;
    }

    /** The retired node is gone: only what is sent from now on can't have been answered with its help. */
    synchronized void killed() {
        goneAt = Optional.of(System.nanoTime());
    }

    /** Waits until every file is stored, and every other node has stored something that came after the kill. */
    synchronized boolean awaitEnd(Duration patience) throws InterruptedException {
        return await(patience, this::isTold);
    }

    /** The writers end with what they have under way. */
    synchronized void abandon() {
        abandoned = true;
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    synchronized Map<String, Integer> acknowledged() {
        return new TreeMap<>(acknowledged);
    }

    synchronized int writes() {
        return writes;
    }

    /** The log position of the last write. */
    synchronized long lastIndex() {
        return lastIndex;
    }

    /** How long a write waited at most that was under way at the kill or came later. */
    synchronized Duration longestWait() {
        return Duration.ofNanos(longestWaitNanos);
    }

    private boolean isTold() {
        return killedAt.isPresent()
                && stored >= files.size()
                && nodes.stream()
                        .allMatch(node -> retired.equals(Optional.of(node)) || writtenAfterKill.contains(node));
    }

    private interface Condition {
        boolean holds();
    }

    private synchronized boolean await(Duration patience, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.holds() && !abandoned) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return !abandoned;
    }
}
