package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import org.junit.jupiter.api.Test;

/** The tables in memory keep the contract, and a crash takes back as many batches as the caller says. */
class MemoryTablesTest extends TablesContract {
    private final MemoryTables tables = new MemoryTables(8);

    @Override
    protected Tables tables() {
        return tables;
    }

    @Override
    protected void restart() {
        tables.crash(Math.min(5, tables.losable()));
    }

    @Test
    void aCrashTakesTheLatestBatchesBack() {
        put("a", "1");
        commit(1);
        put("a", "2");
        put("b", "2");
        commit(2);
        delete("a");
        commit(3);
        put("c", "4");
        tables.crash(2);
        assertThat(tables.applied()).isEqualTo(new Position(1, 1));
        assertThat(rows()).containsExactly("a=1");
    }

    @Test
    void aCrashThatLosesNothingTakesOnlyWhatWasNotCommitted() {
        put("a", "1");
        commit(1);
        put("a", "2");
        tables.crash(0);
        assertThat(tables.applied()).isEqualTo(new Position(1, 1));
        assertThat(rows()).containsExactly("a=1");
    }

    @Test
    void onlyTheLatestBatchesCanBeLost() {
        for (int i = 1; i <= 20; i++) {
            put("a", "" + i);
            commit(i);
        }
        assertThat(tables.losable()).isEqualTo(8);
        assertThatThrownBy(() -> tables.crash(9)).isInstanceOf(InvariantViolation.class);
        tables.crash(8);
        assertThat(get("a")).isEqualTo("12");
    }

    @Test
    void aViewOfADeadProcessSaysSo() {
        Tables.View view = tables.view();
        tables.crash(0);
        assertThatThrownBy(() -> view.get(Bytes.utf8("a"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void viewsAfterACrashSeeWhatIsWrittenThen() {
        put("a", "1");
        commit(1);
        put("a", "2");
        commit(2);
        tables.crash(1);
        try (Tables.View view = tables.view()) {
            put("a", "3");
            commit(2);
            assertThat(view.get(Bytes.utf8("a"))).isEqualTo(Bytes.utf8("1"));
        }
        assertThat(get("a")).isEqualTo("3");
    }
}
