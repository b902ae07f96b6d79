package io.bellwether.service.chaos;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.bellwether.service.chaos.Means.Need;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A node is killed, and while it is down its files change: bits flip, a file ends too early, or all of it is gone. One
 * replica at a time, so that there are good copies; afterwards it begins anew with an empty disk, so that no hidden damage
 * meets the next one's.
 */
final class FileFaults {
    private FileFaults() {}

    static List<FaultKind> all() {
        return List.of(
                FaultKind.destructive("bit-flips", Need.NOTHING, 5_000, 9_000, scene -> scene.takeAny()
                        .map(node -> change(scene, node, "bits flipped", FileFaults::flipBits))),
                FaultKind.destructive("truncated-file", Need.NOTHING, 5_000, 9_000, scene -> scene.takeAny()
                        .map(node -> change(scene, node, "a file cut short", FileFaults::truncate))),
                FaultKind.destructive("wiped-disk", Need.NOTHING, 2_000, 5_000, scene -> scene.takeAny()
                        .map(node -> {
                            node.kill();
                            scene.world().renew(node);
                            return new Remedy("disk of " + node + " wiped", () -> {});
                        })));
    }

    private interface Change {
        String make(Path file, Random dice) throws IOException;
    }

    private static Remedy change(Scene scene, ChaosNode node, String what, Change change) {
        node.kill();
        node.mayBeDamaged(true);
        List<Path> files = new ArrayList<>(node.disk().files());
        files.removeIf(file -> file.toFile().length() == 0);
        Path file = files.get(scene.dice().nextInt(files.size()));
        String done;
        try {
            done = change.make(file, scene.dice());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        node.start();
        return new Remedy(what + " on " + node + ": " + node.disk().data().relativize(file) + ", " + done, () -> {
            boolean noticed = !node.process().runs();
            scene.world()
                    .say(node
                            + (noticed ? " noticed: " + node.lastWords() : " runs on, nothing wrong was read so far"));
            scene.world().renew(node);
        });
    }

    private static String flipBits(Path file, Random dice) throws IOException {
        int bits = 1 + dice.nextInt(8);
        long size = Files.size(file);
        try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            for (int i = 0; i < bits; i++) {
                long position = (long) (dice.nextDouble() * size);
                one.clear();
                channel.read(one, position);
                one.put(0, (byte) (one.get(0) ^ (1 << dice.nextInt(8))));
                one.rewind();
                channel.write(one, position);
            }
            channel.force(true);
        }
        return bits + " of " + size + " bytes";
    }

    private static String truncate(Path file, Random dice) throws IOException {
        long size = Files.size(file);
        long left = dice.nextBoolean() ? (long) (dice.nextDouble() * size) : Math.max(0, size - 1 - dice.nextInt(64));
        try (FileChannel channel = FileChannel.open(file, WRITE)) {
            channel.truncate(left);
            channel.force(true);
        }
        return left + " of " + size + " bytes left";
    }
}
