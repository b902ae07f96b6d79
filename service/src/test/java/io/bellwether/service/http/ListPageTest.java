package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bellwether.gateway.ReadLevel;
import io.bellwether.replication.Bytes;
import io.bellwether.service.data.RecordReader;
import io.bellwether.service.data.StoredRecord;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A page is no larger than its limit as it is sent, not only as it is stored. */
class ListPageTest {
    private static final ListWish WISH =
            new ListWish(Bytes.EMPTY, null, 10, true, new ReadLevel.Local(), "&consistency=local");
    private static final int VALUE_BYTES = 1_000;
    /** Each of its bytes is six as JSON. */
    private static final Bytes LONG_AS_JSON = Bytes.wrap(new byte[VALUE_BYTES]);

    private final List<RecordReader.Item> items = Stream.of("a", "b", "c")
            .map(key -> new RecordReader.Item(
                    Bytes.utf8(key), new StoredRecord(1, 1, 1, 0, "application/octet-stream", LONG_AS_JSON)))
            .toList();

    private static List<String> keys(ListPage page) throws IOException {
        JsonNode json = new ObjectMapper().readTree(page.body().utf8());
        return json.path("items").findValuesAsText("key");
    }

    private ListPage page(boolean more, long maxBytes) {
        return ListPage.of(WISH, 7, new RecordReader.Page(items, more), maxBytes);
    }

    @Test
    void allThatFitsIsThere() throws IOException {
        ListPage whole = page(false, Integer.MAX_VALUE);
        assertThat(keys(whole)).containsExactly("a", "b", "c");
        assertThat(whole.next()).isNull();
        assertThat(page(true, Integer.MAX_VALUE).next()).isEqualTo(Bytes.utf8("c"));
    }

    @Test
    void itEndsBeforeTheItemThatIsTooMuch() throws IOException {
        ListPage cut = page(false, 2L * 6 * VALUE_BYTES + 500);
        assertThat(keys(cut)).containsExactly("a", "b");
        assertThat(cut.next()).isEqualTo(Bytes.utf8("b"));
        assertThat(cut.body().size()).isLessThan(2 * 6 * VALUE_BYTES + 600);
    }

    @Test
    void aFirstItemStandsAlone() throws IOException {
        ListPage first = page(true, 1);
        assertThat(keys(first)).containsExactly("a");
        assertThat(first.next()).isEqualTo(Bytes.utf8("a"));
    }
}
