package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What waits for one peer on one lane. Bounded: beyond {@code maxBytes} the oldest message goes, one that carries
 * entries or clients' writes before one that doesn't; the newest always stays. Not for several threads at once.
 */
final class LaneQueue {
    private record Waiting(Envelope envelope, int weightBytes, long sinceNanos) {}

    private final long maxBytes;
    private final long maxAgeNanos;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long queuedBytes;

    LaneQueue(long maxBytes, long maxAgeNanos) {
        this.maxBytes = maxBytes;
        this.maxAgeNanos = maxAgeNanos;
    }

    /** @return how many messages were dropped to keep within the bound */
    int offer(Envelope envelope, int weightBytes, long nowNanos) {
        waiting.addLast(new Waiting(envelope, weightBytes, nowNanos));
        queuedBytes += weightBytes;
        int dropped = 0;
        while (queuedBytes > maxBytes && waiting.size() > 1) {
            dropOne();
            dropped++;
        }
        return dropped;
    }

    /**
     * The oldest messages that fit into one batch: the same header, at most {@code maxBatchBytes} together, at least one
     * if there is any. Those that have waited too long are left out and forgotten.
     */
    List<Envelope> take(long maxBatchBytes, long nowNanos) {
        forgetOld(nowNanos);
        List<Envelope> batch = new ArrayList<>(waiting.size());
        long batchBytes = 0;
        while (!waiting.isEmpty()) {
            Waiting next = waiting.getFirst();
            boolean fits = batch.isEmpty()
                    || (batchBytes + next.weightBytes <= maxBatchBytes
                            && BatchFormat.sameHeader(batch.get(0), next.envelope));
            if (!fits) {
                break;
            }
            remove(waiting.removeFirst());
            batchBytes += next.weightBytes;
            batch.add(next.envelope);
        }
        return batch;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    long queuedBytes() {
        return queuedBytes;
    }

    void clear() {
        waiting.clear();
        queuedBytes = 0;
    }

    private void forgetOld(long nowNanos) {
        while (!waiting.isEmpty() && nowNanos - waiting.getFirst().sinceNanos > maxAgeNanos) {
            remove(waiting.removeFirst());
        }
    }

    private void dropOne() {
        Iterator<Waiting> oldestFirst = waiting.iterator();
        while (oldestFirst.hasNext()) {
            Waiting candidate = oldestFirst.next();
            boolean newest = !oldestFirst.hasNext();
            if (!newest && Weight.isBulk(candidate.envelope.message())) {
                oldestFirst.remove();
                remove(candidate);
                return;
            }
        }
        remove(waiting.removeFirst());
    }

    private void remove(Waiting removed) {
        queuedBytes -= removed.weightBytes;
    }
}
