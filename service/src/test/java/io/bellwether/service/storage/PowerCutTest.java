package io.bellwether.service.storage;

import static io.bellwether.service.storage.OpenStore.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.service.storage.PowerCutProcess.Part;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power fails between any two calls of a store to its disk, and the disk has kept no more than it had to. What was
 * reported as durable is there each time, and everything that is there is whole.
 *
 * <p>What the disk would have kept is not guessed: the store runs in a process whose calls are watched, and {@link
 * PowerlessDisk} takes every byte and name for lost that no sync covers.
 */
class PowerCutTest {
    private static final long SEED = Long.getLong("power.seed", 20261128);
    /** So many of a hundred calls between two reports are followed by a loss of power too. */
    private static final int PERCENT = Integer.getInteger("power.percent", 2);

    private static final List<PowerlessDisk.Loss> ANY = List.of(PowerlessDisk.Loss.values());

    @TempDir
    private Path scratch;

    private final Random dice = new Random(SEED);
    private final List<LogWrite> script = PowerCutProcess.script(SEED);
    private @Nullable Store source;
    private int images;

    // What the process has said so far.
    private @Nullable String store;
    private @Nullable String storeBefore;
    private long durable;
    private long stateAt;
    private boolean installing;
    private boolean installed;
    private boolean suspected;
    private boolean renewing;
    private boolean renewed;
    private boolean retiring;
    private boolean retired;
    private boolean restored;

    @BeforeEach
    void needStrace() {
        Assumptions.assumeTrue(Strace.works(), "needs Debian's strace, and the right to trace processes");
    }

    @Test
    void whatWasReportedIsThere() throws Exception {
        Path offer = Files.createDirectory(scratch.resolve("offer"));
        offer(content -> {
            for (SnapshotFile file : content.files()) {
                try (FileChannel from = offered(content, file)) {
                    Files.copy(Channels.newInputStream(from), offer.resolve(file.name()));
                }
            }
        });
        watch(List.of(Part.WRITE, Part.FETCH, Part.INSTALL, Part.RENEW), offer);
        assertThat(retired).isTrue();
    }

    @Test
    void aBackupThatWasRestoredIsThere() throws Exception {
        Path backup = scratch.resolve("backup");
        offer(content -> {
            BackupHead head = new BackupHead("c-1", "n2", Instant.EPOCH, content.position(), 1, content.files());
            try (OutputStream out = Files.newOutputStream(backup)) {
                new OutgoingBackup(source().outgoing(), content, head).writeTo(out);
            }
        });
        watch(List.of(Part.RESTORE), backup);
        assertThat(store).isNotNull();
    }

    private void watch(List<Part> parts, Path offer) throws Exception {
        Path folder = Files.createDirectory(scratch.resolve("store"));
        PowerlessDisk disk = new PowerlessDisk(folder);
        for (Part part : parts) {
            List<FileCalls.Call> calls = FileCalls.of(
                    PowerCutProcess.command(folder, part, SEED, offer), folder, scratch.resolve(part + ".strace"));
            for (int i = 0; i < calls.size(); i++) {
                FileCalls.Call call = calls.get(i);
                String scene = part + ", call " + i + " of " + calls.size() + ", seed " + SEED + ": ";
                if (!(call instanceof FileCalls.Said said)) {
                    disk.take(call);
                    if (call instanceof FileCalls.Synced synced && (part == Part.INSTALL || decides(synced, folder))) {
                        lose(disk, PowerlessDisk.Loss.ALL, scene + "synced");
                    }
                    if (dice.nextInt(100) < PERCENT) {
                        lose(
                                disk,
                                ANY.get(dice.nextInt(ANY.size())),
                                scene + call.getClass().getSimpleName());
                    }
                } else if (said.line().startsWith(PowerCutProcess.REPORT)) {
                    String line = said.line().substring(PowerCutProcess.REPORT.length());
                    hear(line);
                    for (PowerlessDisk.Loss loss : lossesAfter(line)) {
                        lose(disk, loss, scene + line);
                    }
                }
            }
        }
    }

    /** Whether it concerns which store there is, and what belongs to it. */
    private static boolean decides(FileCalls.Synced synced, Path folder) {
        return synced.begun().fileOrFolder().equals(folder);
    }

    /** What is about to be done promises nothing yet, and what becomes durable does so often. */
    private static List<PowerlessDisk.Loss> lossesAfter(String report) {
        if (report.endsWith("ing")) {
            return List.of();
        }
        return report.startsWith("durable") ? List.of(PowerlessDisk.Loss.ALL) : ANY;
    }

    /** A state of another store, whose rows say so. */
    private void offer(Taking taking) throws IOException {
        try (OpenStore opened = new OpenStore(scratch.resolve("source"))) {
            source = opened.store();
            long there = PowerCutProcess.THERE.index();
            opened.write(entries(1, there, PowerCutProcess.THERE.epoch()));
            for (long index = 1; index <= there; index++) {
                opened.tables().put(StoreProcess.rowKey(index), Bytes.utf8("new " + index));
            }
            opened.tables().commit(PowerCutProcess.THERE);
            opened.settle();
            taking.take(await().until(() -> source().outgoing().offer(), Optional::isPresent)
                    .orElseThrow());
        }
    }

    private interface Taking {
        void take(SnapshotContent content) throws IOException;
    }

    private Store source() {
        return Objects.requireNonNull(source);
    }

    private FileChannel offered(SnapshotContent content, SnapshotFile file) throws IOException {
        return source().outgoing().open(content.id(), file.name()).orElseThrow();
    }

    private void hear(String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "store" -> {
                storeBefore = store;
                store = words[1];
            }
            case "durable" -> durable = Long.parseLong(words[1]);
            case "state" -> stateAt = Long.parseLong(words[1]);
            case "installing" -> installing = true;
            case "installed" -> installed = true;
            case "suspected" -> suspected = true;
            case "renewing" -> renewing = true;
            case "renewed" -> renewed = true;
            case "retiring" -> retiring = true;
            case "retired" -> retired = true;
            case "restored" -> restored = true;
            default -> throw new AssertionError(line);
        }
    }

    private void lose(PowerlessDisk disk, PowerlessDisk.Loss loss, String scene) throws IOException {
        images++;
        Path image = scratch.resolve("image-" + images);
        disk.leave(loss, dice, image);
        String where = scene + ", lost: " + loss;
        if (suspected && !renewing) {
            assertThat(Store.suspicion(image)).as(where).contains(PowerCutProcess.WHY);
        }
        try (OpenStore opened = new OpenStore(image, PowerCutProcess.settings())) {
            assertThat(retired).as(where + ": a retired store was opened").isFalse();
            check(opened, image, where);
            opened.check();
            assertThat(opened.failures()).as(where).isEmpty();
        } catch (StoreRefused e) {
            boolean told = retiring || (!restored && ("" + e.getMessage()).contains("was being restored"));
            assertThat(told).as(where + ": " + e.getMessage()).isTrue();
        } catch (StoreDamaged | StorageFailure e) {
            throw new AssertionError(where, e);
        }
        DurableFiles.remove(image);
    }

    private void check(OpenStore opened, Path image, String where) throws IOException {
        String id = opened.log().storeId().id();
        long generation = opened.log().record().generation();
        if (renewing && (renewed || !id.equals(store))) {
            boolean made = storeBefore != null;
            assertThat(id.equals(store)).as(where + ": which store").isEqualTo(made);
            assertThat(opened.log().record().clusterId()).as(where).isEqualTo("id");
            assertThat(opened.log().end()).as(where).isEqualTo(Position.ZERO);
            assertThat(generation)
                    .as(where)
                    .isGreaterThanOrEqualTo(made && durable > PowerCutProcess.WRITES + 1 ? durable : 0);
            return;
        }
        if (restored) {
            checkNew(opened, where);
            assertThat(opened.log().end()).as(where).isEqualTo(PowerCutProcess.THERE);
        }
        if (store == null) {
            return; // nobody was told that there is one
        }
        assertThat(id).as(where + ": which store").isEqualTo(store);
        assertThat(generation).as(where + ": what was durable").isGreaterThanOrEqualTo(durable);
        if (restored) {
            return;
        }
        if (installed || (installing && opened.log().start().equals(PowerCutProcess.THERE))) {
            checkInstalled(opened, generation, where);
        } else {
            checkLog(opened, generation, where);
            checkCuts(image, generation, where);
            checkState(opened, where);
        }
    }

    private static void checkInstalled(OpenStore opened, long generation, String where) {
        checkNew(opened, where);
        assertThat(opened.log().end().index())
                .as(where)
                .isEqualTo(PowerCutProcess.THERE.index() + Math.max(0, generation - PowerCutProcess.WRITES));
    }

    /** The state of the other store, and a log that begins behind it. */
    private static void checkNew(OpenStore opened, String where) {
        Position there = PowerCutProcess.THERE;
        assertThat(opened.log().start()).as(where).isEqualTo(there);
        assertThat(opened.tables().applied()).as(where).isEqualTo(there);
        List<Bytes> rows = rows(opened);
        assertThat(rows).as(where).hasSize((int) there.index());
        assertThat(rows.get(rows.size() - 1)).as(where).isEqualTo(Bytes.utf8("new " + there.index()));
    }

    /** All writes up to one of them, and of later ones nothing. */
    private void checkLog(OpenStore opened, long generation, String where) {
        List<Entry> expected = new ArrayList<>();
        long start = 0;
        for (LogWrite write : script.subList(0, (int) generation)) {
            if (write.cutFrom() > 0) {
                expected.removeIf(entry -> entry.index() >= write.cutFrom());
            }
            expected.addAll(write.entries());
            start = Math.max(start, write.compactTo());
        }
        long after = start;
        expected.removeIf(entry -> entry.index() <= after);
        assertThat(opened.log().start().index()).as(where).isEqualTo(start);
        List<Entry> found = new ArrayList<>();
        while (start + found.size() < opened.log().end().index()) {
            found.addAll(opened.log().read(start + found.size() + 1, 1 << 20));
        }
        assertThat(found).as(where + ": the log after write " + generation).isEqualTo(expected);
    }

    /** What was cut is in the side files. */
    private void checkCuts(Path image, long generation, String where) throws IOException {
        long end = 0;
        for (LogWrite write : script.subList(0, (int) generation)) {
            if (write.cutFrom() > 0) {
                assertThat(cutEntries(image.resolve("cut"), write.cutFrom()))
                        .as(where + ": what write " + write.number() + " has cut")
                        .containsAll(LongStream.rangeClosed(write.cutFrom(), end)
                                .boxed()
                                .toList());
                end = write.cutFrom() - 1;
            }
            end += write.entries().size();
        }
    }

    private static List<Long> cutEntries(Path folder, long cutFrom) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(path -> path.getFileName().toString().endsWith("-from-" + cutFrom))
                    .toList();
        }
        List<Long> found = new ArrayList<>();
        for (Path file : files) {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)));
            while (in.available() > 0) {
                found.add(in.readLong());
                in.skipNBytes(in.readInt());
            }
        }
        return found;
    }

    private void checkState(OpenStore opened, String where) {
        long applied = opened.tables().applied().index();
        assertThat(applied).as(where + ": what the state holds").isGreaterThanOrEqualTo(stateAt);
        List<Bytes> rows = rows(opened);
        assertThat(rows).as(where).hasSize((int) applied);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i).utf8()).as(where).startsWith("entry " + (i + 1) + " ");
        }
    }

    private static List<Bytes> rows(OpenStore opened) {
        List<Bytes> rows = new ArrayList<>();
        opened.tables().scan(Bytes.utf8("r"), Bytes.utf8("s"), (key, value) -> rows.add(value));
        return rows;
    }
}
