package io.bellwether.service.storage;

import static io.bellwether.service.storage.OpenStore.entries;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.StoreRecord;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of a store at entry 20 of epoch 3, whole and otherwise, and the store that begins with it. */
class BackupTest {
    private static final Position THERE = new Position(3, 20);
    private static final long LOG_TIME = 1_234_567;

    @TempDir
    private Path scratch;

    private Path backup;
    private byte[] whole;

    @BeforeEach
    void take() throws Exception {
        backup = scratch.resolve("backup");
        try (OpenStore source = new OpenStore(scratch.resolve("source"))) {
            source.write(entries(1, 20, 3));
            source.settle();
            for (int i = 0; i < 100; i++) {
                source.tables().put(Bytes.utf8("row " + i), Bytes.utf8("value " + i));
            }
            source.tables().commit(THERE);
            try (OutputStream out = Files.newOutputStream(backup)) {
                OutgoingBackup made = made(source);
                made.writeTo(out);
                out.flush();
                assertThat(Files.size(backup)).isEqualTo(made.bytes());
            }
        }
        whole = Files.readAllBytes(backup);
    }

    private static OutgoingBackup made(OpenStore source) throws Exception {
        OutgoingSnapshots copies = source.store().outgoing();
        SnapshotContent content = copies.copy(20).toCompletableFuture().get(10, TimeUnit.SECONDS);
        return new OutgoingBackup(
                copies,
                content,
                new BackupHead("c-1", "n1", Instant.EPOCH, content.position(), LOG_TIME, content.files()));
    }

    @Test
    void itSaysWhatItIsAndThatItIsWhole() throws Exception {
        BackupHead head = new BackupFile(backup).verify();
        assertThat(head.clusterId()).isEqualTo("c-1");
        assertThat(head.node()).isEqualTo("n1");
        assertThat(head.taken()).isEqualTo(Instant.EPOCH);
        assertThat(head.position()).isEqualTo(THERE);
        assertThat(head.logTime()).isEqualTo(LOG_TIME);
        assertThat(head.fileBytes()).isPositive();
        assertThat(new String(whole, 0, 200, UTF_8)).startsWith("bellwether-backup 1\ncluster c-1\nnode n1\n");
    }

    @Test
    void oneBitFlippedAnywhereIsFound() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            // The head and the end, bit by bit in turn; in between, somewhere.
            int at = i < 200 ? i : i < 300 ? whole.length - 1 - (i - 200) : random.nextInt(whole.length);
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(backup, changed);
            assertThatThrownBy(() -> new BackupFile(backup).verify())
                    .as("byte %s", at)
                    .isInstanceOf(BackupDamaged.class)
                    .hasMessageContaining("can't be used")
                    .hasMessageContaining(backup.toString());
        }
    }

    @Test
    void oneThatWasCutOffOrGoesOnIsRefused() throws Exception {
        for (int length = 0; length < whole.length; length += 1 + whole.length / 300) {
            Files.write(backup, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> new BackupFile(backup).verify())
                    .as("%s bytes", length)
                    .isInstanceOf(BackupDamaged.class);
        }
        Files.write(backup, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> new BackupFile(backup).verify())
                .isInstanceOf(BackupDamaged.class)
                .hasMessageContaining("goes on");
    }

    @Test
    void lengthsInTheHeadAreNotBelieved() throws Exception {
        Files.writeString(
                backup,
                "bellwether-backup 1\ncluster c\nnode n\ntaken 1970-01-01T00:00:00Z\nepoch 1\nindex 1\nlog-time 1\n"
                        + "file 1.sst 9000000000000000000 00000000\nend\nxyz");
        assertThatThrownBy(() -> new BackupFile(backup).verify())
                .isInstanceOf(BackupDamaged.class)
                .hasMessageContaining("cut off in its file 1.sst");
        Files.writeString(backup, "bellwether-backup 2\n");
        assertThatThrownBy(() -> new BackupFile(backup).verify())
                .isInstanceOf(BackupDamaged.class)
                .hasMessageContaining("knows only 1");
        Files.writeString(backup, "bellwether-backup 1\n" + "x".repeat(2_000));
        assertThatThrownBy(() -> new BackupFile(backup).verify())
                .isInstanceOf(BackupDamaged.class)
                .hasMessageContaining("1000 bytes");
    }

    @Test
    void aStoreBeginsWithItAndHasMetNoCluster() throws Exception {
        Path folder = scratch.resolve("new");
        assertThat(new BackupFile(backup).restore(folder).position()).isEqualTo(THERE);
        for (int start = 0; start < 2; start++) {
            try (OpenStore store = new OpenStore(folder)) {
                assertThat(store.log().start()).isEqualTo(THERE);
                assertThat(store.log().end()).isEqualTo(THERE);
                assertThat(store.log().startLogTime()).isEqualTo(LOG_TIME);
                assertThat(store.log().epochStarts()).isEmpty();
                assertThat(store.log().record()).isEqualTo(StoreRecord.NEW);
                assertThat(store.tables().applied()).isEqualTo(THERE);
                assertThat(store.rows()).hasSize(100).contains("row 42=value 42");
            }
        }
        try (OpenStore store = new OpenStore(folder)) {
            List<Entry> next = entries(21, 22, 4);
            store.write(next);
            store.settle();
            assertThat(store.log().read(21, 1 << 20)).isEqualTo(next);
        }
    }

    /** The process that makes a store of what was restored may end at any moment: the next one makes it again. */
    @Test
    void whatWasBegunWithARestoredStateIsBegunAgain() throws Exception {
        Path folder = scratch.resolve("new");
        new BackupFile(backup).restore(folder);
        Path state = folder.resolve(DataDirectory.stateAt(THERE));
        Files.createFile(folder.resolve("creating"));
        Files.createDirectories(folder.resolve("log"));
        Files.createFile(folder.resolve("durable-mark"));
        Files.move(folder.resolve("incoming").resolve("state"), state);
        try (OpenStore store = new OpenStore(folder)) {
            assertThat(store.log().start()).isEqualTo(THERE);
            assertThat(store.rows()).hasSize(100);
        }
        assertThat(Files.exists(folder.resolve("restored"))).isFalse();
        assertThat(Files.exists(folder.resolve("incoming"))).isFalse();
    }

    @Test
    void nothingIsMixedWithWhatIsThere() throws Exception {
        assertThatThrownBy(() -> new BackupFile(backup).restore(scratch.resolve("source")))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("not empty");
        Path folder = scratch.resolve("twice");
        new BackupFile(backup).restore(folder);
        assertThatThrownBy(() -> new BackupFile(backup).restore(folder)).isInstanceOf(StoreRefused.class);
    }

    @Test
    void aDamagedOneTouchesNothing() throws Exception {
        whole[whole.length / 2] ^= 1;
        Files.write(backup, whole);
        Path folder = scratch.resolve("new");
        assertThatThrownBy(() -> new BackupFile(backup).restore(folder)).isInstanceOf(BackupDamaged.class);
        assertThat(Files.exists(folder)).isFalse();
    }

    @Test
    void whatDidNotEndIsNoStoreAndIsDoneAgain() throws Exception {
        Path folder = Files.createDirectories(scratch.resolve("new"));
        Files.createFile(folder.resolve("restoring"));
        Files.createDirectories(folder.resolve("incoming").resolve("state"));
        Files.writeString(folder.resolve("incoming").resolve("state").resolve("CURRENT"), "half of it");
        assertThatThrownBy(() -> new OpenStore(folder))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("did not end")
                .hasMessageContaining("scripts/backup restore");
        new BackupFile(backup).restore(folder);
        try (OpenStore store = new OpenStore(folder)) {
            assertThat(store.rows()).hasSize(100);
        }
    }

    /** A copy is as old as it is; who needs a later index gets another one. */
    @Test
    void aCopyHasWhatWasAskedFor() throws Exception {
        try (OpenStore source = new OpenStore(scratch.resolve("source"))) {
            OutgoingSnapshots copies = source.store().outgoing();
            SnapshotContent first = copies.copy(20).toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(copies.copy(20).toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isEqualTo(first);
            source.write(entries(21, 21, 3));
            source.settle();
            source.tables().commit(new Position(3, 21));
            assertThat(copies.copy(21)
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .position())
                    .isEqualTo(new Position(3, 21));
        }
    }
}
