package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Means.Need;
import io.bellwether.service.cluster.Mood;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/** What proxies do between nodes, and between nodes and half of their clients. */
final class LinkFaults {
    private LinkFaults() {}

    static List<FaultKind> all() {
        return List.of(
                between("delay", dice -> Mood.delaying(20 + dice.nextInt(400))),
                between("loss", dice -> Mood.losing(0.02 + dice.nextDouble() * 0.2)),
                // Only between nodes: a client's write that arrives twice is two writes.
                FaultKind.of("duplicates", Need.NOTHING, 2_000, 7_000, scene -> {
                    Mood mood = Mood.duplicating(0.2 + scene.dice().nextDouble() * 0.6);
                    return nodes(scene, "duplicates", mood);
                }),
                between("reset-after-commit", dice -> Mood.resetting(0.02 + dice.nextDouble() * 0.3)),
                between("slow-close", dice -> Mood.closingAfter(1_000 + dice.nextInt(3_000))),
                FaultKind.of("delay-of-one", Need.NOTHING, 2_000, 8_000, scene -> {
                    if (!scene.take("links")) {
                        return Optional.empty();
                    }
                    ChaosNode node = scene.world().nodes().get(scene.dice().nextInt(3));
                    Mood mood = Mood.delaying(300 + scene.dice().nextInt(1_200));
                    node.links().moodOfAll(mood);
                    return Optional.of(new Remedy(
                            "delay-of-one: what " + node + " says arrives " + mood.delayMillis() + " ms later",
                            () -> node.links().moodOfAll(Mood.CALM)));
                }));
    }

    private static FaultKind between(String name, Function<Random, Mood> moods) {
        return FaultKind.of(name, Need.NOTHING, 2_000, 7_000, scene -> {
            Mood mood = moods.apply(scene.dice());
            int where = scene.dice().nextInt(3);
            if (where == 0) {
                return nodes(scene, name, mood);
            }
            if (!scene.take("links")) {
                return Optional.empty();
            }
            List<ChaosNode> nodes = scene.world().nodes();
            nodes.forEach(node -> {
                node.clients().mood(mood);
                if (where == 2) {
                    node.links().moodOfAll(mood);
                }
            });
            return Optional.of(new Remedy(
                    name + (where == 2 ? ": everywhere, " : ": to clients, ") + mood,
                    () -> nodes.forEach(node -> {
                        node.clients().mood(Mood.CALM);
                        node.links().moodOfAll(Mood.CALM);
                    })));
        });
    }

    private static Optional<Remedy> nodes(Scene scene, String name, Mood mood) {
        if (!scene.take("links")) {
            return Optional.empty();
        }
        List<ChaosNode> nodes = scene.world().nodes();
        nodes.forEach(node -> node.links().moodOfAll(mood));
        return Optional.of(new Remedy(
                name + ": between nodes, " + mood,
                () -> nodes.forEach(node -> node.links().moodOfAll(Mood.CALM))));
    }
}
