package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.StoreRecord;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** DESIGN 4.12: a torn tail that nobody was told of is cut; damage before it is refused, and nothing is changed then. */
class StoreDamageTest {
    private static final int WRITES = 40;
    /** So many files of one level are made one of the next. */
    private static final int FILES_TO_COMPACT = 4;

    private static final StoreRecord PROMISED = new StoreRecord("id", new Promise(9, "claim"), 4);

    @TempDir
    private Path scratch;

    private Path killed;

    /** A store that was killed with everything in its write-ahead file. */
    @BeforeEach
    void writeAndKill() {
        killed = scratch.resolve("killed");
        try (OpenStore store = new OpenStore(scratch.resolve("first"))) {
            for (int i = 1; i <= WRITES; i++) {
                store.write(List.of(entry(i)));
                store.settle();
            }
            store.write(0, List.of(), PROMISED);
            store.settle();
            store.afterKill(killed);
        }
    }

    @Test
    void withoutDamageAllIsThere() {
        try (OpenStore store = new OpenStore(killed)) {
            assertThat(store.log().end()).isEqualTo(new Position(1, WRITES));
            assertThat(store.log().record()).isEqualTo(PROMISED);
        }
    }

    @Test
    void aTornTailBehindWhatWasReportedIsCut() throws IOException {
        Path writeAhead = writeAheadFile();
        byte[] content = Files.readAllBytes(writeAhead);
        // The record of the last batch once more, torn in its middle: a write that no fsync has completed.
        try (RandomAccessFile file = new RandomAccessFile(writeAhead.toFile(), "rw")) {
            file.seek(content.length);
            file.write(content, content.length - 60, 30);
        }
        try (OpenStore store = new OpenStore(killed)) {
            assertThat(store.log().end()).isEqualTo(new Position(1, WRITES));
            store.write(List.of(entry(WRITES + 1)));
            store.settle();
        }
        try (OpenStore store = new OpenStore(killed)) {
            assertThat(store.log().end()).isEqualTo(new Position(1, WRITES + 1));
        }
    }

    @Test
    void aTornTailOfWhatTheMarkDoesNotKnowIsCut() throws IOException {
        setMark(new DurableMark.Mark(WRITES - 1, new Position(1, WRITES - 1)));
        shorten(writeAheadFile(), 100);
        try (OpenStore store = new OpenStore(killed)) {
            assertThat(store.log().end().index()).isBetween(WRITES - 1L, WRITES - 0L);
            assertThat(store.log().record()).isEqualTo(StoreRecord.NEW);
        }
    }

    @Test
    void aTailThatIsMissingThoughItWasReportedIsRefused() throws IOException {
        shorten(writeAheadFile(), 1);
        assertRefusedAndUnchanged(
                "batch 41 was synced and may have been acknowledged",
                "end at entry 40@1",
                writeAheadFile().getFileName().toString());
    }

    @Test
    void aPromiseThatIsMissingIsRefusedThoughTheEntriesAreThere() throws IOException {
        shorten(writeAheadFile(), 20);
        assertRefusedAndUnchanged("read only up to batch 40", "ended at entry 40@1");
    }

    @Test
    void aFlippedBitAnywhereInTheWriteAheadFileIsRefused() throws IOException {
        Path writeAhead = writeAheadFile();
        long size = Files.size(writeAhead);
        for (long place = 20; place < size; place += size / 9) {
            flip(writeAhead, place);
            assertRefusedAndUnchanged("is damaged");
            flip(writeAhead, place);
        }
        try (OpenStore store = new OpenStore(killed)) {
            assertThat(store.log().end()).isEqualTo(new Position(1, WRITES));
        }
    }

    @Test
    void aMissingWriteAheadFileIsRefused() throws IOException {
        Files.delete(writeAheadFile());
        assertRefusedAndUnchanged("is damaged");
    }

    @Test
    void anEmptyWriteAheadFileIsRefused() throws IOException {
        shorten(writeAheadFile(), Files.size(writeAheadFile()));
        assertRefusedAndUnchanged("is damaged");
    }

    @Test
    void aMissingMarkIsRefused() throws IOException {
        Files.delete(killed.resolve("durable-mark"));
        assertRefusedAndUnchanged("'durable-mark' is missing or unreadable");
    }

    @Test
    void aMarkWithATornSlotCountsByTheOtherOne() throws IOException {
        flip(killed.resolve("durable-mark"), 3);
        new OpenStore(killed).close();
        flip(killed.resolve("durable-mark"), 3);
        flip(killed.resolve("durable-mark"), 4096 + 3);
        new OpenStore(killed).close();
    }

    @Test
    void aMarkWithoutAWholeSlotIsRefused() throws IOException {
        flip(killed.resolve("durable-mark"), 3);
        flip(killed.resolve("durable-mark"), 4096 + 3);
        assertRefusedAndUnchanged("'durable-mark' is missing or unreadable");
    }

    @Test
    void aMissingLogIsRefused() throws IOException {
        DurableFiles.remove(killed.resolve("log"));
        assertRefusedAndUnchanged("folder 'log' is missing");
    }

    @Test
    void aMissingFileOfTheLogIsRefused() throws IOException {
        Path full = storeWithSortedFiles();
        for (String kind : List.of("sst", "MANIFEST", "CURRENT")) {
            Path copy = OpenStore.copyFolder(full, scratch.resolve("without-" + kind));
            Files.delete(largest(copy.resolve("log"), kind));
            assertThatThrownBy(() -> new OpenStore(copy))
                    .as(kind)
                    .isInstanceOf(StoreDamaged.class)
                    .hasMessageContaining(copy.toString())
                    .hasMessageContaining("start the node with an empty one");
        }
    }

    @Test
    void aFlippedBitInASortedFileOfTheLogIsFoundWhenItIsRead() throws IOException {
        Path full = storeWithSortedFiles();
        Path sorted = largest(full.resolve("log"), "sst");
        flip(sorted, Files.size(sorted) / 2);
        OpenStore store = new OpenStore(full);
        try {
            assertThatThrownBy(() -> readAll(store))
                    .isInstanceOf(StoreDamaged.class)
                    .hasMessageContaining(sorted.getFileName().toString());
            assertThat(store.failures())
                    .hasOnlyElementsOfType(StoreDamaged.class)
                    .isNotEmpty();
        } finally {
            store.close();
        }
    }

    @Test
    void aFlippedBitInASortedFileOfTheTablesIsFoundWhenItIsRead() throws IOException {
        Path folder = scratch.resolve("tables");
        try (OpenStore store = new OpenStore(folder)) {
            store.write(List.of(entry(1)));
            store.settle();
            for (String key : List.of("a", "b", "c")) {
                store.tables().put(Bytes.utf8(key), Bytes.wrap(noise(40_000)));
            }
            store.tables().commit(new Position(1, 1));
        }
        Path sorted = largest(folder.resolve("state"), "sst");
        flip(sorted, Files.size(sorted) / 2);
        OpenStore store = new OpenStore(folder);
        try {
            assertThat(store.tables().get(Bytes.utf8("a"))).isNotNull();
            assertThatThrownBy(() -> store.tables().get(Bytes.utf8("b")))
                    .isInstanceOf(StoreDamaged.class)
                    .hasMessageContaining(sorted.getFileName().toString());
            assertThat(store.failures())
                    .hasOnlyElementsOfType(StoreDamaged.class)
                    .isNotEmpty();
        } finally {
            store.close();
        }
    }

    /** Nobody reads it and the scrub has not been there yet: else the node is started again and again, and ends each time. */
    @Test
    void damageThatACompactionMeetsIsDamage() throws IOException {
        Path folder = scratch.resolve("tables");
        for (int file = 1; file < FILES_TO_COMPACT; file++) {
            try (OpenStore store = new OpenStore(folder)) {
                putNoise(store, file);
            }
        }
        Path sorted = largest(folder.resolve("state"), "sst"); // the first
        flip(sorted, Files.size(sorted) / 2);
        OpenStore store = new OpenStore(folder);
        putNoise(store, FILES_TO_COMPACT);
        store.tables().durableIndex(FILES_TO_COMPACT);
        await().untilAsserted(() -> assertThat(store.failures())
                .hasOnlyElementsOfType(StoreDamaged.class)
                .isNotEmpty());
        assertThat(store.failures().get(0))
                .hasMessageContaining("The store in " + folder + " is damaged")
                .hasMessageContaining("COMPACTION")
                .hasMessageContaining(sorted.getFileName().toString());
        assertThatThrownBy(store::close).isInstanceOf(StoreDamaged.class);
    }

    private static void putNoise(OpenStore store, int index) {
        store.write(List.of(entry(index)));
        store.settle();
        for (String key : List.of("a", "b", "c")) {
            store.tables().put(Bytes.utf8(key), Bytes.wrap(noise(40_000 - index)));
        }
        store.tables().commit(new Position(1, index));
    }

    @Test
    void tablesThatAreMissingAreMadeAgain() throws IOException {
        DurableFiles.remove(killed.resolve("state"));
        try (OpenStore store = new OpenStore(killed)) {
            assertThat(store.tables().applied()).isEqualTo(Position.ZERO);
        }
    }

    @Test
    void tablesOfAnotherStoreAreRefused() throws IOException {
        Path other = scratch.resolve("other");
        try (OpenStore store = new OpenStore(other)) {
            for (int i = 1; i <= WRITES + 1; i++) {
                store.write(List.of(entry(i)));
            }
            store.settle();
            store.tables().commit(new Position(1, WRITES + 1));
        }
        DurableFiles.remove(killed.resolve("state"));
        OpenStore.copyFolder(other.resolve("state"), killed.resolve("state"));
        assertThatThrownBy(() -> new OpenStore(killed))
                .isInstanceOf(StoreDamaged.class)
                .hasMessageContaining("entries up to 41@1")
                .hasMessageContaining("its log goes from 0@0 to 40@1");
    }

    private void assertRefusedAndUnchanged(String... said) throws IOException {
        Map<String, Long> before = filesOf(killed);
        assertThatThrownBy(() -> new OpenStore(killed))
                .isInstanceOf(StoreDamaged.class)
                .hasMessageContaining(killed.toString())
                .hasMessageContaining("start the node with an empty one")
                .hasMessageContainingAll(said);
        assertThat(filesOf(killed)).isEqualTo(before);
    }

    /** Checksums of what matters: all but RocksDB's diary and the locks. */
    private static Map<String, Long> filesOf(Path folder) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (!name.startsWith("LOG") && !name.equals("LOCK")) {
                    CRC32C sum = new CRC32C();
                    sum.update(Files.readAllBytes(file));
                    files.put(folder.relativize(file).toString(), sum.getValue());
                }
            }
        }
        return files;
    }

    private Path storeWithSortedFiles() {
        Path full = scratch.resolve("full");
        StoreSettings small = StoreProcess.settings();
        try (OpenStore store = new OpenStore(scratch.resolve("growing"), small)) {
            for (int i = 1; i <= 40; i++) {
                store.write(List.of(Entry.of(i, 1, i, Entry.Kind.COMMAND, Bytes.wrap(noise(50_000)))));
                store.settle();
            }
        }
        return OpenStore.copyFolder(scratch.resolve("growing"), full);
    }

    private static void readAll(OpenStore store) {
        long index = 1;
        while (index <= store.log().end().index()) {
            index += store.log().read(index, 1 << 20).size();
        }
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        return noise;
    }

    private void setMark(DurableMark.Mark mark) throws IOException {
        DurableMark.create(killed.resolve("durable-mark"));
        try (DurableMark file = DurableMark.open(killed.resolve("durable-mark"))) {
            file.write(mark);
        }
    }

    private Path writeAheadFile() throws IOException {
        return largest(killed.resolve("log"), "log");
    }

    private static Path largest(Path folder, String kind) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = new ArrayList<>(
                    files.filter(file -> file.getFileName().toString().endsWith("." + kind)
                                    || file.getFileName().toString().startsWith(kind))
                            .toList());
            return found.stream()
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void shorten(Path file, long bytes) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(open.length() - bytes);
        }
    }

    private static void flip(Path path, long place) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(place);
            int before = file.read();
            file.seek(place);
            file.write(before ^ 0x10);
        }
    }

    private static Entry entry(long index) {
        return Entry.of(index, 1, index, Entry.Kind.COMMAND, Bytes.utf8("a payload of some length, number " + index));
    }
}
