package io.bellwether.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What clients did, and what they were told, in real time. At the end the order of all operations must fit: whatever
 * began after another had ended sees it.
 *
 * <p>Each completed write has the index at which it took effect, each linearizable read the index that it saw. The
 * operations are linearizable if, of two of which one ended before the other began, the later never stands before the
 * earlier: at a higher index if it is a write, at the same or a higher one if it is a read.
 */
final class History {
    /** A finished operation whose place in the log is known. */
    record Operation(long beganMicros, long endedMicros, long index, boolean write) {}

    private final List<Operation> operations = new ArrayList<>();

    void add(Operation operation) {
        operations.add(operation);
    }

    /** What lies behind this index is no longer promised to anybody. */
    void countsUpTo(long index) {
        operations.removeIf(operation -> operation.index() > index);
    }

    int size() {
        return operations.size();
    }

    /** In linear time but for the sorting. */
    void checkRealTimeOrder(Truth truth) {
        operations.sort(Comparator.comparingLong(Operation::beganMicros));
        PriorityQueue<Operation> running = new PriorityQueue<>(Comparator.comparingLong(Operation::endedMicros));
        long highestEnded = 0;
        for (Operation operation : operations) {
            while (!running.isEmpty() && running.peek().endedMicros() < operation.beganMicros()) {
                highestEnded = Math.max(highestEnded, running.remove().index());
            }
            boolean inOrder = operation.write() ? operation.index() > highestEnded : operation.index() >= highestEnded;
            long earlier = highestEnded;
            truth.check(
                    inOrder,
                    () -> "real-time order: " + operation + " began after an operation at index " + earlier
                            + " had ended");
            running.add(operation);
        }
    }
}
