package io.bellwether.service.storage;

import static io.bellwether.service.storage.OpenStore.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.StoreRecord;
import io.bellwether.replication.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The state of one store, up to entry 30 of epoch 2, takes the place of another one's, which has applied 9 of its 12
 * entries of epoch 1; and whatever moment the power fails in, one of the two is there, whole.
 */
class StoreSnapshotTest {
    private static final Position THERE = new Position(2, 30);
    private static final long LOG_TIME = 7_777;
    private static final StoreRecord RECORD = new StoreRecord("id", new Promise(2, "claim"), 5);

    @TempDir
    private Path scratch;

    private OpenStore source;
    private OpenStore target;

    @BeforeEach
    void open() {
        source = new OpenStore(scratch.resolve("source"));
        source.write(entries(1, 10, 1));
        source.write(entries(11, 30, 2));
        apply(source, "new", THERE);
        target = new OpenStore(scratch.resolve("target"));
        target.write(0, entries(1, 12, 1), RECORD);
        apply(target, "old", new Position(1, 9));
        source.settle();
        target.settle();
    }

    @AfterEach
    void close() {
        source.close();
        target.close();
        assertThat(source.failures()).isEmpty();
        assertThat(target.failures()).isEmpty();
    }

    @Test
    void aSnapshotTakesThePlaceOfLogAndState() throws Exception {
        fetch(offered());
        install();
        assertIsNew(target);
        target.close();
        target = new OpenStore(scratch.resolve("target"));
        assertIsNew(target);
        assertThat(target.log().record()).isEqualTo(RECORD);
        assertThat(names(scratch.resolve("target"))).doesNotContain("state", "incoming", "outgoing");
    }

    /** It can still be read then, until the power fails: the next process must not take it for what is on the disk. */
    @Test
    void whatFailedToReachTheDiskIsFetchedAnew() throws Exception {
        Path file = scratch.resolve("1.sst");
        FileChannel broken = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        broken.close();
        assertThatThrownBy(new IncomingSnapshot.Appending(scratch, file, broken, 5)::close)
                .isInstanceOf(StorageFailure.class);
        assertThat(file).doesNotExist();
    }

    @Test
    void theTablesAreMadeWholeOrNotAtAll() throws Exception {
        Path folder = scratch.resolve("interrupted");
        try (OpenStore store = new OpenStore(folder)) {
            store.write(entries(1, 3, 1));
            store.settle();
        }
        DurableFiles.remove(folder.resolve("state"));
        Files.createDirectory(folder.resolve("state.new"));
        Files.writeString(folder.resolve("state.new").resolve("CURRENT"), "MANIFEST-000");
        try (OpenStore store = new OpenStore(folder)) {
            assertThat(store.log().end()).isEqualTo(new Position(1, 3));
            assertThat(store.tables().applied()).isEqualTo(Position.ZERO);
        }
        assertThat(names(folder)).contains("state").doesNotContain("state.new");
    }

    /** Whoever fetched a copy of the state before would find no log that goes on from it. */
    @Test
    void aCopyOfTheStateBeforeIsOfferedNoMore() throws Exception {
        CompletionStage<SnapshotContent> before = target.store().outgoing().copy(0);
        await().until(() -> before.toCompletableFuture().isDone());
        fetch(offered());
        install();
        await().untilAsserted(() -> assertThat(target.store().outgoing().offer())
                .hasValueSatisfying(content -> assertThat(content.position()).isEqualTo(THERE)));
    }

    @Test
    void theLogGoesOnBehindTheSnapshot() throws Exception {
        fetch(offered());
        install();
        List<Entry> next = entries(31, 33, 2);
        target.write(next);
        target.settle();
        apply(target, "newer", new Position(2, 32));
        assertThat(target.log().read(31, 1 << 20)).isEqualTo(next);
        assertThatThrownBy(() -> target.log().read(30, 1 << 20)).hasMessageContaining("30");
        target.close();
        target = new OpenStore(scratch.resolve("target"));
        assertThat(target.log().start()).isEqualTo(THERE);
        assertThat(target.log().epochStarts()).containsExactly(new Position(2, 31));
        assertThat(target.log().read(31, 1 << 20)).isEqualTo(next);
        assertThat(target.rows()).containsExactly("what=newer");
    }

    @Test
    void whatWasStagedIsCompletedFirstAndReported() throws Exception {
        fetch(offered());
        for (long index = 13; index <= 200; index++) {
            target.write(entries(index, index, 1));
        }
        StoreRecord later = new StoreRecord("id", new Promise(3, "claim"), 6);
        target.write(0, List.of(), later);
        install();
        target.settle();
        target.close();
        target = new OpenStore(scratch.resolve("target"));
        assertThat(target.log().record()).isEqualTo(later);
        assertThat(target.log().end()).isEqualTo(THERE);
    }

    @Test
    void aSecondSnapshotTakesThePlaceOfTheFirst() throws Exception {
        fetch(offered());
        install();
        source.write(entries(31, 40, 2));
        source.settle();
        apply(source, "newest", new Position(2, 40));
        source.close();
        source = new OpenStore(scratch.resolve("source"));
        SnapshotContent second = offered();
        fetch(second);
        target.store().install(new Snapshot("id", second.position(), LOG_TIME + 1, 7));
        assertThat(target.rows()).containsExactly("what=newest");
        target.close();
        target = new OpenStore(scratch.resolve("target"));
        assertThat(target.log().end()).isEqualTo(new Position(2, 40));
        assertThat(target.rows()).containsExactly("what=newest");
    }

    @Test
    void theEndAtAnyMomentLeavesTheOneOrTheOther() throws Exception {
        fetch(offered());
        Path before = target.afterKill(scratch.resolve("before"));
        String folder = target.store().incoming().becomeState(THERE);
        Path named = target.afterKill(scratch.resolve("named"));
        ((RocksLog) target.log()).restartAfter(THERE, LOG_TIME, folder);
        Path decided = target.afterKill(scratch.resolve("decided"));
        Path markLost = target.afterKill(scratch.resolve("mark-lost"));
        Files.delete(markLost.resolve("durable-mark"));
        Files.copy(before.resolve("durable-mark"), markLost.resolve("durable-mark"));
        ((RocksTables) target.tables()).replaceBy(folder);
        awaitGone(scratch.resolve("target").resolve("state"));
        Path replaced = target.afterKill(scratch.resolve("replaced"));
        for (Path killed : List.of(before, named)) {
            try (OpenStore reopened = new OpenStore(killed)) {
                assertIsOld(reopened);
                assertThat(names(killed)).as("%s", killed).doesNotContain(folder);
            }
        }
        for (Path killed : List.of(decided, markLost, replaced)) {
            try (OpenStore reopened = new OpenStore(killed)) {
                assertIsNew(reopened);
                assertThat(reopened.log().record()).isEqualTo(RECORD);
                assertThat(names(killed)).as("%s", killed).doesNotContain("state");
            }
        }
    }

    @Test
    void aLogWithoutTheStateThatItContinuesIsDamaged() throws Exception {
        fetch(offered());
        install();
        awaitGone(scratch.resolve("target").resolve("state"));
        Path killed = target.afterKill(scratch.resolve("killed"));
        DurableFiles.remove(killed.resolve(DataDirectory.stateAt(THERE)));
        assertThatThrownBy(() -> new OpenStore(killed))
                .isInstanceOf(StoreDamaged.class)
                .hasMessageContaining("state-2-30");
        assertThat(killed.resolve("state-2-30")).doesNotExist();
    }

    @Test
    void anOpenViewSeesWhatItSawAndItsFilesGoWhenItIsClosed() throws Exception {
        fetch(offered());
        Path oldFolder = scratch.resolve("target").resolve("state");
        try (Tables.View view = target.tables().view()) {
            install();
            assertThat(view.get(Bytes.utf8("what"))).isEqualTo(Bytes.utf8("old"));
            assertThat(view.applied()).isEqualTo(new Position(1, 9));
            assertThat(target.rows()).containsExactly("what=new");
            assertThat(oldFolder).isDirectory();
        }
        awaitGone(oldFolder);
    }

    @Test
    void aFileThatIsNotAsAnnouncedIsRemovedAndFetchedAgain() throws Exception {
        SnapshotContent content = offered();
        target.store().incoming().begin(content);
        SnapshotFile file = sorted(content);
        copy(content, file, file.bytes());
        Path here =
                scratch.resolve("target").resolve("incoming").resolve("state").resolve(file.name());
        try (FileChannel channel = FileChannel.open(here, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {42}), file.bytes() / 2);
        }
        assertThat(target.store().incoming().check(file)).isFalse();
        assertThat(here).doesNotExist();
        copy(content, file, file.bytes());
        assertThat(target.store().incoming().check(file)).isTrue();
    }

    @Test
    void whatWasFetchedIsKeptOverARestartAndContinued() throws Exception {
        SnapshotContent content = offered();
        target.store().incoming().begin(content);
        SnapshotFile file = sorted(content);
        copy(content, file, 100);
        target.close();
        target = new OpenStore(scratch.resolve("target"));
        target.store().incoming().begin(content);
        assertThat(target.store().incoming().presentBytes(content)).isEqualTo(100);
        copy(content, file, file.bytes());
        assertThat(target.store().incoming().check(file)).isTrue();
    }

    @Test
    void anotherSnapshotBeginsAnew() throws Exception {
        SnapshotContent content = offered();
        fetch(content);
        SnapshotContent other = new SnapshotContent("another", content.position(), content.files());
        target.store().incoming().begin(other);
        assertThat(target.store().incoming().presentBytes(other)).isZero();
    }

    @Test
    void moreThanWasAnnouncedIsRefused() throws Exception {
        SnapshotContent content = offered();
        target.store().incoming().begin(content);
        SnapshotFile file = sorted(content);
        assertThatThrownBy(() -> {
                    try (IncomingSnapshot.Appending end =
                            target.store().incoming().append(file)) {
                        end.write(new byte[(int) file.bytes() + 1], (int) file.bytes() + 1);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer");
    }

    @Test
    void aStateThatIsNotTheOneAnnouncedIsRefused() throws Exception {
        SnapshotContent content = offered();
        SnapshotContent ahead = new SnapshotContent(content.id(), new Position(2, 31), content.files());
        assertThatThrownBy(() -> fetch(ahead)).isInstanceOf(IOException.class).hasMessageContaining("" + THERE);
        assertThat(scratch.resolve("target").resolve("incoming")).doesNotExist();
    }

    @Test
    void onlyTheFilesOfACopyAreGivenAway() throws Exception {
        SnapshotContent content = offered();
        for (String name : List.of("LOCK", "../../identity", "", ".", "nothing.sst")) {
            assertThat(source.store().outgoing().open(content.id(), name))
                    .as(name)
                    .isEmpty();
        }
        assertThat(source.store().outgoing().open("..", "identity")).isEmpty();
        assertThatThrownBy(() -> new SnapshotFile("../identity", 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SnapshotFile(".", 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCopyHoldsTheLogBackUntilNobodyAsksForIt() throws Exception {
        LogRetention least = new LogRetention(1, Duration.ZERO, 1);
        StoreSettings normal = StoreSettings.DEFAULT;
        StoreSettings settings = new StoreSettings(
                normal.blockCacheBytes(),
                normal.logBufferBytes(),
                normal.tableBufferBytes(),
                normal.tableBuffers(),
                0,
                normal.batchBytes(),
                1,
                0,
                least);
        source.close();
        source = new OpenStore(scratch.resolve("source"), settings);
        source.write(entries(31, 40, 2));
        assertThat(source.log().dispensable()).isEqualTo(39);
        apply(source, "newer", new Position(2, 39));
        assertThat(offered().position()).isEqualTo(new Position(2, 39));
        source.write(entries(41, 60, 2));
        assertThat(source.log().dispensable()).isEqualTo(39);
    }

    // ---- the parts

    private SnapshotContent offered() {
        return await().until(() -> source.store().outgoing().offer(), Optional::isPresent)
                .orElseThrow();
    }

    private void fetch(SnapshotContent content) throws IOException {
        IncomingSnapshot incoming = target.store().incoming();
        incoming.begin(content);
        for (SnapshotFile file : content.files()) {
            copy(content, file, file.bytes());
            assertThat(incoming.check(file)).as(file.name()).isTrue();
        }
        incoming.complete(content);
    }

    private void copy(SnapshotContent content, SnapshotFile file, long to) throws IOException {
        long from = target.store().incoming().presentBytes(file);
        byte[] bytes = new byte[(int) (to - from)];
        try (FileChannel channel = source.store()
                        .outgoing()
                        .open(content.id(), file.name())
                        .orElseThrow();
                IncomingSnapshot.Appending end = target.store().incoming().append(file)) {
            channel.read(ByteBuffer.wrap(bytes), from);
            end.write(bytes, bytes.length);
        }
    }

    private static void awaitGone(Path folder) {
        await().untilAsserted(() -> assertThat(folder).doesNotExist());
    }

    private static SnapshotFile sorted(SnapshotContent content) {
        return content.files().stream()
                .filter(file -> file.name().endsWith(".sst"))
                .findFirst()
                .orElseThrow();
    }

    private void install() {
        target.store().install(new Snapshot("id", THERE, LOG_TIME, 7));
    }

    private static void apply(OpenStore store, String what, Position position) {
        store.tables().put(Bytes.utf8("what"), Bytes.utf8(what));
        store.tables().commit(position);
    }

    private static void assertIsOld(OpenStore store) {
        assertThat(store.log().start()).isEqualTo(Position.ZERO);
        assertThat(store.log().end()).isEqualTo(new Position(1, 12));
        assertThat(store.log().read(1, 1 << 20)).isEqualTo(entries(1, 12, 1));
        assertThat(store.log().record()).isEqualTo(RECORD);
        assertThat(store.log().startLogTime()).isZero();
        assertThat(store.tables().applied()).isIn(Position.ZERO, new Position(1, 9));
    }

    private static void assertIsNew(OpenStore store) {
        assertThat(store.log().start()).isEqualTo(THERE);
        assertThat(store.log().epochStarts()).isEmpty();
        assertThat(store.log().startLogTime()).isEqualTo(LOG_TIME);
        assertThat(store.tables().applied()).isEqualTo(THERE);
        assertThat(store.rows()).containsExactly("what=new");
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
