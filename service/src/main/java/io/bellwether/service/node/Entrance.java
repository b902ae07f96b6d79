package io.bellwether.service.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much of what clients ask may wait for the node's thread at once. For any thread. */
final class Entrance {
    private final int maxRequests;
    private final long maxBytes;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /** @param maxBytes of what the requests bring along, all together */
    Entrance(int maxRequests, long maxBytes) {
        this.maxRequests = maxRequests;
        this.maxBytes = maxBytes;
    }

    /** @return whether a request that brings so many bytes may wait; if so, it {@linkplain #leave leaves} once */
    boolean enter(int itsBytes) {
        if (requests.incrementAndGet() > maxRequests) {
            requests.decrementAndGet();
            return false;
        }
        if (bytes.addAndGet(itsBytes) > maxBytes) {
            leave(itsBytes);
            return false;
        }
        return true;
    }

    void leave(int itsBytes) {
        bytes.addAndGet(-itsBytes);
        requests.decrementAndGet();
    }

    /** Those that wait. */
    int requests() {
        return requests.get();
    }
}
