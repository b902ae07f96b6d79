package io.bellwether.service.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel saw of one lone write. Needs Debian's {@code strace}, so only in the full version. */
@Timeout(300)
@EnabledIfSystemProperty(named = Figures.MODE, matches = Figures.FULL)
class FsyncIT {
    private static final Pattern FSYNC = Pattern.compile("^(\\d+\\.\\d+) (?:fsync|fdatasync)\\(.*= 0 <(\\d+\\.\\d+)>$");
    private static final Pattern RESUMED =
            Pattern.compile("^(\\d+\\.\\d+) <\\.\\.\\. (?:fsync|fdatasync) resumed>.*= 0 <(\\d+\\.\\d+)>$");
    private static final Pattern ANSWER = Pattern.compile("^(\\d+\\.\\d+) .*\"HTTP/1.1 201.*$");

    @TempDir
    static Path folder;

    /** In seconds since 1970, by the one clock of this machine. */
    private record Span(double began, double ended) {}

    @Test
    void aLoneWriteIsSyncedOnAQuorumBeforeItsAnswer() throws IOException {
        try (RealCluster cluster = new RealCluster(folder).withNodes(3).heal()) {
            NodeProcess leader = cluster.leader();
            List<Process> traces = new ArrayList<>();
            double asked;
            try {
                for (NodeProcess node : cluster.nodes()) {
                    traces.add(trace(node));
                }
                await("strace attached").atMost(RealCluster.PATIENCE).until(() -> cluster.nodes().stream()
                        .allMatch(node -> Files.exists(traceOf(node)) && size(traceOf(node)) > 0));
                cluster.awaitInSync(cluster.nodes());
                asked = System.currentTimeMillis() / 1e3;
                HttpConnection.Answer answer =
                        HttpConnection.putOnce(leader.port(), "lone", "write", "Bellwether-Timeout", "30s");
                assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
            } finally {
                for (Process trace : traces) {
                    trace.destroy(); // SIGTERM: it detaches
                    assertThat(trace.onExit().orTimeout(20, TimeUnit.SECONDS).join())
                            .isNotNull();
                }
            }

            double answered = lines(leader).stream()
                    .map(ANSWER::matcher)
                    .filter(Matcher::matches)
                    .mapToDouble(match -> Double.parseDouble(match.group(1)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no answer in the trace of " + leader));
            List<String> synced = cluster.nodes().stream()
                    .filter(node -> fsyncs(node).stream()
                            .anyMatch(fsync -> fsync.began() >= asked && fsync.ended() <= answered))
                    .map(NodeProcess::id)
                    .toList();
            Figures.print("lone-put", "synced-before-the-answer=" + synced + " leader=" + leader);
            assertThat(synced)
                    .as("nodes that synced between question and answer")
                    .hasSizeGreaterThanOrEqualTo(2);
        }
    }

    private static Process trace(NodeProcess node) throws IOException {
        return new ProcessBuilder(
                        "strace",
                        "-f",
                        "-q",
                        "-ttt",
                        "-T",
                        "-s",
                        "16",
                        "-e",
                        "trace=fsync,fdatasync,write,writev,sendto,sendmsg",
                        "-o",
                        traceOf(node).toString(),
                        "-p",
                        Long.toString(node.process().id()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("strace-" + node + ".log").toFile())
                .start();
    }

    private static Path traceOf(NodeProcess node) {
        return folder.resolve(node + ".strace");
    }

    private static long size(Path file) {
        return file.toFile().length();
    }

    private static List<Span> fsyncs(NodeProcess node) {
        List<Span> spans = new ArrayList<>();
        for (String line : lines(node)) {
            Matcher whole = FSYNC.matcher(line);
            Matcher resumed = RESUMED.matcher(line);
            if (whole.matches()) {
                double began = Double.parseDouble(whole.group(1));
                spans.add(new Span(began, began + Double.parseDouble(whole.group(2))));
            } else if (resumed.matches()) {
                double ended = Double.parseDouble(resumed.group(1));
                spans.add(new Span(ended - Double.parseDouble(resumed.group(2)), ended));
            }
        }
        return spans;
    }

    /** Without the thread's number at the beginning. */
    private static List<String> lines(NodeProcess node) {
        try {
            return Files.readAllLines(traceOf(node), ISO_8859_1).stream()
                    .map(line -> line.replaceFirst("^\\d+ +", ""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
