package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/** Rule 14.6: whatever was durable and is no more what it was is found, and is served by nobody. */
class StoreCheckTest {
    /** Small buffers, so that what was written is in files of every kind. */
    private static final StoreSettings SMALL =
            new StoreSettings(1 << 20, 64 << 10, 64 << 10, 2, 0, 1 << 20, 4, 1 << 20, LogRetention.DEFAULT);

    private static final int ENTRIES = 3_000;
    private static final int ROWS = 700;

    @TempDir
    private Path scratch;

    private Path folder;
    private List<String> rows = List.of();

    @BeforeEach
    void fill() {
        folder = scratch.resolve("n1");
        try (OpenStore store = new OpenStore(folder, SMALL)) {
            for (int first = 1; first <= ENTRIES; first += 100) {
                store.write(OpenStore.entries(first, first + 99, 1));
                for (int index = first; index < first + 100; index++) {
                    Bytes key = Bytes.utf8("key-" + index % ROWS);
                    store.tables().put(key, Bytes.utf8("value-" + index + "-" + "x".repeat(index % 211)));
                }
                store.tables().commit(new Position(1, first + 99));
                store.settle();
            }
            rows = store.rows();
        }
    }

    @Test
    void aStoreThatIsWholeIsDescribed() {
        StoreCheck found = StoreCheck.of(folder, SMALL);
        assertThat(found.node()).isEqualTo("n1");
        assertThat(found.cluster()).isEqualTo(OpenStore.CLUSTER);
        assertThat(found.logStart()).isEqualTo(Position.ZERO);
        assertThat(found.logEnd()).isEqualTo(new Position(1, ENTRIES));
        assertThat(found.applied()).isEqualTo(new Position(1, ENTRIES));
        assertThat(found.rows()).isEqualTo(ROWS);
        assertThat(found.bytes()).isGreaterThan(ROWS * 20);
        assertThat(StoreCheck.of(folder, SMALL)).isEqualTo(found);
    }

    @Test
    void whatIsNoStoreOrInUseIsRefused() throws IOException {
        assertThatThrownBy(() -> StoreCheck.of(scratch.resolve("none"), SMALL))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("no folder");
        Path empty = Files.createDirectory(scratch.resolve("empty"));
        assertThatThrownBy(() -> StoreCheck.of(empty, SMALL))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("no store in");
        try (OpenStore store = new OpenStore(folder, SMALL)) {
            assertThatThrownBy(() -> StoreCheck.of(folder, SMALL))
                    .isInstanceOf(StoreRefused.class)
                    .hasMessageContaining("in use by another process");
            assertThat(store.failures()).isEmpty();
        }
    }

    /** {@code -Dstorage.flips} says how many. */
    @Test
    void oneFlippedBitIsFoundAndNeverServed() throws IOException {
        Random dice = new Random(7);
        TreeMap<String, Integer> foundBy = new TreeMap<>();
        List<String> missed = new ArrayList<>();
        int flips = Integer.getInteger("storage.flips", 40);
        List<Path> files = filesThatCount(folder);
        for (int i = 0; i < flips; i++) {
            Path damaged = OpenStore.copyFolder(folder, scratch.resolve("flip-" + i));
            Path file = damaged.resolve(folder.relativize(files.get(dice.nextInt(files.size()))));
            String what = flip(file, dice);
            if (!checkFinds(damaged)) {
                missed.add(what);
            }
            foundBy.merge(kind(file) + ": " + use(damaged, what), 1, Integer::sum);
            DurableFiles.remove(damaged);
        }
        System.out.println("figure: bit-flips tries=" + flips + " missed=" + missed.size() + " found=" + foundBy);
        assertThat(missed).isEmpty();
    }

    private static boolean checkFinds(Path damaged) {
        try {
            StoreCheck.of(damaged, SMALL);
            return false;
        } catch (StoreDamaged | StoreRefused found) {
            return true;
        }
    }

    /** As a node would: it opens the store, reads all of it, and looks through it. */
    private String use(Path damaged, String what) {
        String found = "harmless";
        OpenStore store;
        try {
            store = new OpenStore(damaged, SMALL);
        } catch (StoreDamaged | StoreRefused refused) {
            return "at the start";
        }
        try (store) {
            try {
                assertThat(store.rows()).as(what).isEqualTo(rows);
                assertThat(store.log().read(1, Integer.MAX_VALUE)).as(what).isEqualTo(OpenStore.entries(1, ENTRIES, 1));
            } catch (StoreDamaged noticed) {
                found = "when it was read";
            }
            try {
                store.check();
            } catch (StoreDamaged noticed) {
                return found.equals("harmless") ? "by the scrub" : found;
            }
        } catch (StoreDamaged | StorageFailure closing) {
            return found + ", could not be closed";
        }
        return found;
    }

    /** Not the locks, the diaries and the copies of options, which nobody reads. */
    private static List<Path> filesThatCount(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !kind(file).matches("lock|LOCK|LOG.*|OPTIONS|IDENTITY"))
                    .filter(file -> file.toFile().length() > 0)
                    .sorted()
                    .toList();
        }
    }

    private static String kind(Path file) {
        String name = file.getFileName().toString();
        return name.replaceFirst("^\\d+\\.", "").replaceFirst("-\\d+$", "");
    }

    private static String flip(Path file, Random dice) throws IOException {
        byte[] content = Files.readAllBytes(file);
        int place = dice.nextInt(content.length);
        if (file.endsWith("durable-mark")) {
            place = dice.nextInt(28) + 4096 * dice.nextInt(2); // between its two slots is nothing
        }
        int bit = dice.nextInt(8);
        content[place] ^= (byte) (1 << bit);
        Files.write(file, content);
        return file + " byte " + place + " of " + content.length + " bit " + bit;
    }

    /** A row that somebody has changed without the sum: no checksum knows of it. */
    @Test
    void rowsThatDoNotAddUpAreFound() throws RocksDBException {
        try (RocksFamily family = new RocksFamily(folder, SMALL, failed -> {});
                RocksFamily.Handle handle = family.openTables(folder.resolve("state"), RocksFamily.Opening.USE);
                WriteOptions unlogged = new WriteOptions().setDisableWAL(true)) {
            handle.database().put(unlogged, Bytes.utf8("key-5").unsafeArray(), new byte[] {1});
        }
        assertThatThrownBy(() -> StoreCheck.of(folder, SMALL))
                .isInstanceOf(StoreDamaged.class)
                .hasMessageContaining("says the sum that was kept of them");
        try (OpenStore store = new OpenStore(folder, SMALL)) {
            assertThatThrownBy(store::check).isInstanceOf(StoreDamaged.class);
        }
    }

    @Test
    void aStoreIsLookedThroughWhileItIsWrittenAndCut() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        List<Throwable> troubles = new ArrayList<>();
        try (OpenStore store = new OpenStore(folder, SMALL)) {
            Thread scrub = new Thread(() -> {
                try {
                    int times = 0;
                    while (!ended.get() || times < 3) {
                        store.check();
                        times++;
                    }
                } catch (RuntimeException | Error e) {
                    troubles.add(e);
                }
            });
            scrub.start();
            for (int first = ENTRIES + 1; first <= 4 * ENTRIES; first += 100) {
                store.write(OpenStore.entries(first, first + 99, 2));
                store.tables().put(Bytes.utf8("key-" + first % ROWS), Bytes.utf8("again " + first));
                store.tables().commit(new Position(2, first + 99));
                store.settle();
                store.compactTo(first - 50);
                store.settle();
            }
            ended.set(true);
            scrub.join();
            assertThat(troubles).isEmpty();
            assertThat(store.failures()).isEmpty();
        }
        assertThat(StoreCheck.of(folder, SMALL).logStart().index()).isGreaterThan(3 * ENTRIES);
    }

    @Test
    void aPaceThatEndsItIsObeyed() {
        try (OpenStore store = new OpenStore(folder, SMALL)) {
            assertThat(store.check(bytes -> false)).isFalse();
            assertThat(store.check(Pace.FULL)).isTrue();
        }
    }
}
