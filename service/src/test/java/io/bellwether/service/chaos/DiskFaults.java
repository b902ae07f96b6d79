package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Means.Need;
import java.util.List;
import java.util.Optional;

/** Power cuts, disks that fail or are full, and disks that are slow. */
final class DiskFaults {
    private DiskFaults() {}

    static List<FaultKind> all() {
        return List.of(
                FaultKind.of("power-cut-leader", Need.BLOCK_DISK, 1_000, 4_000, scene -> scene.takeLeader()
                        .map(node -> powerCut(List.of(node)))),
                FaultKind.of("power-cut-one", Need.BLOCK_DISK, 1_000, 4_000, scene -> scene.takeAny()
                        .map(node -> powerCut(List.of(node)))),
                FaultKind.of(
                        "power-cut-all",
                        Need.BLOCK_DISK,
                        500,
                        2_000,
                        scene -> scene.takeAll()
                                ? Optional.of(powerCut(scene.world().nodes()))
                                : Optional.empty()),
                FaultKind.of("disk-error-leader", Need.BLOCK_DISK, 2_000, 6_000, scene -> scene.takeLeader()
                        .map(DiskFaults::fail)),
                FaultKind.of("disk-error", Need.BLOCK_DISK, 2_000, 6_000, scene -> scene.takeAny()
                        .map(DiskFaults::fail)),
                FaultKind.of("disk-full", Need.OWN_DISK, 3_000, 8_000, scene -> scene.takeAny()
                        .map(DiskFaults::fill)),
                FaultKind.of("slow-fsync-leader", Need.SYSTEM_CALLS, 2_000, 6_000, scene -> scene.takeLeader()
                        .map(node -> slowSync(scene, node))),
                FaultKind.of("slow-fsync", Need.SYSTEM_CALLS, 2_000, 6_000, scene -> scene.takeAny()
                        .map(node -> slowSync(scene, node))),
                FaultKind.of("kill-at-nth-fsync", Need.SYSTEM_CALLS, 2_000, 6_000, scene -> scene.takeAny()
                        .map(node -> killAtSync(scene, node))));
    }

    /** The disk first: what the process still does reaches nothing that lasts. */
    private static Remedy powerCut(List<ChaosNode> nodes) {
        nodes.forEach(node -> node.mayEnd(true));
        nodes.forEach(node -> node.disk().cutPower());
        nodes.forEach(ChaosNode::kill);
        return new Remedy("power cut of " + nodes, () -> {
            nodes.forEach(node -> node.disk().restore());
            nodes.forEach(ChaosNode::start);
        });
    }

    private static Remedy fail(ChaosNode node) {
        node.mayEnd(true);
        node.disk().fail();
        return new Remedy("the disk of " + node + " fails with EIO", () -> {
            node.kill();
            node.disk().restore();
            node.start();
        });
    }

    private static Remedy fill(ChaosNode node) {
        node.mayEnd(true);
        node.disk().fill();
        return new Remedy("the disk of " + node + " is full", () -> {
            node.disk().free();
            if (!node.process().runs()) {
                node.start();
            }
        });
    }

    private static Remedy slowSync(Scene scene, ChaosNode node) {
        long millis = 20L + scene.dice().nextInt(1_500);
        Tracer tracer = Tracer.inject(node, "delay_exit=" + millis * 1_000);
        return new Remedy("each fsync of " + node + " takes " + millis + " ms more", tracer::end);
    }

    private static Remedy killAtSync(Scene scene, ChaosNode node) {
        int turn = 1 + scene.dice().nextInt(40);
        node.mayEnd(true);
        Tracer tracer = Tracer.inject(node, "signal=SIGKILL:when=" + turn);
        return new Remedy("kill -9 of " + node + " at fsync " + turn + " of a thread", () -> {
            tracer.end();
            node.kill(); // should it not have come so far
            node.start();
        });
    }
}
