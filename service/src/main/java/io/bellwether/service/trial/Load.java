package io.bellwether.service.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;

/**
 * A load on one server by one thread and a selector, so that it takes little of the machine that it shares with those
 * whom it measures.
 *
 * <p><em>Closed</em>: each connection sends its next request when it has its answer. <em>Open</em>: requests are due at a
 * fixed rate, whatever the answers do; one that finds no idle connection waits, and its latency counts from the moment
 * at which it was due. So a pause of the server is seen by all who would have come meanwhile ("coordinated omission"
 * is corrected).
 */
final class Load {
    /** Answers that take longer than this after the last request count as errors. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final InetSocketAddress address;
    private final Workload workload;
    private final int connections;
    private final SplittableRandom dice;
    private final Histogram latencies = LoadResult.emptyHistogram();
    private final Deque<LoadConnection> idle = new ArrayDeque<>();
    private long errors;

    private Load(InetSocketAddress address, Workload workload, int connections, long seed) {
        this.address = address;
        this.workload = workload;
        this.connections = connections;
        this.dice = new SplittableRandom(seed);
    }

    /** Sends each request of the workload once. */
    static LoadResult once(InetSocketAddress address, Workload workload, int connections) throws IOException {
        Load load = new Load(address, workload, connections, 0);
        try (Selector selector = Selector.open()) {
            return load.run(selector, start -> Pace.once(workload));
        }
    }

    /** As fast as the answers come. */
    static LoadResult closed(
            InetSocketAddress address, Workload workload, int connections, Duration duration, long seed)
            throws IOException {
        Load load = new Load(address, workload, connections, seed);
        try (Selector selector = Selector.open()) {
            return load.run(selector, start -> Pace.closed(workload, load.dice, start, duration));
        }
    }

    /** At a fixed rate. */
    static LoadResult open(
            InetSocketAddress address,
            Workload workload,
            int connections,
            Duration duration,
            int ratePerSecond,
            long seed)
            throws IOException {
        Load load = new Load(address, workload, connections, seed);
        ScheduledExecutorService metronome = Executors.newSingleThreadScheduledExecutor();
        try (Selector selector = Selector.open()) {
            Future<?> beats = metronome.scheduleAtFixedRate(selector::wakeup, 1, 1, TimeUnit.MILLISECONDS);
            LoadResult result =
                    load.run(selector, start -> Pace.open(workload, load.dice, start, duration, ratePerSecond));
            beats.cancel(false);
            return result;
        } finally {
            metronome.shutdownNow();
        }
    }

    /** @param pace begins when all connections stand */
    private LoadResult run(Selector selector, LongFunction<Pace> pace) throws IOException {
        List<LoadConnection> all = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                all.add(new LoadConnection(address, selector));
            }
            idle.addAll(all);
            long start = System.nanoTime();
            return drive(selector, pace.apply(start), start);
        } finally {
            for (LoadConnection connection : all) {
                connection.close();
            }
        }
    }

    private LoadResult drive(Selector selector, Pace pace, long start) throws IOException {
        long lastSent = start;
        while (true) {
            long now = System.nanoTime();
            while (!idle.isEmpty() && !pace.isOver(now) && pace.due(now) <= now) {
                long due = pace.due(now);
                send(idle.remove(), pace.take(), due);
                now = System.nanoTime();
                lastSent = now;
            }
            if (pace.isOver(now) && (idle.size() == connections || now - lastSent > PATIENCE.toNanos())) {
                errors += connections - idle.size();
                return new LoadResult(latencies, errors, Duration.ofNanos(now - start));
            }
            selector.select(this::proceed, PATIENCE.toMillis());
        }
    }

    private void send(LoadConnection connection, byte[] request, long due) {
        try {
            connection.send(request, due);
        } catch (IOException e) {
            failed(connection);
        }
    }

    private void proceed(SelectionKey key) {
        LoadConnection connection = (LoadConnection) key.attachment();
        try {
            if (connection.proceed()) {
                count(connection);
                idle.add(connection);
            }
        } catch (IOException e) {
            failed(connection);
        }
    }

    private void count(LoadConnection connection) {
        boolean right = connection.status() / 100 == 2 && connection.bodyLength() >= workload.leastBodyLength();
        if (right) {
            long latency = System.nanoTime() - connection.intendedNanos();
            latencies.recordValue(Math.min(latency, latencies.getHighestTrackableValue()));
        } else {
            errors++;
        }
    }

    /** A request that got no answer; or a server that closed a connection that was idle, which is its right. */
    private void failed(LoadConnection connection) {
        try {
            connection.reconnect();
            if (!idle.contains(connection)) {
                errors++;
                idle.add(connection);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Nobody listens at " + address + " any more", e);
        }
    }
}
