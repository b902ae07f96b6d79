package io.bellwether.service.failpoints;

import static org.awaitility.Awaitility.await;

import io.bellwether.replication.LogWrite;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.StoreRecord;
import io.bellwether.service.storage.Store;
import io.bellwether.service.storage.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A node's disk across its lives, with the store of production. A store can only be closed in order, which brings all to
 * the disk: what a crash would have lost is taken away afterwards.
 */
final class Disk {
    private static final int MIB = 1 << 20;

    private static final String STATE = "state";

    private final Path folder;
    private final NodeId node;
    private final String cluster;
    private final Logs logs;
    private final StoreSettings settings;
    private int crashes;

    Disk(Path folder, NodeId node, String cluster, Logs logs) {
        this.folder = folder;
        this.node = node;
        this.cluster = cluster;
        this.logs = logs;
        this.settings = new StoreSettings(4 * MIB, 4 * MIB, 4 * MIB, 2, MIB, MIB, 32, 16 * MIB, logs.retention());
    }

    Store open(LongConsumer durable, Consumer<RuntimeException> failed) {
        return Store.open(folder, node, cluster, settings, durable, failed);
    }

    /**
     * A crash has happened: what was staged and not synced is not there; and the state, which is gathered in memory, is there
     * as it was when it was last brought to the disk: a moment ago, or, every other time where the log alone can make it,
     * never.
     */
    void afterCrash(LogDoor.Unsynced unsynced) {
        crashes++;
        if (logs == Logs.WHOLE && crashes % 2 == 1) {
            remove(folder.resolve(STATE));
        }
        List<LogWrite> writes = unsynced.writes();
        // What was cut can't be brought back: with a cut, all of it counts as synced.
        boolean onlyAdded = writes.stream().allMatch(write -> write.cutFrom() == 0 && write.compactTo() == 0);
        if (!writes.isEmpty() && onlyAdded) {
            lose(writes, unsynced.syncedRecord());
        }
    }

    private void lose(List<LogWrite> writes, StoreRecord record) {
        AtomicBoolean done = new AtomicBoolean();
        try (Store store = open(number -> done.set(true), why -> {})) {
            long firstLost = writes.stream()
                    .flatMap(write -> write.entries().stream())
                    .mapToLong(entry -> entry.index())
                    .min()
                    .orElse(Long.MAX_VALUE);
            boolean isThere = firstLost <= store.log().end().index();
            store.log().write(new LogWrite(1, isThere ? firstLost : 0, List.of(), record, 0));
            await().pollInterval(Duration.ofMillis(1)).untilTrue(done);
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
