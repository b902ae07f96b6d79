package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Findings.Promise;
import io.bellwether.service.chaos.Means.Need;
import io.bellwether.service.cluster.NodeProcess;
import io.bellwether.service.storage.BackupDamaged;
import io.bellwether.service.storage.BackupFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What operators do, at the worst of moments: move leadership, drain, pause, back up, and recover from too many losses. */
final class OperatorFaults {
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration LEVEL = Duration.ofSeconds(20);
    private static final Duration RECOVERED = Duration.ofSeconds(40);
    private static final Duration RETURNED = Duration.ofSeconds(20);

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();

    private OperatorFaults() {}

    static List<FaultKind> all() {
        return List.of(
                FaultKind.of("hand-off", Need.NOTHING, 300, 1_500, scene -> Optional.of(handOff(anyNode(scene), "{}"))),
                FaultKind.of("hand-off-forced", Need.NOTHING, 300, 1_500, scene -> scene.takeFollower()
                        .map(node -> handOff(node, "{\"force\":true,\"to\":\"" + node + "\"}"))),
                FaultKind.of("drain-leader", Need.NOTHING, 1_000, 6_000, scene -> scene.takeLeader()
                        .map(node -> drain(scene, node))),
                FaultKind.of("drain-follower", Need.NOTHING, 1_000, 6_000, scene -> scene.takeFollower()
                        .map(node -> drain(scene, node))),
                FaultKind.of("automation-off", Need.NOTHING, 1_000, 8_000, OperatorFaults::pause),
                FaultKind.of("backup", Need.NOTHING, 300, 1_000, scene -> Optional.of(backUp(scene, anyNode(scene)))),
                FaultKind.destructive("two-disks-lost", Need.NOTHING, 300, 1_000, OperatorFaults::loseTwo));
    }

    private static ChaosNode anyNode(Scene scene) {
        return scene.world().nodes().get(scene.dice().nextInt(3));
    }

    private static Remedy handOff(ChaosNode node, String wish) {
        return new Remedy(
                "hand-off asked of " + node + ", " + wish + ": "
                        + tell(request(node, "/v1/cluster/handoff").POST(BodyPublishers.ofString(wish))),
                () -> {});
    }

    private static Remedy drain(Scene scene, ChaosNode node) {
        String drained = tell(request(node, "/v1/node/drain").POST(BodyPublishers.ofString("{}")));
        return new Remedy("drain of " + node + ": " + drained, () -> {
            boolean back = scene.world().waiting().until(RETURNED, () -> tell(request(node, "/v1/node/resume")
                            .POST(BodyPublishers.ofString("{}")))
                    .startsWith("200"));
            if (!back && node.process().runs()) {
                scene.world().findings().add(Promise.VIOLATION, node + " was drained and cannot be told to return");
            }
        });
    }

    /** Where ZooKeeper is in reach: otherwise nobody could end it. */
    private static Optional<Remedy> pause(Scene scene) {
        if (!takeEnsembleAndNetwork(scene)) {
            return Optional.empty();
        }
        String paused = tell(request(anyNode(scene), "/v1/cluster/paused").PUT(BodyPublishers.noBody()));
        return Optional.of(new Remedy("automation off: " + paused, () -> {
            boolean on = scene.world().waiting().until(RETURNED, () -> scene.world().nodes().stream()
                    .anyMatch(node ->
                            tell(request(node, "/v1/cluster/paused").DELETE()).startsWith("200")));
            if (!on) {
                scene.world().findings().add(Promise.VIOLATION, "automation is off and cannot be switched on");
            }
        }));
    }

    private static boolean takeEnsembleAndNetwork(Scene scene) {
        Set<String> needed = new TreeSet<>(Network.SERVERS);
        needed.add("ensemble");
        needed.add("network");
        if (needed.stream().anyMatch(scene.taken()::contains)) {
            return false;
        }
        return scene.taken().addAll(needed);
    }

    /** Whatever else happens, one that has come to its end is whole. */
    private static Remedy backUp(Scene scene, ChaosNode node) {
        Path file = temporary();
        String what;
        try {
            HttpResponse<Path> answer = send(request(node, "/v1/snapshot").GET(), BodyHandlers.ofFile(file));
            what = answer.statusCode() == 200 ? new BackupFile(file).verify().toString() : "" + answer.statusCode();
        } catch (BackupDamaged e) {
            what = e.getMessage();
            scene.world().findings().add(Promise.VIOLATION, "a backup that came whole is not: " + e.getMessage());
        } catch (IOException e) {
            what = "cut off, " + e;
        } finally {
            remove(file);
        }
        return new Remedy("backup from " + node + ": " + what, () -> {});
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("chaos", ".backup");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The disks of two nodes are gone, and the third is told to lead with what it has. Clients wait meanwhile, and all
     * three are level first: so nothing that anybody was told is lost, and all that is checked of a history still holds.
     */
    private static Optional<Remedy> loseTwo(Scene scene) {
        World world = scene.world();
        if (scene.taken().contains("links") || !scene.takeAll() || !takeEnsembleAndNetwork(scene)) {
            return Optional.empty();
        }
        List<ChaosNode> lost = new ArrayList<>(world.nodes());
        ChaosNode left = lost.remove(scene.dice().nextInt(3));
        String[] told = {"they never were level"};
        world.gate().whileClosed(() -> {
            if (world.waiting().until(LEVEL, () -> level(world))) {
                lost.forEach(ChaosNode::kill);
                boolean recovered = world.waiting().until(RECOVERED, () -> {
                    told[0] = tell(request(left, "/v1/cluster/recover").POST(BodyPublishers.ofString(epoch(left))));
                    return told[0].startsWith("200");
                });
                if (!recovered) {
                    world.findings().add(Promise.VIOLATION, left + " could not be recovered: " + told[0]);
                }
                lost.forEach(world::renew);
            }
        });
        return Optional.of(new Remedy(
                "disks of " + lost + " lost, " + left + " told to lead with what it has: " + told[0], () -> {}));
    }

    private static boolean level(World world) {
        return world.leader()
                .flatMap(leader -> leader.process().view())
                .map(view -> view.caughtUp().equals(new TreeSet<>(Network.NODES)))
                .orElse(false);
    }

    private static String epoch(ChaosNode node) {
        return node.process()
                .view()
                .map(NodeProcess.View::epoch)
                .map(epoch -> "{\"epoch\":" + epoch + "}")
                .orElse("{}");
    }

    // --- asking ----------------------------------------------------------------------------------------------------

    private static HttpRequest.Builder request(ChaosNode node, String path) {
        String host = node.process().address().getAddress().getHostAddress();
        return HttpRequest.newBuilder(URI.create(
                        "http://" + host + ":" + node.process().address().getPort() + path))
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .header("Bellwether-Timeout", "5s");
    }

    /** The status and what else was said, or why nothing was. */
    private static String tell(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = send(request, BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return "no answer, " + e;
        }
    }

    private static <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> body) throws IOException {
        try {
            return CLIENT.send(request.build(), body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
