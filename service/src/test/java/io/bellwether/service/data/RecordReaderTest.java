package io.bellwether.service.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import io.bellwether.simulation.MemoryTables;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Pages of records. */
class RecordReaderTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final MemoryTables tables = new MemoryTables();
    private final Records records = new Records(tables);
    private long index;

    @Test
    void aPageIsInTheOrderOfUnsignedBytes() {
        put("b", "ü", "a/b", "a", "a.b", "Z");
        assertThat(keys("", null, 10, NO_LIMIT)).containsExactly("Z", "a", "a.b", "a/b", "b", "ü");
    }

    @Test
    void aPrefixIsAPrefixOfBytes() {
        put("a", "a/", "a/b", "a/c/d", "a0", "b");
        assertThat(keys("a/", null, 10, NO_LIMIT)).containsExactly("a/", "a/b", "a/c/d");
        assertThat(keys("a", null, 10, NO_LIMIT)).containsExactly("a", "a/", "a/b", "a/c/d", "a0");
        assertThat(keys("c", null, 10, NO_LIMIT)).isEmpty();
    }

    @Test
    void aPrefixOfTheHighestBytesEndsWithTheRecords() {
        Bytes high = Bytes.wrap(new byte[] {-1, -1});
        put(high);
        put("a");
        assertThat(list(high, null, 10, NO_LIMIT).items()).hasSize(1);
        assertThat(list(Bytes.wrap(new byte[] {-1}), null, 10, NO_LIMIT).items())
                .hasSize(1);
    }

    @Test
    void afterIsExclusiveAndNeedNotExist() {
        put("a", "b", "b/1", "c");
        assertThat(keys("", "b", 10, NO_LIMIT)).containsExactly("b/1", "c");
        assertThat(keys("", "aa", 10, NO_LIMIT)).containsExactly("b", "b/1", "c");
        assertThat(keys("b", "a", 10, NO_LIMIT)).containsExactly("b", "b/1");
        assertThat(keys("b", "c", 10, NO_LIMIT)).isEmpty();
        assertThat(keys("", "c", 10, NO_LIMIT)).isEmpty();
    }

    @Test
    void theLimitEndsAPageAndOnlyThenMoreFollows() {
        put("a", "b", "c");
        assertThat(list(Bytes.EMPTY, null, 2, NO_LIMIT).items()).hasSize(2);
        assertThat(list(Bytes.EMPTY, null, 2, NO_LIMIT).more()).isTrue();
        assertThat(list(Bytes.EMPTY, null, 3, NO_LIMIT).items()).hasSize(3);
        assertThat(list(Bytes.EMPTY, null, 3, NO_LIMIT).more()).isFalse();
    }

    @Test
    void whatFollowsThePrefixIsNotMore() {
        put("a/1", "b");
        assertThat(list(Bytes.utf8("a/"), null, 1, NO_LIMIT).more()).isFalse();
    }

    @Test
    void thePageEndsEarlyAtItsBytes() {
        put("a", "b", "c");
        long row = rowSize();

        assertThat(keys("", null, 10, 2 * row)).containsExactly("a", "b");
        assertThat(list(Bytes.EMPTY, null, 10, 2 * row).more()).isTrue();
        assertThat(keys("", null, 10, 2 * row - 1)).containsExactly("a");
        assertThat(keys("", null, 10, 3 * row)).containsExactly("a", "b", "c");
        assertThat(list(Bytes.EMPTY, null, 10, 3 * row).more()).isFalse();
    }

    @Test
    void aRecordThatIsLargerThanAPageStandsAlone() {
        put("a", "b");
        assertThat(keys("", null, 10, 1)).containsExactly("a");
        assertThat(keys("", "a", 10, 1)).containsExactly("b");
    }

    @Test
    void aViewIsOfOneIndex() {
        put("a");
        try (Tables.View view = tables.view()) {
            put("b");
            assertThat(new RecordReader(view).get(Bytes.utf8("b"))).isNull();
            assertThat(new RecordReader(view)
                            .list(Bytes.EMPTY, null, 10, NO_LIMIT)
                            .items())
                    .hasSize(1);
        }
    }

    private long rowSize() {
        Bytes row = Rows.rowOf(Bytes.utf8("a"));
        try (Tables.View view = tables.view()) {
            return row.size() + (long) Objects.requireNonNull(view.get(row)).size();
        }
    }

    private List<String> keys(String prefix, @Nullable String after, int limit, long maxBytes) {
        return list(Bytes.utf8(prefix), after == null ? null : Bytes.utf8(after), limit, maxBytes).items().stream()
                .map(item -> new String(item.key().toArray(), StandardCharsets.UTF_8))
                .toList();
    }

    private RecordReader.Page list(Bytes prefix, @Nullable Bytes after, int limit, long maxBytes) {
        try (Tables.View view = tables.view()) {
            return new RecordReader(view).list(prefix, after, limit, maxBytes);
        }
    }

    private void put(String... keys) {
        for (String key : keys) {
            put(Bytes.utf8(key));
        }
    }

    private void put(Bytes key) {
        index++;
        records.apply(
                new Position(1, index),
                1_000,
                CommandCodec.encode(new Command.Put(key, Condition.ALWAYS, "text/plain", Bytes.utf8("v"))));
        tables.commit(new Position(1, index));
    }
}
