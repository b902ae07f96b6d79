package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.simulation.ReplicatedLogContract;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on RocksDB keeps the contract; a restart is what a kill leaves on the disk. */
class RocksLogTest extends ReplicatedLogContract {
    @TempDir
    private Path scratch;

    private int lives;
    private long highestNumber;
    private OpenStore store;

    @BeforeEach
    void open() {
        store = new OpenStore(scratch.resolve("life-" + lives));
    }

    @AfterEach
    void close() {
        store.close();
        assertThat(store.failures()).isEmpty();
    }

    @Override
    protected ReplicatedLog log() {
        return store.log();
    }

    @Override
    protected long settle() {
        store.awaitDurable(highestNumber);
        return store.durable();
    }

    @Override
    protected void written(long number) {
        highestNumber = number;
    }

    @Override
    protected void restart() {
        lives++;
        makeStateFor(log().start());
        store.afterKill(scratch.resolve("life-" + lives));
        store.close();
        open();
    }

    /** A log is never cut in front beyond what the state holds. */
    private void makeStateFor(Position start) {
        if (start.index() > 0) {
            store.tables().commit(start);
            await().until(() -> store.tables().durableIndex(start.index()) >= start.index());
        }
    }

    @Test
    void whatIsStagedWhenItClosesIsWritten() {
        for (int i = 1; i <= 200; i++) {
            write(entries(i, i, 1));
        }
        store.close();
        open();
        assertThat(log().end().index()).isEqualTo(200);
    }

    @Test
    void theListenerHearsOfEachBatchBeforeItIsReportedAsDurable() {
        List<String> heard = new CopyOnWriteArrayList<>();
        store.store().tellBatchesTo(new BatchListener() {
            @Override
            public void writing() {
                heard.add("writing");
            }

            @Override
            public void written() {
                heard.add("written, reported is " + store.durable());
            }
        });
        long before = store.durable();
        write(entries(1, 1, 1));
        long first = settle();
        write(entries(2, 2, 1));
        settle();

        assertThat(heard)
                .containsExactly(
                        "writing", "written, reported is " + before, "writing", "written, reported is " + first);
    }

    @Test
    void aBatchThatIsFullTakesNoFurtherWrite() {
        StoreSettings normal = StoreSettings.DEFAULT;
        StoreSettings oneWriteABatch = new StoreSettings(
                normal.blockCacheBytes(),
                normal.logBufferBytes(),
                normal.tableBufferBytes(),
                2,
                0,
                1,
                1,
                0,
                LogRetention.DEFAULT);
        try (OpenStore narrow = new OpenStore(scratch.resolve("narrow"), oneWriteABatch)) {
            for (int i = 1; i <= 50; i++) {
                narrow.write(entries(i, i, 1));
            }
            narrow.settle();
            assertThat(narrow.reports()).isEqualTo(50);
        }
    }

    @Test
    void whatIsCutGoesIntoASideFile() throws IOException {
        write(entries(1, 5, 1));
        settle();
        write(3, entries(3, 3, 2), null);
        settle();
        List<Path> files = cutFiles();
        assertThat(files).hasSize(1);
        assertThat(files.get(0).getFileName().toString()).endsWith("-from-3");
        assertThat(new String(Files.readAllBytes(files.get(0)), ISO_8859_1))
                .contains("entry 3 of epoch 1", "entry 4 of epoch 1", "entry 5 of epoch 1")
                .doesNotContain("entry 2 of epoch 1");
    }

    /** 40 MiB go through a log of which 1 to 2 MiB are kept, in buffers of 256 KiB. */
    @Test
    void whatGoesInFrontGivesItsPlaceOnTheDiskBack() throws IOException {
        StoreSettings normal = StoreSettings.DEFAULT;
        StoreSettings little = new StoreSettings(
                normal.blockCacheBytes(),
                256 << 10,
                normal.tableBufferBytes(),
                2,
                0,
                1 << 20,
                1,
                0,
                new LogRetention(1 << 20, Duration.ofDays(1), 2 << 20));
        Path folder = scratch.resolve("little");
        byte[] payload = new byte[16 << 10];
        new Random(1).nextBytes(payload);
        long mostBytes = 0;
        try (OpenStore log = new OpenStore(folder, little)) {
            for (long index = 1; index <= 2_560; index++) {
                log.write(List.of(Entry.of(index, 1, index, Entry.Kind.COMMAND, Bytes.wrap(payload))));
                long dispensable = log.log().dispensable();
                if (dispensable > log.log().start().index()) {
                    log.compact(dispensable);
                    log.settle();
                    mostBytes = Math.max(mostBytes, bytesIn(folder.resolve("log")));
                }
            }
            log.settle();
            assertThat(log.log().start().index()).isGreaterThan(2_560 - (2 << 20) / payload.length - 10);
            assertThat(log.log().read(log.log().start().index() + 1, 1)).hasSize(1);
        }
        assertThat(mostBytes).isBetween(1L << 20, 16L << 20);
    }

    /** Files may go while they are looked at. */
    private static long bytesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toFile).mapToLong(File::length).sum();
        }
    }

    @Test
    void aLogThatWasClosedSaysSo() {
        write(entries(1, 1, 1));
        store.close();
        assertThatThrownBy(() -> write(entries(2, 2, 1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> log().read(1, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void entriesOnTheDiskStandAsTheFormatSays() {
        Entry entry = entries(7, 7, 3).get(0);
        byte[] value = EntryFormat.encode(entry);
        assertThat(value).hasSize(21 + entry.payload().size());
        assertThat(HexFormat.of().formatHex(value, 0, 21))
                .isEqualTo("0000000000000003" + "0000000000000bbf" + String.format("%08x", entry.checksum()) + "01");
        assertThat(EntryFormat.decode(7, value)).isEqualTo(entry);
        assertThatThrownBy(() -> EntryFormat.decode(8, value)).hasMessageContaining("checksum of entry 8");
        value[30] ^= 1;
        assertThatThrownBy(() -> EntryFormat.decode(7, value)).hasMessageContaining("checksum of entry 7");
    }

    private List<Path> cutFiles() throws IOException {
        try (Stream<Path> files = Files.list(scratch.resolve("life-" + lives).resolve("cut"))) {
            return files.sorted().toList();
        }
    }
}
