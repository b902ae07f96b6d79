package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Means.Need;
import java.util.List;
import java.util.Optional;

/** The ensemble and its sessions. Its partitions are among {@link NetworkFaults}. */
final class ZooKeeperFaults {
    private ZooKeeperFaults() {}

    /** @param outageMillis for which the whole ensemble is away */
    static List<FaultKind> all(long outageMillis) {
        return List.of(
                FaultKind.of("zookeeper-kill", Need.NOTHING, 1_000, 8_000, scene -> scene.takeServer()
                        .map(ZooKeeperFaults::kill)),
                FaultKind.of(
                        "zookeeper-kill-leader", Need.NOTHING, 1_000, 8_000, scene -> scene.world().servers().stream()
                                .filter(server -> server.mode().equals("leader") && scene.take(server.machine()))
                                .findFirst()
                                .map(ZooKeeperFaults::kill)),
                FaultKind.of("zookeeper-stop", Need.NOTHING, 1_000, 10_000, scene -> scene.takeServer()
                        .map(ZooKeeperFaults::pause)),
                FaultKind.of("zookeeper-two-down", Need.NOTHING, 2_000, 8_000, scene -> scene.takeServer()
                        .flatMap(one -> scene.takeServer().map(other -> killAll(List.of(one, other))))),
                FaultKind.of("zookeeper-all-down", Need.NOTHING, outageMillis, outageMillis, scene -> {
                    if (Network.SERVERS.stream().anyMatch(scene.taken()::contains)) {
                        return Optional.empty();
                    }
                    Network.SERVERS.forEach(scene::take);
                    return Optional.of(killAll(scene.world().servers()));
                }),
                FaultKind.of(
                        "session-expiry-leader",
                        Need.NOTHING,
                        200,
                        1_000,
                        scene -> expire(scene, scene.world().leader())),
                FaultKind.of(
                        "session-expiry",
                        Need.NOTHING,
                        200,
                        1_000,
                        scene -> expire(
                                scene,
                                Optional.of(
                                        scene.world().nodes().get(scene.dice().nextInt(3))))));
    }

    private static Remedy kill(ZooKeeperServer server) {
        return killAll(List.of(server));
    }

    private static Remedy killAll(List<ZooKeeperServer> servers) {
        servers.forEach(server -> server.process().kill());
        return new Remedy("kill -9 of " + servers, () -> servers.forEach(ZooKeeperServer::start));
    }

    private static Remedy pause(ZooKeeperServer server) {
        server.process().pause();
        return new Remedy("SIGSTOP to " + server, () -> server.process().resume());
    }

    private static Optional<Remedy> expire(Scene scene, Optional<ChaosNode> node) {
        return node.filter(found -> SessionExpiry.of(scene.world(), found.id()))
                .map(found -> new Remedy("the session of " + found + " is expired", () -> {}));
    }
}
