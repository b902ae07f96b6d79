package io.bellwether.service.http;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** The bodies that are on their way in, by their announced lengths: so much memory and no more. */
final class Receiving {
    private final long max;
    private final AtomicLong announced = new AtomicLong();

    Receiving(long max) {
        this.max = max;
    }

    /**
     * Sets {@code length} bytes aside. To be closed when the body is whole or will never be; closing twice is closing once.
     *
     * @throws ProblemException if it would be too much at one moment
     */
    Place reserve(int length) {
        if (announced.addAndGet(length) > max) {
            announced.addAndGet(-length);
            throw new ProblemException(
                    ProblemCode.OVERLOADED,
                    "Bodies of " + max + " bytes are on their way to this node, and that is the most"
                            + " (clients.maxReceivingSize). Nothing was written. Send it again a little later.");
        }
        return new Place(length);
    }

    /** Bytes set aside. */
    final class Place implements AutoCloseable {
        private final int length;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Place(int length) {
            this.length = length;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                announced.addAndGet(-length);
            }
        }
    }
}
