package io.bellwether.service.trial;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Which request leaves next, and when. Times are those of {@link System#nanoTime}. */
interface Pace {
    boolean isOver(long now);

    /** When the next request is due; only while it isn't over. */
    long due(long now);

    /** The next request; the one after it is due then. */
    byte[] take();

    /** Each request once, as fast as the answers come. */
    static Pace once(Workload workload) {
        Iterator<byte[]> left = workload.requests().iterator();
        return new Pace() {
            @Override
            public boolean isOver(long now) {
                return !left.hasNext();
            }

            @Override
            public long due(long now) {
                return now;
            }

            @Override
            public byte[] take() {
                return left.next();
            }
        };
    }

    /** Any requests, as fast as the answers come. */
    static Pace closed(Workload workload, SplittableRandom dice, long start, Duration duration) {
        return new Pace() {
            @Override
            public boolean isOver(long now) {
                return now - start >= duration.toNanos();
            }

            @Override
            public long due(long now) {
                return now;
            }

            @Override
            public byte[] take() {
                return any(workload, dice);
            }
        };
    }

    /** Any requests at a fixed rate, on a grid of milliseconds: a selector can't be woken more finely. */
    static Pace open(Workload workload, SplittableRandom dice, long start, Duration duration, int ratePerSecond) {
        return new Pace() {
            private final long total = duration.toMillis() * ratePerSecond / 1_000;
            private long taken;

            @Override
            public boolean isOver(long now) {
                return taken >= total;
            }

            @Override
            public long due(long now) {
                return start + TimeUnit.MILLISECONDS.toNanos(taken * 1_000 / ratePerSecond);
            }

            @Override
            public byte[] take() {
                taken++;
                return any(workload, dice);
            }
        };
    }

    private static byte[] any(Workload workload, SplittableRandom dice) {
        List<byte[]> requests = workload.requests();
        return requests.get(dice.nextInt(requests.size()));
    }
}
