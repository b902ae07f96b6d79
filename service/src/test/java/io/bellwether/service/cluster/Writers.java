package io.bellwether.service.cluster;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Plain clients that write one new key after another, each on a connection of its own, and repeat nothing. Everything
 * that was answered is kept. A client whose connection breaks has failed and ends.
 */
final class Writers {
    private static final int VALUE_LENGTH = 256;
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(45);
    /** The outcome of a request whose connection broke before an answer came. */
    static final String BROKEN = "broken";

    private static final AtomicLong RUNS = new AtomicLong();

    private final String prefix = "w" + RUNS.incrementAndGet() + "/";
    private final String[] headers;
    /** Each write takes one, first come first served; null for writers without a pace. */
    private final @Nullable Semaphore turns;

    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();

    private final List<Thread> threads = new ArrayList<>();
    private final List<Written> acknowledged = Collections.synchronizedList(new ArrayList<>());
    private final List<Failure> failures = Collections.synchronizedList(new ArrayList<>());
    private final AtomicLong longestPauseNanos = new AtomicLong();
    private volatile boolean finished;

    /** @param headers of each request, name and value in turn */
    private Writers(@Nullable Semaphore turns, String... headers) {
        this.turns = turns;
        this.headers = headers;
    }

    /** An acknowledged write. */
    record Written(String key, String etag, long atNanos, long tookNanos) {
        String value() {
            return valueOf(key);
        }
    }

    /**
     * A write that wasn't acknowledged.
     *
     * @param status 0 if the connection broke
     * @param outcome as the problem says; {@code broken} if the connection broke
     */
    record Failure(String key, int status, String outcome, long tookMillis, String detail) {}

    static Writers at(Collection<NodeProcess> nodes, int connectionsPerNode, String... headers) {
        return new Writers(null, headers).start(nodes, connectionsPerNode);
    }

    /** So many writes a second through all of these nodes together, while they are answered in time. */
    static Writers paced(Collection<NodeProcess> nodes, int connectionsPerNode, int ratePerSecond) {
        Semaphore turns = new Semaphore(0, true);
        Writers writers = new Writers(turns);
        long interval = TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
        var unused = writers.pace.scheduleAtFixedRate(turns::release, interval, interval, TimeUnit.NANOSECONDS);
        return writers.start(nodes, connectionsPerNode);
    }

    private Writers start(Collection<NodeProcess> nodes, int connectionsPerNode) {
        for (NodeProcess node : nodes) {
            for (int i = 1; i <= connectionsPerNode; i++) {
                start(node, node + "-" + i);
            }
        }
        return this;
    }

    private void start(NodeProcess node, String name) {
        Thread thread = new Thread(new Writer(node, prefix + name + "-"), "writer-" + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Lets them write for so long. */
    Writers during(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        await().atMost(time.plusSeconds(5))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> System.nanoTime() - end >= 0);
        return this;
    }

    /** Lets them write until so many writes more are acknowledged. */
    Writers untilAcknowledged(int more) {
        return untilAcknowledged(more, RealCluster.PATIENCE);
    }

    Writers untilAcknowledged(int more, Duration patience) {
        int goal = acknowledged.size() + more;
        await().atMost(patience).pollInterval(Duration.ofMillis(5)).until(() -> acknowledged.size() >= goal);
        return this;
    }

    /** Waits for the last answers. */
    Writers finish() {
        finished = true;
        pace.shutdownNow();
        long deadline = System.nanoTime() + LONGEST_REQUEST.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while writers end", e);
            }
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " got no answer within " + LONGEST_REQUEST);
            }
        }
        return this;
    }

    /** One client. */
    private final class Writer implements Runnable {
        private final NodeProcess node;
        private final String keyPrefix;
        private long lastAcknowledged = System.nanoTime();

        Writer(NodeProcess node, String keyPrefix) {
            this.node = node;
            this.keyPrefix = keyPrefix;
        }

        @Override
        public void run() {
            String key = "";
            long began = System.nanoTime();
            try (HttpConnection connection = node.connect()) {
                for (long sequence = 0; awaitTurn(); sequence++) {
                    key = keyPrefix + "%08d".formatted(sequence);
                    began = System.nanoTime();
                    heard(key, connection.put(key, valueOf(key), headers), began);
                }
            } catch (IOException e) {
                failures.add(new Failure(key, 0, BROKEN, millis(System.nanoTime() - began), node + ": " + e));
            }
            pausedUntil(System.nanoTime());
        }

        /** Whether there is another one. */
        private boolean awaitTurn() {
            Semaphore paced = turns;
            if (paced == null) {
                return !finished;
            }
            try {
                while (!finished) {
                    if (paced.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                        return true;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        }

        private void heard(String key, HttpConnection.Answer answer, long began) {
            long now = System.nanoTime();
            if (answer.succeeded()) {
                acknowledged.add(new Written(key, answer.etag(), now, now - began));
                pausedUntil(now);
                lastAcknowledged = now;
            } else {
                failures.add(new Failure(key, answer.status(), answer.outcome(), millis(now - began), answer.text()));
            }
        }

        private void pausedUntil(long now) {
            longestPauseNanos.accumulateAndGet(now - lastAcknowledged, Math::max);
        }
    }

    // --- what came of it -------------------------------------------------------------------------------------------

    String prefix() {
        return prefix;
    }

    List<Written> acknowledged() {
        synchronized (acknowledged) {
            return List.copyOf(acknowledged);
        }
    }

    List<Failure> failures() {
        synchronized (failures) {
            return List.copyOf(failures);
        }
    }

    /** The longest time that one client was without an acknowledgement, its beginning and end included. */
    long longestPauseMillis() {
        return millis(longestPauseNanos.get());
    }

    /** The longest time between two moments of {@link System#nanoTime} in which no client at all was answered. */
    long longestSilenceMillis(long fromNanos, long toNanos) {
        long[] moments = acknowledged().stream()
                .mapToLong(Written::atNanos)
                .filter(at -> at - fromNanos >= 0 && toNanos - at >= 0)
                .sorted()
                .toArray();
        long longest = 0;
        long last = fromNanos;
        for (long at : moments) {
            longest = Math.max(longest, at - last);
            last = at;
        }
        return millis(Math.max(longest, toNanos - last));
    }

    /** Of the acknowledged writes whose answer came between two moments of {@link System#nanoTime}, in milliseconds. */
    double percentile99Millis(long fromNanos, long toNanos) {
        long[] took = acknowledged().stream()
                .filter(write -> write.atNanos() - fromNanos >= 0 && write.atNanos() - toNanos < 0)
                .mapToLong(Written::tookNanos)
                .sorted()
                .toArray();
        return took.length == 0 ? 0 : took[(int) Math.min(took.length - 1, took.length * 99L / 100)] / 1e6;
    }

    /** {@code acknowledged=… failed=… longest-pause-ms=…}. */
    String summary() {
        return "acknowledged=" + acknowledged().size() + " failed=" + failures().size() + " longest-pause-ms="
                + longestPauseMillis();
    }

    /** Always the same for a key, and such that it can't be compressed: what stands on the disk is its whole size. */
    static String valueOf(String key) {
        byte[] dice = new byte[VALUE_LENGTH / 4 * 3];
        new SplittableRandom(((long) key.hashCode() << 32) + key.length()).nextBytes(dice);
        return Base64.getEncoder().encodeToString(dice);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
