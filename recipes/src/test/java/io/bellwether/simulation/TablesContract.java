package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.StateSum;
import io.bellwether.replication.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link Tables} does. Each test begins with empty tables. */
public abstract class TablesContract {
    private static final Bytes FIRST = Bytes.wrap(new byte[] {0});
    private static final Bytes PAST_ALL = Bytes.wrap(new byte[] {-1, -1, -1, -1});

    /** The tables as the process that runs now has opened them. */
    protected abstract Tables tables();

    /** The process ends in the middle of whatever it was doing, and another one opens the tables. */
    protected abstract void restart();

    @Test
    void newTablesAreEmpty() {
        assertThat(tables().applied()).isEqualTo(Position.ZERO);
        assertThat(get("a")).isNull();
        assertThat(rows()).isEmpty();
        try (Tables.View view = tables().view()) {
            assertThat(view.applied()).isEqualTo(Position.ZERO);
            assertThat(view.get(key("a"))).isNull();
            assertThat(rows(view, FIRST, PAST_ALL)).isEmpty();
        }
    }

    @Test
    void theBatchBeingGatheredIsSeenByItsOwnReads() {
        put("a", "1");
        put("b", "2");
        delete("a");
        assertThat(get("a")).isNull();
        assertThat(get("b")).isEqualTo("2");
        assertThat(rows()).containsExactly("b=2");
    }

    @Test
    void aViewSeesWholeBatchesOnly() {
        put("a", "1");
        try (Tables.View before = tables().view()) {
            assertThat(before.get(key("a"))).isNull();
            commit(1);
            assertThat(before.get(key("a"))).isNull();
            assertThat(before.applied()).isEqualTo(Position.ZERO);
        }
        try (Tables.View after = tables().view()) {
            assertThat(after.get(key("a"))).isEqualTo(Bytes.utf8("1"));
            assertThat(after.applied()).isEqualTo(new Position(1, 1));
        }
    }

    @Test
    void aViewStaysAsItWasWhateverComesLater() {
        put("a", "1");
        put("b", "1");
        put("c", "1");
        commit(1);
        try (Tables.View view = tables().view()) {
            put("a", "2");
            delete("b");
            put("d", "2");
            commit(2);
            put("a", "3");
            delete("c");
            commit(3);
            put("e", "4");
            assertThat(rows(view, FIRST, PAST_ALL)).containsExactly("a=1", "b=1", "c=1");
            assertThat(view.get(key("a"))).isEqualTo(Bytes.utf8("1"));
            assertThat(view.get(key("b"))).isEqualTo(Bytes.utf8("1"));
            assertThat(view.get(key("d"))).isNull();
            assertThat(view.applied()).isEqualTo(new Position(1, 1));
        }
        assertThat(rows()).containsExactly("a=3", "d=2", "e=4");
    }

    @Test
    void aScanMergesTheBatchWithWhatWasCommitted() {
        put("b", "1");
        put("d", "1");
        put("f", "1");
        commit(1);
        put("a", "2");
        put("b", "2");
        put("c", "2");
        delete("d");
        put("g", "2");
        assertThat(rows()).containsExactly("a=2", "b=2", "c=2", "f=1", "g=2");
    }

    @Test
    void aScanBeginsWithFromAndEndsBeforeTo() {
        for (String name : List.of("a", "b", "c", "d")) {
            put(name, name);
        }
        commit(1);
        put("bb", "bb");
        assertThat(rows(key("b"), key("d"))).containsExactly("b=b", "bb=bb", "c=c");
        assertThat(rows(key("ba"), key("bz"))).containsExactly("bb=bb");
        assertThat(rows(key("c"), key("c"))).isEmpty();
        assertThat(rows(key("d"), key("b"))).isEmpty();
        try (Tables.View view = tables().view()) {
            assertThat(rows(view, key("b"), key("d"))).containsExactly("b=b", "c=c");
            assertThat(rows(view, key("c"), key("c"))).isEmpty();
            assertThat(rows(view, key("d"), key("b"))).isEmpty();
        }
    }

    @Test
    void aScanStopsWhenTheVisitorHasEnough() {
        put("a", "1");
        put("b", "1");
        commit(1);
        put("c", "1");
        List<Bytes> seen = new ArrayList<>();
        tables().scan(FIRST, PAST_ALL, (key, value) -> {
            seen.add(key);
            return seen.size() < 2;
        });
        assertThat(seen).containsExactly(key("a"), key("b"));
        try (Tables.View view = tables().view()) {
            seen.clear();
            view.scan(FIRST, PAST_ALL, (key, value) -> {
                seen.add(key);
                return false;
            });
            assertThat(seen).containsExactly(key("a"));
        }
    }

    @Test
    void keysAreOrderedAsUnsignedBytes() {
        List<Bytes> keys = List.of(
                Bytes.wrap(new byte[] {0}),
                Bytes.wrap(new byte[] {0, 0}),
                Bytes.wrap(new byte[] {1}),
                Bytes.wrap(new byte[] {127}),
                Bytes.wrap(new byte[] {-128}),
                Bytes.wrap(new byte[] {-1}),
                Bytes.wrap(new byte[] {-1, 0}),
                Bytes.wrap(new byte[] {-1, -1}));
        for (int i = 0; i < keys.size(); i += 2) {
            tables().put(keys.get(i), Bytes.EMPTY);
        }
        commit(1);
        for (int i = 1; i < keys.size(); i += 2) {
            tables().put(keys.get(i), Bytes.EMPTY);
        }
        assertThat(keysOf(tables())).isEqualTo(keys);
        commit(2);
        assertThat(keysOf(tables())).isEqualTo(keys);
        try (Tables.View view = tables().view()) {
            List<Bytes> seen = new ArrayList<>();
            view.scan(Bytes.EMPTY, PAST_ALL, (key, value) -> seen.add(key));
            assertThat(seen).isEqualTo(keys);
        }
    }

    @Test
    void anEmptyValueIsAValue() {
        put("a", "");
        assertThat(get("a")).isEmpty();
        commit(1);
        assertThat(get("a")).isEmpty();
        try (Tables.View view = tables().view()) {
            assertThat(view.get(key("a"))).isEqualTo(Bytes.EMPTY);
        }
    }

    @Test
    void aLargeValueComesBackAsItWas() {
        byte[] large = new byte[(1 << 20) + 17];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 7);
        }
        tables().put(key("a"), Bytes.wrap(large.clone()));
        commit(1);
        assertThat(tables().get(key("a"))).isEqualTo(Bytes.wrap(large));
        try (Tables.View view = tables().view()) {
            assertThat(view.get(key("a"))).isEqualTo(Bytes.wrap(large));
        }
    }

    @Test
    void anEmptyKeyIsAViolation() {
        assertThatThrownBy(() -> tables().put(Bytes.EMPTY, Bytes.utf8("1"))).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> tables().delete(Bytes.EMPTY)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void theStateNeverGoesBack() {
        put("a", "1");
        commit(5);
        assertThatThrownBy(() -> tables().commit(new Position(1, 4))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aBatchThatWasNotCommittedIsGoneAfterACrash() {
        put("a", "1");
        commit(1);
        put("a", "2");
        put("b", "2");
        restart();
        assertThat(get("b")).isNull();
        assertThat(get("a")).isNotEqualTo("2");
    }

    @Test
    void aCrashLeavesTheStateAtSomeBatch() {
        for (int i = 1; i <= 20; i++) {
            put("a", "" + i);
            put("b" + i, "" + i);
            if (i > 3) {
                delete("b" + (i - 3));
            }
            commit(i);
        }
        restart();
        int applied = (int) tables().applied().index();
        assertThat(applied).isBetween(0, 20);
        List<String> expected = new ArrayList<>();
        if (applied > 0) {
            expected.add("a=" + applied);
        }
        for (int i = Math.max(1, applied - 2); i <= applied; i++) {
            expected.add("b" + i + "=" + i);
        }
        assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
        put("c", "1");
        commit(applied + 1);
        assertThat(get("c")).isEqualTo("1");
    }

    @Test
    void theSumIsThatOfTheRowsHoweverTheyCameAbout() {
        assertThat(tables().sum()).isEqualTo(StateSum.EMPTY);
        put("a", "1");
        put("b", "1");
        put("b", "2");
        assertThat(tables().sum()).isEqualTo(StateSum.EMPTY);
        commit(1);
        put("c", "3");
        delete("a");
        delete("never");
        put("a", "4");
        commit(2);
        assertThat(tables().sum()).isEqualTo(share("a", "4") + share("b", "2") + share("c", "3"));
        try (Tables.View view = tables().view()) {
            put("a", "5");
            delete("b");
            delete("c");
            commit(3);
            assertThat(tables().sum()).isEqualTo(share("a", "5"));
            assertThat(view.sum()).isEqualTo(share("a", "4") + share("b", "2") + share("c", "3"));
        }
        delete("a");
        commit(4);
        assertThat(tables().sum()).isEqualTo(StateSum.EMPTY);
    }

    @Test
    void theSumFallsBackWithTheState() {
        for (int i = 1; i <= 20; i++) {
            put("a", "" + i);
            put("b" + i, "" + i);
            commit(i);
        }
        put("a", "and one that was not committed");
        restart();
        long sum = rows().stream()
                .mapToLong(row -> share(row.substring(0, row.indexOf('=')), row.substring(row.indexOf('=') + 1)))
                .sum();
        assertThat(tables().sum()).isEqualTo(sum);
    }

    private static long share(String key, String value) {
        return StateSum.share(key(key), Bytes.utf8(value));
    }

    @Test
    void aViewWorksOnAnyThread() throws Exception {
        put("a", "1");
        commit(1);
        String read = CompletableFuture.supplyAsync(() -> {
                    try (Tables.View view = tables().view()) {
                        return view.applied() + " " + rows(view, FIRST, PAST_ALL);
                    }
                })
                .get(10, TimeUnit.SECONDS);
        assertThat(read).isEqualTo("1@1 [a=1]");
    }

    @Test
    void aViewThatWasClosedSaysSo() {
        Tables.View view = tables().view();
        view.close();
        view.close();
        assertThatThrownBy(() -> view.get(key("a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> view.scan(FIRST, PAST_ALL, (key, value) -> true))
                .isInstanceOf(IllegalStateException.class);
    }

    protected final void put(String key, String value) {
        tables().put(key(key), Bytes.utf8(value));
    }

    protected final void delete(String key) {
        tables().delete(key(key));
    }

    protected final void commit(long index) {
        tables().commit(new Position(1, index));
    }

    protected final @Nullable String get(String key) {
        Bytes value = tables().get(key(key));
        return value == null ? null : value.utf8();
    }

    /** All rows, as {@code key=value}, in their order. */
    protected final List<String> rows() {
        return rows(FIRST, PAST_ALL);
    }

    private List<String> rows(Bytes from, Bytes to) {
        List<String> rows = new ArrayList<>();
        tables().scan(from, to, (key, value) -> rows.add(key.utf8() + "=" + value.utf8()));
        return rows;
    }

    private static List<String> rows(Tables.View view, Bytes from, Bytes to) {
        List<String> rows = new ArrayList<>();
        view.scan(from, to, (key, value) -> rows.add(key.utf8() + "=" + value.utf8()));
        return rows;
    }

    private static List<Bytes> keysOf(Tables tables) {
        List<Bytes> keys = new ArrayList<>();
        tables.scan(Bytes.EMPTY, PAST_ALL, (key, value) -> keys.add(key));
        return keys;
    }

    private static Bytes key(String name) {
        return Bytes.utf8(name);
    }
}
