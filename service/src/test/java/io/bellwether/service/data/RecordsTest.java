package io.bellwether.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import io.bellwether.simulation.MemoryTables;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What commands do to records, in log order. */
class RecordsTest {
    private static final Bytes KEY = Bytes.utf8("a/b");

    private final MemoryTables tables = new MemoryTables();
    private final Records records = new Records(tables);
    private long index;

    @Test
    void aPutCreatesAndThenReplaces() {
        assertThat(put("one", Condition.ALWAYS)).isEqualTo(new Result.Created());
        assertThat(put("two", Condition.ALWAYS)).isEqualTo(new Result.Replaced());

        assertThat(stored()).isEqualTo(new StoredRecord(2, 1, 2, 2_000, "text/plain", Bytes.utf8("two")));
    }

    @Test
    void aDeletedRecordStartsAnewWhenItIsPutAgain() {
        put("one", Condition.ALWAYS);
        put("two", Condition.ALWAYS);
        assertThat(delete(Condition.ALWAYS)).isEqualTo(new Result.Deleted());
        assertThat(stored()).isNull();

        assertThat(put("three", Condition.ALWAYS)).isEqualTo(new Result.Created());
        assertThat(stored()).isEqualTo(new StoredRecord(4, 4, 1, 4_000, "text/plain", Bytes.utf8("three")));
    }

    @Test
    void aDeleteOfNothingFindsNothing() {
        assertThat(delete(Condition.ALWAYS)).isEqualTo(new Result.NotFound());
    }

    @Test
    void aConditionOnAMissingRecordFails() {
        for (Condition condition : List.of(Condition.PRESENT, madeBy(1), madeBy())) {
            assertThat(put("x", condition)).isEqualTo(new Result.ConditionFailed(0));
            assertThat(delete(condition)).isEqualTo(new Result.ConditionFailed(0));
        }
        assertThat(stored()).isNull();
    }

    @Test
    void aConditionThatFailsTellsTheIndexAndChangesNothing() {
        put("one", Condition.ALWAYS);
        StoredRecord before = stored();
        for (Condition condition : List.of(Condition.ABSENT, madeBy(2), madeBy(2, 3), madeBy())) {
            assertThat(put("x", condition)).isEqualTo(new Result.ConditionFailed(1));
            assertThat(delete(condition)).isEqualTo(new Result.ConditionFailed(1));
        }
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void aConditionThatHoldsLetsTheWriteBy() {
        assertThat(put("one", Condition.ABSENT)).isEqualTo(new Result.Created());
        assertThat(put("two", madeBy(7, 1))).isEqualTo(new Result.Replaced());
        assertThat(put("three", Condition.PRESENT)).isEqualTo(new Result.Replaced());
        assertThat(delete(madeBy(3))).isEqualTo(new Result.Deleted());
    }

    @Test
    void aFailedConditionLeavesNoTraceInTheVersion() {
        put("one", Condition.ALWAYS);
        put("x", Condition.ABSENT);
        put("two", Condition.ALWAYS);

        assertThat(stored()).isEqualTo(new StoredRecord(3, 1, 2, 3_000, "text/plain", Bytes.utf8("two")));
    }

    @Test
    void bytesThatAreNoCommandAreRefusedAndChangeNothing() {
        put("one", Condition.ALWAYS);
        StoredRecord before = stored();
        for (byte[] bytes : new byte[][] {{}, {0}, {1}, {1, 9}, {1, 1, 0, 3, 'a', '/', 'b'}}) {
            assertThat(apply(Bytes.wrap(bytes))).isEqualTo(new Result.NotUnderstood());
        }
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void aCommandOfALaterVersionStopsTheProcess() {
        assertThatThrownBy(() -> apply(Bytes.wrap(new byte[] {2, 1})))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("newer software");
    }

    @Test
    void recordsTouchNothingButTheirOwnPartOfTheState() {
        Bytes before = Bytes.utf8("j~");
        Bytes after = Bytes.utf8("l");
        tables.put(before, Bytes.utf8("mine"));
        tables.put(after, Bytes.utf8("mine"));
        put("one", Condition.ALWAYS);
        commit();

        try (Tables.View view = tables.view()) {
            assertThat(new RecordReader(view)
                            .list(Bytes.EMPTY, null, 10, 1 << 20)
                            .items())
                    .hasSize(1);
        }
        delete(Condition.ALWAYS);
        commit();
        try (Tables.View view = tables.view()) {
            assertThat(view.get(before)).isNotNull();
            assertThat(view.get(after)).isNotNull();
        }
    }

    private Result put(String value, Condition condition) {
        return apply(CommandCodec.encode(new Command.Put(KEY, condition, "text/plain", Bytes.utf8(value))));
    }

    private Result delete(Condition condition) {
        return apply(CommandCodec.encode(new Command.Delete(KEY, condition)));
    }

    /** One entry a second. */
    private Result apply(Bytes command) {
        index++;
        return ResultCodec.decode(records.apply(new Position(1, index), index * 1_000, command));
    }

    private void commit() {
        tables.commit(new Position(1, index));
    }

    private @Nullable StoredRecord stored() {
        commit();
        try (Tables.View view = tables.view()) {
            return new RecordReader(view).get(KEY);
        }
    }

    private static Condition madeBy(long... indexes) {
        return new Condition.MadeBy(LongStream.of(indexes).boxed().toList());
    }
}
