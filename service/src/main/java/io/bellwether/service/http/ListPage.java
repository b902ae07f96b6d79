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

/** A page of a list as JSON. */
final class ListPage {
    private static final JsonFactory JSON = new JsonFactory();

    private ListPage() {}

    /** @param at the log position that the page reflects */
    static byte[] json(ListWish wish, long at, RecordReader.Page page) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 10);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("prefix", wish.prefix().utf8());
            json.writeNumberField("at", at);
            json.writeArrayFieldStart("items");
            for (RecordReader.Item item : page.items()) {
                item(json, item, wish.values());
            }
            json.writeEndArray();
            Bytes next = next(page);
            if (next != null) {
                json.writeStringField("next", next.utf8());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory takes bytes", e);
        }
        return bytes.toByteArray();
    }

    /** What {@code after} of the next page is; null on the last one. */
    static @Nullable Bytes next(RecordReader.Page page) {
        List<RecordReader.Item> items = page.items();
        return page.more() ? items.get(items.size() - 1).key() : null;
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
