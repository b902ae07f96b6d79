package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.service.storage.StoreCheck;
import io.bellwether.service.storage.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A long life in fast motion: the same keys overwritten at full speed, logs cut every few seconds, states compared every
 * second, everything read once a minute, leadership moved now and then. Disk, memory, threads and file handles stay level.
 */
@Timeout(7_200)
@EnabledIfSystemProperty(named = Figures.MODE, matches = Figures.FULL)
class LongLifeIT {
    private static final Duration LIFE = Duration.ofMinutes(Long.getLong("survival.minutes", 30));
    /** So many that the state is large beside what logs and buffers take whatever its size. */
    private static final int KEYS = 400_000;

    private static final int CLIENTS = 24;

    /** What a day of overwriting may take, in states. */
    private static final long DISK_FACTOR = 3;

    @TempDir
    static Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong writes = new AtomicLong();
    private final List<String> failures = new ArrayList<>();

    /** What a process takes at one moment. */
    private record Sample(long diskMib, long residentMib, long threads, long handles) {}

    @Test
    void nothingGrowsWithoutBound() throws Exception {
        try (RealCluster cluster = new RealCluster(folder).withNodes(3)) {
            for (NodeProcess node : cluster.nodes()) {
                node.set("KEEP_LOG_AT_LEAST", "1MiB")
                        .set("KEEP_LOG_AT_MOST", "16MiB")
                        .set("COMPARE_EVERY", "1s")
                        .set("SCRUB_EVERY", "1m")
                        .set("SCRUB_RATE", "64MiB");
            }
            cluster.heal();
            List<Thread> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                clients.add(client(cluster.nodes().get(client % cluster.nodes().size()), client));
            }
            Map<NodeProcess, List<Sample>> samples = live(cluster);
            over.set(true);
            for (Thread client : clients) {
                client.join();
            }
            cluster.awaitInSync(cluster.nodes());
            judge(cluster, samples);
        }
    }

    private Thread client(NodeProcess node, int number) {
        Thread client = new Thread(() -> {
            try (HttpConnection connection = node.connect()) {
                for (long i = number; !over.get(); i += CLIENTS) {
                    HttpConnection.Answer answer =
                            connection.put("life/%06d".formatted(i % KEYS), Writers.valueOf("life-" + i));
                    writes.incrementAndGet();
                    if (!answer.succeeded()) {
                        failed(node + " " + answer);
                    }
                }
            } catch (IOException e) {
                failed(node + " " + e);
            }
        });
        client.start();
        return client;
    }

    private void failed(String what) {
        synchronized (failures) {
            failures.add(what);
        }
    }

    private Map<NodeProcess, List<Sample>> live(RealCluster cluster) throws IOException {
        Map<NodeProcess, List<Sample>> samples = new TreeMap<>((a, b) -> a.id().compareTo(b.id()));
        int steps = 60;
        for (int step = 1; step <= steps; step++) {
            await().atMost(LIFE).pollDelay(LIFE.dividedBy(steps)).until(() -> true);
            for (NodeProcess node : cluster.nodes()) {
                samples.computeIfAbsent(node, first -> new ArrayList<>()).add(sample(node));
            }
            if (step % 4 == 0) {
                HttpConnection.Answer moved =
                        HttpConnection.postOnce(cluster.nodes().get(0).port(), "/v1/cluster/handoff", "{}");
                assertThat(moved.status()).as(moved.toString()).isIn(200, 409, 503);
            }
        }
        return samples;
    }

    private static Sample sample(NodeProcess node) throws IOException {
        Path process = Path.of("/proc", Long.toString(node.process().id()));
        List<String> status = Files.readAllLines(process.resolve("status"), UTF_8);
        try (Stream<Path> handles = Files.list(process.resolve("fd"))) {
            return new Sample(
                    bytes(node.data()) >> 20,
                    number(status, "VmRSS:") >> 10,
                    number(status, "Threads:"),
                    handles.count());
        }
    }

    private static long number(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.toList();
        } catch (UncheckedIOException e) {
            return bytes(folder); // a file went while they were listed
        }
        for (Path file : all) {
            bytes += file.toFile().length(); // 0 if it went since
        }
        return bytes;
    }

    private void judge(RealCluster cluster, Map<NodeProcess, List<Sample>> samples) {
        NodeProcess stopped = cluster.others(cluster.leader()).get(0);
        stopped.process().terminate();
        stopped.ended(RealCluster.PATIENCE);
        long stateMib = StoreCheck.of(stopped.data(), StoreSettings.DEFAULT).bytes() >> 20;
        StringBuilder figures = new StringBuilder("minutes=" + LIFE.toMinutes() + " writes=" + writes + " failed="
                + failures.size() + " state-mib=" + stateMib);
        samples.forEach((node, seen) -> {
            figures.append(' ').append(node).append("-disk-mib=").append(halves(seen, Sample::diskMib));
            figures.append(' ').append(node).append("-rss-mib=").append(halves(seen, Sample::residentMib));
            figures.append(' ').append(node).append("-threads=").append(halves(seen, Sample::threads));
            figures.append(' ').append(node).append("-handles=").append(halves(seen, Sample::handles));
        });
        Figures.print("long-life", figures.toString());
        assertThat(failures).isEmpty();
        samples.forEach((node, seen) -> {
            assertThat(most(later(seen), Sample::diskMib))
                    .as("disk of %s", node)
                    .isLessThan(DISK_FACTOR * stateMib);
            isLevel(node + " resident", seen, Sample::residentMib, 64);
            isLevel(node + " threads", seen, Sample::threads, 8);
            isLevel(node + " handles", seen, Sample::handles, 32);
        });
    }

    /** The most of the second half is no more than the most of the first half was, but for a little. */
    private static void isLevel(String what, List<Sample> seen, ToLongFunction<Sample> value, long more) {
        assertThat(most(later(seen), value)).as(what).isLessThanOrEqualTo(most(earlier(seen), value) + more);
    }

    private static String halves(List<Sample> seen, ToLongFunction<Sample> value) {
        return "[most " + most(earlier(seen), value) + " then " + most(later(seen), value) + "]";
    }

    private static List<Sample> earlier(List<Sample> seen) {
        return seen.subList(0, seen.size() / 2);
    }

    private static List<Sample> later(List<Sample> seen) {
        return seen.subList(seen.size() / 2, seen.size());
    }

    private static long most(List<Sample> seen, ToLongFunction<Sample> value) {
        return seen.stream().mapToLong(value).max().orElse(0);
    }
}
