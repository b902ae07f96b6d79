package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.service.storage.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node whose files are not what they were: it is rebuilt by itself where the others are well, and not before (Rule 14.7). */
@Tag("operate")
@Timeout(300)
class DamagedStoreIT {
    @TempDir
    static Path folder;

    private static RealCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(folder).withNodes(3);
    }

    @BeforeEach
    void allIsWell() throws IOException {
        cluster.heal();
        for (NodeProcess node : cluster.nodes()) {
            Folders.remove(aside(node));
        }
    }

    @AfterAll
    static void end() {
        cluster.close();
    }

    @Test
    void aDamagedStoreIsRebuiltUnderLoadWithoutAnybodysHelp() throws IOException {
        NodeProcess damaged = cluster.others(cluster.leader()).get(0);
        Writers before =
                Writers.paced(cluster.nodes(), 2, 100).untilAcknowledged(200).finish();
        damaged.process().kill();
        flipInLastLogFile(damaged);
        Writers during = Writers.paced(cluster.others(damaged), 2, 100).untilAcknowledged(50);
        long began = System.nanoTime();
        damaged.start();
        await().atMost(RealCluster.PATIENCE)
                .until(() -> Files.isDirectory(aside(damaged).resolve("log")));
        cluster.awaitMembership(cluster.nodes());
        long rebuilt = System.nanoTime();
        during.untilAcknowledged(100).finish();
        cluster.awaitInSync(cluster.nodes());
        assertThat(damaged.process().output())
                .contains("It is rebuilt by itself as soon as another node leads")
                .contains("store begins anew");
        assertThat(during.failures()).isEmpty();
        Audit.of(before, cluster.nodes()).passes();
        Audit.of(during, cluster.nodes()).passes();
        Figures.print("damaged-store", during.summary() + " rebuilt-after-ms=" + (rebuilt - began) / 1_000_000);
    }

    /** What it has may be missed until another node leads: nothing is moved or made before that. */
    @Test
    void aDamagedStoreIsLeftAsItIsWhileNobodyLeads() throws IOException {
        Writers before =
                Writers.paced(cluster.nodes(), 2, 100).untilAcknowledged(100).finish();
        cluster.nodes().forEach(node -> node.process().kill());
        NodeProcess damaged = cluster.node("n2");
        flipInLastLogFile(damaged);
        damaged.start();
        await().atMost(RealCluster.PATIENCE)
                .until(() ->
                        damaged.process().output().contains("It is rebuilt by itself as soon as another node leads"));
        assertThat(damaged.runs()).isTrue();
        assertThat(aside(damaged)).doesNotExist();
        assertThat(damaged.data().resolve("renewed")).doesNotExist();
        cluster.others(damaged).forEach(NodeProcess::start);
        cluster.awaitInSync(cluster.nodes());
        assertThat(aside(damaged).resolve("identity")).exists();
        Audit.of(before, cluster.nodes()).passes();
    }

    @Test
    void whoWaitsToBeRebuiltEndsWhenItIsTold() throws IOException {
        cluster.nodes().forEach(node -> node.process().kill());
        NodeProcess damaged = cluster.node("n2");
        flipInLastLogFile(damaged);
        damaged.start();
        await().atMost(RealCluster.PATIENCE)
                .until(() -> damaged.process().output().contains("as soon as another node leads"));
        damaged.process().terminate();
        assertThat(damaged.ended(Duration.ofSeconds(30))).isEqualTo(143);
        assertThat(aside(damaged)).doesNotExist();
    }

    /** Nobody reads the row, and no other copy of it is wrong: the scrub finds it. */
    @Test
    void whatNobodyReadsIsFoundByTheScrub() throws IOException {
        NodeProcess scrubbed = cluster.others(cluster.leader()).get(0);
        Writers before =
                Writers.paced(cluster.nodes(), 2, 100).untilAcknowledged(200).finish();
        scrubbed.process().terminate();
        scrubbed.ended(RealCluster.PATIENCE); // and what it had in memory is in files
        scrubbed.set("SCRUB_EVERY", "1s");
        flipInLargest(scrubbed.data().resolve("state"), ".sst");
        Writers during = Writers.paced(cluster.others(scrubbed), 2, 100).untilAcknowledged(20);
        long began = System.nanoTime();
        scrubbed.start();
        await().atMost(RealCluster.PATIENCE).until(() -> !scrubbed.runs() || Files.isDirectory(aside(scrubbed)));
        long found = System.nanoTime();
        String output = scrubbed.process().output();
        assertThat(output).contains("are unreadable");
        if (!scrubbed.runs()) {
            scrubbed.start();
        }
        cluster.awaitMembership(cluster.nodes());
        during.untilAcknowledged(50).finish();
        cluster.awaitInSync(cluster.nodes());
        assertThat(aside(scrubbed).resolve("state")).isDirectory();
        assertThat(during.failures()).isEmpty();
        Audit.of(before, cluster.nodes()).passes();
        Audit.of(during, cluster.nodes()).passes();
        Figures.print("scrub", "found-after-ms=" + (found - began) / 1_000_000);
    }

    /** Nobody else has it: what is not damaged is served. */
    @Test
    void theOnlyOneGoesOnThoughSomethingWasFoundDamaged() throws IOException {
        Writers before =
                Writers.paced(cluster.nodes(), 2, 100).untilAcknowledged(50).finish();
        cluster.nodes().forEach(node -> node.process().kill());
        NodeProcess suspected = cluster.node("n3");
        Files.writeString(suspected.data().resolve("suspected"), "A row is unreadable.");
        cluster.nodes().forEach(node -> {
            if (node != cluster.node("n1")) {
                node.start(); // n2 and n3 are enough to elect one, and nobody leads before n3 is there
            }
        });
        cluster.awaitLeader(cluster.others(cluster.node("n1")));
        assertThat(suspected.process().output()).contains("No other node leads: this one goes on with what it has");
        assertThat(aside(suspected)).doesNotExist();
        cluster.heal();
        Audit.of(before, cluster.nodes()).passes();
        Files.delete(suspected.data().resolve("suspected"));
    }

    private static Path aside(NodeProcess node) {
        return node.data().resolve(Store.ASIDE);
    }

    private static void flipInLastLogFile(NodeProcess node) throws IOException {
        flipInLargest(node.data().resolve("log"), ".log");
    }

    /** One bit, in the middle of the largest file of a kind. */
    private static void flipInLargest(Path where, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(where)) {
            Path file = files.filter(path -> path.toString().endsWith(suffix))
                    .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
                    .orElseThrow();
            byte[] content = Files.readAllBytes(file);
            content[content.length / 2] ^= 4;
            Files.write(file, content);
        }
    }
}
