package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import io.bellwether.simulation.TablesContract;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables on RocksDB keep the contract; a restart is what a kill leaves on the disk. */
class RocksTablesTest extends TablesContract {
    @TempDir
    private Path scratch;

    private int lives;
    private OpenStore store;

    @BeforeEach
    void open() {
        store = new OpenStore(scratch.resolve("life-" + lives));
        if (store.log().end().equals(Position.ZERO)) {
            store.write(entriesThatTheStateIsMadeFrom());
            store.settle();
        }
    }

    private static List<Entry> entriesThatTheStateIsMadeFrom() {
        return LongStream.rangeClosed(1, 30)
                .mapToObj(index -> Entry.of(index, 1, index, Entry.Kind.TICK, Bytes.EMPTY))
                .toList();
    }

    @AfterEach
    void close() {
        store.close();
        assertThat(store.failures()).isEmpty();
    }

    @Override
    protected Tables tables() {
        return store.tables();
    }

    @Override
    protected void restart() {
        lives++;
        store.afterKill(scratch.resolve("life-" + lives));
        store.close();
        open();
    }

    @Test
    void aCleanEndKeepsEveryBatch() {
        put("a", "1");
        commit(1);
        put("a", "2");
        put("b", "2");
        commit(2);
        store.close();
        open();
        assertThat(tables().applied()).isEqualTo(new Position(1, 2));
        assertThat(rows()).containsExactly("a=2", "b=2");
    }

    /** Without any memory of rows, a row that was looked for in vain is found as soon as it is there. */
    @Test
    void whatWasNotThereIsFoundOnceItIs() {
        StoreSettings forgetful =
                new StoreSettings(1 << 20, 64 << 10, 64 << 10, 2, 0, 1 << 20, 4, 1 << 20, LogRetention.DEFAULT);
        try (OpenStore other = new OpenStore(scratch.resolve("forgetful"), forgetful)) {
            for (int batch = 1; batch <= 2; batch++) {
                Bytes key = Bytes.utf8("a" + batch);
                assertThat(other.tables().get(key)).isNull();
                assertThat(other.tables().get(key)).isNull();
                other.tables().put(key, Bytes.utf8("1"));
                other.tables().commit(new Position(1, batch));
                assertThat(other.tables().get(key)).isEqualTo(Bytes.utf8("1"));
            }
        }
    }

    @Test
    void viewsBetweenTwoCommitsLookAtTheSameMomentAndCloseApart() {
        put("a", "1");
        commit(1);
        Tables.View first = tables().view();
        Tables.View second = tables().view();
        first.close();
        put("a", "2");
        commit(2);
        assertThat(second.get(Bytes.utf8("a"))).isEqualTo(Bytes.utf8("1"));
        second.close();
        try (Tables.View third = tables().view()) {
            assertThat(third.get(Bytes.utf8("a"))).isEqualTo(Bytes.utf8("2"));
        }
    }

    @Test
    void aViewThatIsOpenOutlivesTheEndOfTheTables() throws Exception {
        put("a", "1");
        commit(1);
        Tables.View view = tables().view();
        Tables tables = tables();
        CompletableFuture<Void> ending = CompletableFuture.runAsync(store::close);
        assertThatThrownBy(() -> {
                    while (true) {
                        tables.view().close();
                    }
                })
                .isInstanceOf(IllegalStateException.class);
        assertThat(view.get(Bytes.utf8("a"))).isEqualTo(Bytes.utf8("1"));
        assertThat(ending).isNotDone();
        view.close();
        ending.get(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> tables.get(Bytes.utf8("a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tables.commit(new Position(1, 2))).isInstanceOf(IllegalStateException.class);
    }
}
