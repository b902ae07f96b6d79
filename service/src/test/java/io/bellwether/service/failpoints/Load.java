package io.bellwether.service.failpoints;

import io.bellwether.checking.Action;
import io.bellwether.checking.Action.Level;
import io.bellwether.checking.Content;
import io.bellwether.checking.Operation;
import io.bellwether.checking.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients of five kinds at one cluster, each a thread; on keys of their own, so that the history stays short. */
final class Load {
    static final String REGISTERS = "r/";
    static final String SWAPS = "s/";
    static final String COUNTERS = "c/";
    static final String UNIQUE = "u/";

    private static final List<Level> LEVELS = List.of(Level.values());
    private static final long INTERVAL_MILLIS = 15;
    private static final long LONGEST_OPERATION_MILLIS = 30_000;

    private final TriedCluster cluster;
    private final String prefix;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong highestIndex = new AtomicLong();

    /** @param prefix of all keys */
    Load(TriedCluster cluster, String prefix) {
        this.cluster = cluster;
        this.prefix = prefix;
    }

    /** What a client of one kind does in its turn. */
    private interface Turn {
        void take(Client client, long sequence);
    }

    Load start() {
        client("register", this::register);
        client("register", this::register);
        client("compare-and-set", this::swap);
        client("unique", this::unique);
        client("counter", this::count);
        client("counter", this::count);
        client("reader", this::read);
        threads.forEach(Thread::start);
        return this;
    }

    private void client(String kind, Turn turn) {
        Client client = newClient(kind + (threads.size() + 1));
        Thread thread = new Thread(() -> work(client, turn), prefix + client.name());
        thread.setDaemon(true);
        threads.add(thread);
    }

    /** One more of them; it does what it is told. */
    Client newClient(String name) {
        return new Client(prefix + name, cluster.machines(), cluster.journal(), new Random());
    }

    private void work(Client client, Turn turn) {
        try {
            for (long sequence = 1; pass(); sequence++) {
                turn.take(client, sequence);
            }
        } catch (RuntimeException | AssertionError e) {
            failures.add(e);
        }
    }

    /** Lets a client's interval pass; false when the load is over. */
    private boolean pass() {
        try {
            return !over.await(INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void add(Operation operation) {
        operations.add(operation);
        if (operation.outcome() instanceof Outcome.Wrote wrote) {
            acknowledged.incrementAndGet();
            highestIndex.accumulateAndGet(wrote.index(), Math::max);
        }
    }

    /** Waits until so many more writes are acknowledged. */
    void awaitMore(int writes) {
        long enough = acknowledged.get() + writes;
        cluster.until(writes + " acknowledged writes", () -> acknowledged.get() >= enough);
    }

    /** They end after the operation at hand. */
    void stop() {
        over.countDown();
    }

    /** Waits until they have ended. */
    void finish() {
        stop();
        for (Thread thread : threads) {
            try {
                thread.join(LONGEST_OPERATION_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " has not ended");
            }
        }
        Throwable failure = failures.peek();
        if (failure != null) {
            throw new IllegalStateException("a client gave up before the end", failure);
        }
    }

    List<Operation> operations() {
        return List.copyOf(operations);
    }

    private void register(Client client, long sequence) {
        String key = prefix + REGISTERS + client.dice().nextInt(2);
        int what = client.dice().nextInt(10);
        Action action = what < 5
                ? new Action.Write(client.name() + "-" + sequence)
                : what < 9 ? new Action.Read(Level.LINEARIZABLE, 0) : new Action.Delete();
        add(client.perform(key, action));
    }

    private void swap(Client client, long sequence) {
        String key = prefix + SWAPS + client.dice().nextInt(2);
        Operation read = client.perform(key, new Action.Read(Level.LINEARIZABLE, 0));
        add(read);
        if (read.outcome() instanceof Outcome.Saw saw) {
            add(client.perform(key, change(saw.content(), client, sequence)));
        }
    }

    private static Action change(Content expected, Client client, long sequence) {
        String value = client.name() + "-" + sequence;
        if (expected.absent()) {
            return new Action.Create(value);
        }
        return client.dice().nextInt(20) == 0 ? new Action.DeleteIf(expected) : new Action.Swap(expected, value);
    }

    private void unique(Client client, long sequence) {
        String key = prefix + UNIQUE + client.name() + "/" + sequence;
        String value = "value-of-" + client.name() + "-" + sequence;
        add(client.perform(key, client.dice().nextBoolean() ? new Action.Create(value) : new Action.Write(value)));
    }

    /** A write with a key of its own, sent again until it is known to be done; the nodes count how often, as a version. */
    private void count(Client client, long sequence) {
        String key = prefix + COUNTERS + client.dice().nextInt(2);
        Action.Write action = new Action.Write(client.name() + "-" + sequence);
        String once = client.name() + "-" + sequence;
        long begin = System.nanoTime();
        Outcome outcome = client.attemptOnce(key, action, once);
        // 'none' is said of one sending, not of those before it.
        while (!(outcome instanceof Outcome.Wrote) && pass()) {
            outcome = client.attemptOnce(key, action, once);
        }
        if (!(outcome instanceof Outcome.Wrote)) {
            outcome = new Outcome.Unknown();
        }
        add(new Operation(client.process(), key, begin, System.nanoTime(), action, outcome));
    }

    private void read(Client client, long sequence) {
        String key = prefix
                + (client.dice().nextBoolean() ? REGISTERS : SWAPS)
                + client.dice().nextInt(2);
        Level level = LEVELS.get(client.dice().nextInt(LEVELS.size()));
        long minIndex = sequence % 3 == 0 ? highestIndex.get() : 0;
        add(client.perform(key, new Action.Read(level, minIndex)));
    }
}
