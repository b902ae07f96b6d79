package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import org.junit.jupiter.api.Test;

class RecentRowsTest {
    private final RecentRows rows = new RecentRows(400);

    /** A key and a value of a byte each weigh 152 bytes: two rows fit. */
    @Test
    void aRowThatWasUsedHasASecondChance() {
        rows.put(Bytes.utf8("a"), Bytes.utf8("1"));
        rows.put(Bytes.utf8("b"), Bytes.utf8("2"));
        assertThat(rows.get(Bytes.utf8("a"))).isEqualTo(Bytes.utf8("1"));
        rows.put(Bytes.utf8("c"), Bytes.utf8("3"));
        assertThat(rows.get(Bytes.utf8("b"))).isNull();
        assertThat(rows.get(Bytes.utf8("a"))).isEqualTo(Bytes.utf8("1"));
        assertThat(rows.get(Bytes.utf8("c"))).isEqualTo(Bytes.utf8("3"));
        assertThat(rows.bytes()).isEqualTo(304);
    }

    @Test
    void whenAllWereUsedTheOldestGoesAllTheSame() {
        rows.put(Bytes.utf8("a"), Bytes.utf8("1"));
        rows.put(Bytes.utf8("b"), Bytes.utf8("2"));
        assertThat(rows.get(Bytes.utf8("b"))).isNotNull();
        assertThat(rows.get(Bytes.utf8("a"))).isNotNull();
        rows.put(Bytes.utf8("b"), Bytes.wrap(new byte[200]));
        assertThat(rows.get(Bytes.utf8("a"))).isNull();
        assertThat(rows.get(Bytes.utf8("b"))).isEqualTo(Bytes.wrap(new byte[200]));
        assertThat(rows.bytes()).isEqualTo(351);
    }

    @Test
    void anotherValueTakesThePlaceOfTheOneBefore() {
        rows.put(Bytes.utf8("a"), Bytes.utf8("1"));
        rows.put(Bytes.utf8("a"), Bytes.utf8("22"));
        assertThat(rows.get(Bytes.utf8("a"))).isEqualTo(Bytes.utf8("22"));
        assertThat(rows.bytes()).isEqualTo(153);
        rows.remove(Bytes.utf8("a"));
        assertThat(rows.get(Bytes.utf8("a"))).isNull();
        assertThat(rows.bytes()).isZero();
    }

    @Test
    void aRowThatIsLargerThanAllPlaceIsNotKept() {
        rows.put(Bytes.utf8("a"), Bytes.wrap(new byte[400]));
        assertThat(rows.bytes()).isZero();
    }

    @Test
    void withoutPlaceNoneIsKept() {
        RecentRows none = new RecentRows(0);
        none.put(Bytes.utf8("a"), Bytes.utf8("1"));
        assertThat(none.get(Bytes.utf8("a"))).isNull();
    }
}
