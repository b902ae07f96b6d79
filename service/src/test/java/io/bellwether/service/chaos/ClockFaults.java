package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Means.Need;
import java.util.List;
import java.util.Optional;

/** Wall clocks that jump, by hours, back and forth. */
final class ClockFaults {
    private ClockFaults() {}

    static List<FaultKind> all() {
        return List.of(
                FaultKind.of("clock-jump", Need.CLOCK, 2_000, 8_000, scene -> {
                    if (!scene.take("clocks")) {
                        return Optional.empty();
                    }
                    ChaosNode node = scene.world().nodes().get(scene.dice().nextInt(3));
                    return Optional.of(jump(scene, List.of(node)));
                }),
                FaultKind.of(
                        "clock-jump-leader",
                        Need.CLOCK,
                        2_000,
                        8_000,
                        scene -> scene.take("clocks")
                                ? scene.world().leader().map(node -> jump(scene, List.of(node)))
                                : Optional.empty()),
                FaultKind.of(
                        "clock-jump-all",
                        Need.CLOCK,
                        2_000,
                        8_000,
                        scene -> scene.take("clocks")
                                ? Optional.of(jump(scene, scene.world().nodes()))
                                : Optional.empty()));
    }

    private static Remedy jump(Scene scene, List<ChaosNode> nodes) {
        StringBuilder what = new StringBuilder("clocks jump:");
        for (ChaosNode node : nodes) {
            long seconds = Math.round(scene.dice().nextGaussian() * 40_000);
            String offset = (seconds < 0 ? "" : "+") + seconds;
            World.setClock(node.clock(), offset);
            what.append(' ').append(node).append(' ').append(offset).append(" s");
        }
        return new Remedy(what.toString(), () -> nodes.forEach(node -> World.setClock(node.clock(), "+0")));
    }
}
