package io.bellwether.service.failpoints;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.bellwether.checking.Operation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A node dies, stands still or meets an error before and after each step that is durable or that others see, and whatever
 * clients were told stays true. Several clusters work off the list of pairs, each one pair after another, and each mends
 * itself in between.
 */
@Timeout(600)
class FailpointsIT {
    /** {@code -Dfailpoints=all}: every pair there is. */
    private static final String MODE = "failpoints";

    private static final int CLUSTERS = 4;
    private static final int TICK_MILLIS = 200;
    /** So many tell enough. */
    private static final int MOST_FAILURES = 4;

    /** Who complains at length of connections that were cut on purpose. */
    private static final List<Logger> COMPLAINING = Stream.of("org.apache.curator", "org.apache.zookeeper.ClientCnxn")
            .map(name -> (Logger) LoggerFactory.getLogger(name))
            .toList();

    @TempDir
    static Path folder;

    @BeforeAll
    static void silence() {
        COMPLAINING.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void letThemComplain() {
        COMPLAINING.forEach(logger -> logger.setLevel(null));
    }

    private final List<Pair> chosen = System.getProperty(MODE, "").equals("all") ? Pair.all() : Pair.inEachBuild();
    /** Not tried yet. */
    private final Map<Logs, Queue<Pair>> pairs = new EnumMap<>(Logs.class);

    private final Queue<String> struck = new ConcurrentLinkedQueue<>();
    private final Queue<String> failed = new ConcurrentLinkedQueue<>();
    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();

    /** Prints every pair that struck; one that did not fails. */
    @Test
    void whateverFailsAtWhicheverDoorWhatClientsWereToldStaysTrue() throws Exception {
        try (TestingServer zooKeeper = new TestingServer(
                new InstanceSpec(folder.resolve("zookeeper").toFile(), -1, -1, -1, false, -1, TICK_MILLIS, 1_000),
                true)) {
            for (Logs logs : Logs.values()) {
                pairs.put(
                        logs,
                        chosen.stream()
                                .filter(pair -> pair.step().logs() == logs)
                                .collect(Collectors.toCollection(ConcurrentLinkedQueue::new)));
            }
            ExecutorService threads = Executors.newFixedThreadPool(CLUSTERS);
            List<Future<?>> workers = new ArrayList<>();
            for (int number = 1; number <= CLUSTERS; number++) {
                String name = "cluster" + number;
                workers.add(threads.submit(() -> {
                    for (Logs logs : Logs.values()) {
                        tryPairs(name + "-" + logs, logs, zooKeeper.getPort());
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
            threads.shutdown();
        }
        System.out.println("failpoints: " + struck.size() + " of " + chosen.size() + " pairs struck, "
                + operations.size() + " operations checked, " + failed.size() + " failed");
        struck.stream().sorted().forEach(line -> System.out.println("  " + line));
        assertThat(failed).isEmpty();
        assertThat(struck).as("pairs that struck").hasSize(chosen.size());
    }

    /** One cluster's share. One that is broken is left, and the next begins. */
    private void tryPairs(String name, Logs logs, int zooKeeperPort) {
        Queue<Pair> left = pairs.getOrDefault(logs, new ConcurrentLinkedQueue<>());
        for (int generation = 1; !left.isEmpty() && failed.size() < MOST_FAILURES; generation++) {
            try (TriedCluster cluster = new TriedCluster(name + "-" + generation, folder, zooKeeperPort, logs)) {
                List<String> breaches = found(cluster, () -> started(cluster));
                if (breaches.isEmpty()) {
                    tryPairs(cluster, left, logs.pairsOfACluster());
                } else {
                    fail("a new cluster", breaches, cluster);
                }
            }
        }
    }

    private static List<String> started(TriedCluster cluster) {
        cluster.startAll();
        cluster.awaitWell();
        return List.of();
    }

    private void tryPairs(TriedCluster cluster, Queue<Pair> left, int most) {
        List<Operation> all = new ArrayList<>();
        for (int number = 0; number < most; number++) {
            Pair pair = left.poll();
            if (pair == null) {
                break;
            }
            cluster.journal().begin();
            Trial trial = new Trial(cluster, "t" + all.size() + "/", pair);
            long began = System.nanoTime();
            List<String> breaches = found(cluster, trial::run);
            List<Operation> asked = trial.operations();
            if (trial.hasStruck()) {
                struck.add(pair + " (" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms, "
                        + asked.size() + " operations)");
            } else {
                breaches.add("it never struck");
            }
            all.addAll(asked);
            operations.addAll(asked);
            if (!breaches.isEmpty()) {
                fail(pair.toString(), breaches, cluster);
                return;
            }
        }
        List<String> breaches = found(cluster, () -> Inquest.of(cluster, all));
        if (!breaches.isEmpty()) {
            fail("what the trials of a cluster left", breaches, cluster);
        }
    }

    private void fail(String what, List<String> breaches, TriedCluster cluster) {
        failed.add(what + ": " + breaches + "\n" + cluster.journal().text());
    }

    private static List<String> found(TriedCluster cluster, Callable<List<String>> search) {
        List<String> breaches = new ArrayList<>();
        try {
            breaches.addAll(search.call());
        } catch (Exception | AssertionError e) {
            StringWriter text = new StringWriter();
            e.printStackTrace(new PrintWriter(text));
            breaches.add(text.toString());
        }
        breaches.addAll(cluster.journal().takeProblems());
        return breaches;
    }
}
