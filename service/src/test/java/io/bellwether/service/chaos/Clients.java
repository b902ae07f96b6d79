package io.bellwether.service.chaos;

import io.bellwether.checking.Action;
import io.bellwether.checking.Action.Level;
import io.bellwether.checking.Content;
import io.bellwether.checking.Operation;
import io.bellwether.checking.Outcome;
import io.bellwether.service.cluster.HttpConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Clients of five kinds, each a thread that does one thing after another at a steady rate. Those that share keys take new
 * ones every few seconds, so that each key's history stays short.
 */
final class Clients {
    static final String REGISTERS = "r/";
    static final String SWAPS = "s/";
    static final String UNIQUE = "u/";
    static final String COUNTERS = "c/";

    private static final List<Level> LEVELS = List.of(Level.values());
    private static final Duration INTERVAL = Duration.ofMillis(50);
    private static final long GENERATION_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Duration LONGEST_OPERATION = Duration.ofSeconds(30);

    private final World world;
    private final Recorder recorder;
    private final Waiting over = new Waiting();
    private final long start = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Clients(World world, Recorder recorder) {
        this.world = world;
        this.recorder = recorder;
    }

    /** What a client of one kind does in its turn. */
    private interface Turn {
        void take(Session session, Random dice, long sequence);
    }

    /** @param dice the seeds of theirs */
    void start(Random dice) {
        client("register", dice, this::register);
        client("register", dice, this::register);
        client("register", dice, this::register);
        client("compare-and-set", dice, this::swap);
        client("compare-and-set", dice, this::swap);
        client("unique", dice, this::unique);
        client("unique", dice, this::unique);
        client("counter", dice, this::count);
        client("counter", dice, this::count);
        client("reader", dice, this::read);
        client("reader", dice, this::read);
        threads.forEach(Thread::start);
    }

    private void client(String kind, Random seeds, Turn turn) {
        int number = threads.size() + 1;
        Random dice = new Random(seeds.nextLong());
        // Half of them come over the proxies.
        List<InetSocketAddress> nodes = world.nodes().stream()
                .map(node -> number % 2 == 0
                        ? node.clients().entrance()
                        : node.process().address())
                .toList();
        Thread thread = new Thread(
                () -> {
                    try (Session session = new Session(kind + number, nodes, world.findings(), dice)) {
                        work(session, dice, turn);
                    } catch (RuntimeException | AssertionError e) {
                        failures.add(e);
                    }
                },
                kind + number);
        thread.setDaemon(true);
        threads.add(thread);
    }

    private void work(Session session, Random dice, Turn turn) {
        long due = System.nanoTime();
        for (long sequence = 1; over.pass(Duration.ofNanos(due - System.nanoTime())); sequence++) {
            long number = sequence;
            world.gate().pass(() -> turn.take(session, dice, number));
            due = Math.max(due + INTERVAL.toNanos(), System.nanoTime());
        }
    }

    /** They end after the operation at hand. */
    void finish() {
        over.end();
        long end = System.nanoTime() + LONGEST_OPERATION.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " got no answer within " + LONGEST_OPERATION);
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a client gave up before the end", failures.peek());
        }
    }

    private String key(String prefix, int keys, Random dice) {
        return prefix + (System.nanoTime() - start) / GENERATION_NANOS + "/" + dice.nextInt(keys);
    }

    private void register(Session session, Random dice, long sequence) {
        String key = key(REGISTERS, 3, dice);
        int what = dice.nextInt(10);
        Action action = what < 5
                ? new Action.Write(session.name() + "-" + sequence)
                : what < 9 ? new Action.Read(Level.LINEARIZABLE, 0) : new Action.Delete();
        recorder.add("register", session.perform(key, action));
    }

    private void swap(Session session, Random dice, long sequence) {
        String key = key(SWAPS, 2, dice);
        Operation read = session.perform(key, new Action.Read(Level.LINEARIZABLE, 0));
        recorder.add("compare-and-set", read);
        if (read.outcome() instanceof Outcome.Saw saw) {
            recorder.add("compare-and-set", session.perform(key, change(saw.content(), session, dice, sequence)));
        }
    }

    private static Action change(Content expected, Session session, Random dice, long sequence) {
        String value = session.name() + "-" + sequence;
        if (expected.absent()) {
            return new Action.Create(value);
        }
        return dice.nextInt(20) == 0 ? new Action.DeleteIf(expected) : new Action.Swap(expected, value);
    }

    private void unique(Session session, Random dice, long sequence) {
        String key = UNIQUE + session.name() + "/" + sequence;
        String value = "value-of-" + session.name() + "-" + sequence;
        recorder.add(
                "unique",
                session.perform(key, dice.nextBoolean() ? new Action.Create(value) : new Action.Write(value)));
    }

    /**
     * A write with an {@code Idempotency-Key}, sent again until it is known to be done, at times to two nodes at once. How
     * often a key was written is counted by the nodes, as its version.
     */
    private void count(Session session, Random dice, long sequence) {
        String key = key(COUNTERS, 2, dice);
        String[] once = {"Idempotency-Key", session.name() + "-" + sequence};
        Action action = new Action.Write(session.name() + "-" + sequence);
        long begin = System.nanoTime();
        Outcome outcome = dice.nextInt(5) == 0 ? twice(session, key, action, once) : session.attempt(key, action, once);
        // 'none' is said of one sending, not of those before it.
        while (!(outcome instanceof Outcome.Wrote) && over.pass(INTERVAL)) {
            outcome = session.attempt(key, action, once);
        }
        if (!(outcome instanceof Outcome.Wrote)) {
            outcome = new Outcome.Unknown();
        }
        recorder.add("counter", new Operation(session.process(), key, begin, System.nanoTime(), action, outcome));
    }

    /** To two nodes at once: both must hear of the same write. */
    private Outcome twice(Session session, String key, Action action, String... headers) {
        try (Session other = session.another()) {
            HttpConnection first = session.connect();
            HttpConnection second = other.connect();
            if (first == null || second == null) {
                return session.attempt(key, action, headers);
            }
            String value = ((Action.Write) action).value();
            first.sendPut(key, value, headers);
            second.sendPut(key, value, headers);
            Outcome one = session.outcome(key, action, first.receive());
            Outcome two = other.outcome(key, action, second.receive());
            if (one instanceof Outcome.Wrote && two instanceof Outcome.Wrote && !one.equals(two)) {
                world.findings()
                        .add(
                                Findings.Promise.APPLIED_TWICE,
                                key + " by " + String.join(" ", headers) + ": " + one + " and " + two);
            }
            return one instanceof Outcome.Wrote ? one : two;
        } catch (IOException e) {
            session.close();
            return new Outcome.Unknown();
        }
    }

    private void read(Session session, Random dice, long sequence) {
        String key = dice.nextBoolean() ? key(REGISTERS, 3, dice) : key(SWAPS, 2, dice);
        Level level = LEVELS.get(dice.nextInt(LEVELS.size()));
        long minIndex = dice.nextInt(3) == 0 ? recorder.highestIndex() : 0;
        recorder.add("reader", session.perform(key, new Action.Read(level, minIndex)));
    }
}
