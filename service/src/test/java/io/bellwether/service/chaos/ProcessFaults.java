package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Findings.Promise;
import io.bellwether.service.chaos.Means.Need;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Nodes that are killed, asked to end, and stopped. */
final class ProcessFaults {
    private static final Duration LONGEST_END = Duration.ofSeconds(40);

    private ProcessFaults() {}

    static List<FaultKind> all() {
        long session = World.SESSION.toMillis();
        return List.of(
                FaultKind.of("kill-leader", Need.NOTHING, 1_000, 6_000, scene -> scene.takeLeader()
                        .map(ProcessFaults::kill)),
                FaultKind.of("kill-follower", Need.NOTHING, 1_000, 6_000, scene -> scene.takeFollower()
                        .map(ProcessFaults::kill)),
                FaultKind.of("kill-all", Need.NOTHING, 500, 2_000, ProcessFaults::killAll),
                FaultKind.of("terminate-leader", Need.NOTHING, 1_000, 4_000, scene -> scene.takeLeader()
                        .map(node -> terminate(scene, node))),
                FaultKind.of("terminate-follower", Need.NOTHING, 1_000, 4_000, scene -> scene.takeFollower()
                        .map(node -> terminate(scene, node))),
                FaultKind.of("stop-leader-short", Need.NOTHING, 300, session / 2, scene -> scene.takeLeader()
                        .map(ProcessFaults::pause)),
                FaultKind.of(
                        "stop-leader-a-session",
                        Need.NOTHING,
                        session * 8 / 10,
                        session * 12 / 10,
                        scene -> scene.takeLeader().map(ProcessFaults::pause)),
                FaultKind.of("stop-leader-long", Need.NOTHING, session * 2, session * 3, scene -> scene.takeLeader()
                        .map(ProcessFaults::pause)),
                FaultKind.of("stop-follower", Need.NOTHING, 500, session * 2, scene -> scene.takeFollower()
                        .map(ProcessFaults::pause)));
    }

    private static Remedy kill(ChaosNode node) {
        node.kill();
        return new Remedy("kill -9 " + node, node::start);
    }

    private static Optional<Remedy> killAll(Scene scene) {
        if (!scene.takeAll()) {
            return Optional.empty();
        }
        List<ChaosNode> nodes = scene.world().nodes();
        nodes.forEach(ChaosNode::kill);
        return Optional.of(new Remedy("kill -9 of all", () -> nodes.forEach(ChaosNode::start)));
    }

    private static Remedy terminate(Scene scene, ChaosNode node) {
        node.process().process().terminate();
        return new Remedy("SIGTERM to " + node, () -> {
            if (!node.endedWithin(LONGEST_END)) {
                scene.world().findings().add(Promise.VIOLATION, node + " didn't end within " + LONGEST_END);
                node.kill();
            }
            node.start();
        });
    }

    private static Remedy pause(ChaosNode node) {
        node.process().process().pause();
        return new Remedy("SIGSTOP to " + node, () -> node.process().process().resume());
    }
}
