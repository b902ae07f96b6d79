package io.bellwether.service.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.bellwether.replication.Bytes;
import io.bellwether.service.data.RecordReader;
import io.bellwether.service.data.StoredRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list as JSON.
 *
 * @param body what is sent
 * @param next what {@code after} of the next page is; null on the last one
 */
record ListPage(Bytes body, @Nullable Bytes next) {
    private static final JsonFactory JSON = new JsonFactory();

    /** What was written last may be taken back. */
    private static final class Body extends ByteArrayOutputStream {
        Body() {
            super(1 << 10);
        }

        void cutTo(int size) {
            count = size;
        }
    }

    /**
     * @param at the log position that the page reflects
     * @param maxBytes the page ends before the item that would make its items larger than this, as they are written: a value may
     *     become six times as long by that. A first item that is larger stands alone
     */
    static ListPage of(ListWish wish, long at, RecordReader.Page page, long maxBytes) {
        Body bytes = new Body();
        List<RecordReader.Item> items = page.items();
        Bytes next = page.more() ? items.get(items.size() - 1).key() : null;
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("prefix", wish.prefix().utf8());
            json.writeNumberField("at", at);
            json.writeArrayFieldStart("items");
            json.flush();
            int begun = bytes.size();
            for (int i = 0; i < items.size(); i++) {
                int before = bytes.size();
                item(json, items.get(i), wish.values());
                json.flush();
                if (i > 0 && bytes.size() - begun > maxBytes) {
                    bytes.cutTo(before);
                    next = items.get(i - 1).key();
                    break;
                }
            }
            json.writeEndArray();
            if (next != null) {
                json.writeStringField("next", next.utf8());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory takes bytes", e);
        }
        return new ListPage(Bytes.wrap(bytes.toByteArray()), next);
    }

    private static void item(JsonGenerator json, RecordReader.Item item, boolean values) throws IOException {
        StoredRecord stored = item.stored();
        json.writeStartObject();
        json.writeStringField("key", item.key().utf8());
        json.writeNumberField("index", stored.index());
        json.writeNumberField("createdIndex", stored.createdIndex());
        json.writeNumberField("version", stored.version());
        json.writeStringField("contentType", stored.contentType());
        json.writeNumberField("size", stored.value().size());
        json.writeStringField(
                "lastModified", Instant.ofEpochMilli(stored.lastModified()).toString());
        if (values) {
            value(json, stored.value());
        }
        json.writeEndObject();
    }

    private static void value(JsonGenerator json, Bytes value) throws IOException {
        CharBuffer text = PercentEncoding.utf8(value);
        if (text == null) {
            json.writeBinaryField("base64", value.unsafeArray());
        } else {
            json.writeStringField("text", text.toString());
        }
    }
}
