package io.bellwether.service.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * That leadership is to move: the JSON of {@code POST /v1/cluster/handoff}.
 *
 * @param to whom to; null for the most caught-up follower that is in sync
 * @param epoch the leadership that is to end; null for whichever it is
 * @param force without asking the leader, which hangs
 * @param dryRun only find out whether it could
 */
record HandOffRequest(@Nullable String to, @Nullable Long epoch, boolean force, boolean dryRun) {
    private static final JsonFactory JSON = new JsonFactory();

    HandOffRequest to(String target) {
        return new HandOffRequest(target, epoch, force, dryRun);
    }

    HandOffRequest epoch(long named) {
        return new HandOffRequest(to, named, force, dryRun);
    }

    /**
     * @param body no bytes at all count as no wishes
     * @throws ProblemException that names what is wrong
     */
    static HandOffRequest read(byte[] body) {
        HandOffRequest[] read = {new HandOffRequest(null, null, false, false)};
        JsonFields.read(body, (field, json) -> read[0] = read[0].with(field, json));
        return read[0];
    }

    private HandOffRequest with(String field, JsonParser json) throws IOException {
        return switch (field) {
            case "to" -> {
                if (json.currentToken() == JsonToken.VALUE_STRING
                        && !json.getText().isEmpty()) {
                    yield to(json.getText());
                }
                throw JsonFields.refused("'to' is the id of a node, as a text.");
            }
            case "epoch" -> epoch(JsonFields.epoch(json));
            case "force" -> new HandOffRequest(to, epoch, JsonFields.flag(field, json), dryRun);
            case "dryRun" -> new HandOffRequest(to, epoch, force, JsonFields.flag(field, json));
            default -> throw JsonFields.unknown(field, "'to', 'epoch', 'force' and 'dryRun'");
        };
    }

    byte[] json() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (to != null) {
                json.writeStringField("to", to);
            }
            if (epoch != null) {
                json.writeNumberField("epoch", epoch);
            }
            json.writeBooleanField("force", force);
            json.writeBooleanField("dryRun", dryRun);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory takes bytes", e);
        }
        return bytes.toByteArray();
    }
}
