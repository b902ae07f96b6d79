package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Promise;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose folder it is, and that one process has it at a time. */
class DataDirectoryTest {
    @TempDir
    private Path scratch;

    @Test
    void aFolderThatIsMissingIsMadeWithThoseAboveIt() {
        Path folder = scratch.resolve("a/b/c");
        try (OpenStore store = new OpenStore(folder)) {
            assertThat(store.log().storeId().id()).hasSize(32);
        }
        assertThat(folder.resolve("identity")).exists();
        assertThat(folder.resolve("creating")).doesNotExist();
    }

    @Test
    void aStoreKeepsItsNameAndAnotherFolderIsAnotherStore() {
        StoreId first = storeIn(scratch.resolve("first"));
        assertThat(storeIn(scratch.resolve("first"))).isEqualTo(first);
        assertThat(storeIn(scratch.resolve("second"))).isNotEqualTo(first);
    }

    @Test
    void aWipedFolderIsAnotherStore() throws IOException {
        StoreId first = storeIn(scratch.resolve("a"));
        DurableFiles.remove(scratch.resolve("a"));
        assertThat(storeIn(scratch.resolve("a"))).isNotEqualTo(first);
    }

    /** Rule 3.4: what has forgotten once would vote with a log that lacks what it acknowledged. */
    @Test
    void aRetiredStoreIsRefusedForGood() {
        Store store = Store.open(
                scratch, OpenStore.NODE, OpenStore.CLUSTER, StoreSettings.DEFAULT, number -> {}, failure -> {});
        store.retire("It had acknowledged 7 and has 5.");
        store.close();

        for (int start = 0; start < 2; start++) {
            assertThatThrownBy(() -> open(OpenStore.NODE, OpenStore.CLUSTER))
                    .isInstanceOf(StoreRefused.class)
                    .hasMessageContaining(scratch.toString())
                    .hasMessageContaining("It had acknowledged 7 and has 5.")
                    .hasMessageContaining("start the node with an empty one");
        }
    }

    /** Rule 14.4: another store, and what was there stays until the next time. */
    @Test
    void aRenewedStoreIsMovedAsideAndBeginsAnew() throws IOException {
        StoreId first = renew("Its state was wrong.");
        Path aside = scratch.resolve(Store.ASIDE);
        assertThat(aside).doesNotExist();
        StoreId second = renew("It was wrong again.");
        assertThat(second).isNotEqualTo(first);
        assertThat(aside.resolve("identity")).content().contains("store " + first);
        assertThat(aside.resolve("renewed")).hasContent("cluster flock-7\nwhy Its state was wrong.");
        assertThat(storeIn(scratch)).isNotEqualTo(second);
        assertThat(aside.resolve("identity")).content().contains("store " + second);
    }

    /** Rule 14.7: it has nothing, but it never begins a cluster in place of the one that it is to join. */
    @Test
    void aStoreThatBeganAnewBelongsToTheClusterFromItsBeginning() {
        renew("Its state was wrong.");
        try (OpenStore second = new OpenStore(scratch)) {
            assertThat(second.log().record()).isEqualTo(new StoreRecord("flock-7", Promise.NONE, 0));
        }
    }

    /** It can be opened, for want of a better one; with the next store the suspicion is gone. */
    @Test
    void aSuspectedStoreCanBeOpenedAndIsRemembered() {
        assertThat(Store.suspicion(scratch)).isEmpty();
        storeIn(scratch);
        Store.suspect(scratch, "A row is unreadable.");
        StoreId suspected = storeIn(scratch);
        assertThat(Store.suspicion(scratch)).hasValue("A row is unreadable.");
        Store.renew(scratch, "flock-7", "A row is unreadable.");
        assertThat(storeIn(scratch)).isNotEqualTo(suspected);
        assertThat(Store.suspicion(scratch)).isEmpty();
    }

    /** As after damage that nobody has opened. */
    @Test
    void aFolderThatCannotBeOpenedIsMovedAsideToo() throws IOException {
        StoreId first = storeIn(scratch);
        Files.delete(scratch.resolve("durable-mark"));
        Files.createDirectory(scratch.resolve("zookeeper"));
        assertThatThrownBy(() -> storeIn(scratch)).isInstanceOf(StoreDamaged.class);

        Store.renew(scratch, "flock-7", "It was damaged.");
        assertThat(storeIn(scratch)).isNotEqualTo(first);
        assertThat(scratch.resolve("aside").resolve("identity")).content().contains("store " + first);
        assertThat(scratch.resolve("zookeeper")).isDirectory();
    }

    /** A process may die between any two moves: nothing of the store is mixed with the next, and nothing is lost. */
    @Test
    void movingAsideGoesOnWhereItWasInterrupted() throws IOException {
        StoreId first = renew("Its state was wrong.");
        Path gathered = Files.createDirectory(scratch.resolve(Store.ASIDE + ".new"));
        Files.move(scratch.resolve("log"), gathered.resolve("log"));
        Files.move(scratch.resolve("identity"), gathered.resolve("identity"));
        assertThat(storeIn(scratch)).isNotEqualTo(first);
        Path aside = scratch.resolve(Store.ASIDE);
        assertThat(aside.resolve("log")).isDirectory();
        assertThat(aside.resolve("state")).isDirectory();
        assertThat(gathered).doesNotExist();

        Files.move(aside.resolve("renewed"), scratch.resolve("renewed"));
        DurableFiles.remove(scratch.resolve("identity"));
        for (String part : List.of("log", "state", "durable-mark", "cut")) {
            DurableFiles.remove(scratch.resolve(part));
        }
        storeIn(scratch);
        assertThat(aside.resolve("identity")).content().contains("store " + first);
    }

    private StoreId renew(String why) {
        try (Store store = Store.open(
                scratch, OpenStore.NODE, OpenStore.CLUSTER, StoreSettings.DEFAULT, number -> {}, failure -> {})) {
            store.renew("flock-7", why);
            return store.log().storeId();
        }
    }

    @Test
    void aSecondUseInThisProcessIsRefused() {
        try (OpenStore store = new OpenStore(scratch)) {
            assertThatThrownBy(() -> new OpenStore(scratch))
                    .isInstanceOf(StoreRefused.class)
                    .hasMessageContaining(scratch.toString())
                    .hasMessageContaining("in use by another process")
                    .hasMessageContaining("BELLWETHER_DATA");
            assertThat(store.failures()).isEmpty();
        }
        storeIn(scratch);
    }

    @Test
    void aSecondProcessIsRefused() throws Exception {
        try (OpenStore store = new OpenStore(scratch)) {
            Process second = StoreProcess.start(scratch);
            String said = new String(second.getErrorStream().readAllBytes(), UTF_8);
            assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isEqualTo(StoreProcess.REFUSED);
            assertThat(said).contains(scratch.toString(), "in use by another process", "Stop that one first");
            assertThat(store.failures()).isEmpty();
        }
    }

    @Test
    void theFolderOfAnotherNodeIsRefused() {
        storeIn(scratch);
        assertThatThrownBy(() -> open(new NodeId("n2"), OpenStore.CLUSTER))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("belongs to the node 'n1'")
                .hasMessageContaining("'n2'")
                .hasMessageContaining("BELLWETHER_NODE");
        storeIn(scratch);
    }

    @Test
    void theFolderOfAnotherClusterIsRefused() {
        storeIn(scratch);
        assertThatThrownBy(() -> open(OpenStore.NODE, "herd"))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("belongs to the cluster 'flock'")
                .hasMessageContaining("'herd'")
                .hasMessageContaining("BELLWETHER_CLUSTER");
    }

    @Test
    void aFormatFromTheFutureIsRefused() throws IOException {
        StoreId store = storeIn(scratch);
        StoreIdentity identity = new StoreIdentity(OpenStore.NODE.name(), store, OpenStore.CLUSTER);
        Files.writeString(scratch.resolve("identity"), identity.encode(2));
        assertThatThrownBy(() -> storeIn(scratch))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("knows only 1");
    }

    @Test
    void aStoreWithoutItsIdentityIsNotTakenForAnEmptyFolder() throws IOException {
        storeIn(scratch);
        Files.delete(scratch.resolve("identity"));
        assertThatThrownBy(() -> storeIn(scratch))
                .isInstanceOf(StoreRefused.class)
                .hasMessageContaining("'identity' is missing");
        assertThat(scratch.resolve("log")).isDirectory();
    }

    @Test
    void aStoreWhoseMakingWasInterruptedIsMadeAnew() throws IOException {
        storeIn(scratch);
        Files.delete(scratch.resolve("identity"));
        Files.delete(scratch.resolve("log/CURRENT"));
        Files.createFile(scratch.resolve("creating"));
        storeIn(scratch);
        assertThat(scratch.resolve("creating")).doesNotExist();
    }

    @Test
    void otherFilesInTheFolderAreLeftAlone() throws IOException {
        Files.createDirectories(scratch.resolve("zookeeper"));
        Files.writeString(scratch.resolve("zookeeper/myid"), "1");
        storeIn(scratch);
        assertThat(scratch.resolve("zookeeper/myid")).hasContent("1");
    }

    private StoreId storeIn(Path folder) {
        try (OpenStore store = new OpenStore(folder)) {
            return store.log().storeId();
        }
    }

    private void open(NodeId node, String cluster) {
        Store.open(scratch, node, cluster, StoreSettings.DEFAULT, number -> {}, failure -> {})
                .close();
    }
}
