package io.bellwether.service.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.TreeSet;
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
        HandOffRequest read = new HandOffRequest(null, null, false, false);
        if (body.length == 0) {
            return read;
        }
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw refused("it is no object.");
            }
            TreeSet<String> seen = new TreeSet<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                if (!seen.add(field)) {
                    throw refused("the field '" + field + "' is there twice.");
                }
                json.nextToken();
                read = read.with(field, json);
            }
            if (json.nextToken() != null) {
                throw refused("something follows the object.");
            }
            return read;
        } catch (JsonProcessingException e) {
            throw refused("it is no JSON: " + e.getOriginalMessage() + ".");
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory can be read", e);
        }
    }

    private HandOffRequest with(String field, JsonParser json) throws IOException {
        JsonToken value = json.currentToken();
        switch (field) {
            case "to" -> {
                if (value == JsonToken.VALUE_STRING && !json.getText().isEmpty()) {
                    return to(json.getText());
                }
                throw refused("'to' is the id of a node, as a text.");
            }
            case "epoch" -> {
                if (value == JsonToken.VALUE_NUMBER_INT && Numbers.parse(json.getText()) > 0) {
                    return epoch(Numbers.parse(json.getText()));
                }
                throw refused("'epoch' is a number above 0.");
            }
            case "force" -> {
                return new HandOffRequest(to, epoch, flag(field, value), dryRun);
            }
            case "dryRun" -> {
                return new HandOffRequest(to, epoch, force, flag(field, value));
            }
            default ->
                throw refused("there is no field '" + PercentEncoding.shown(field)
                        + "'; there are 'to', 'epoch', 'force' and 'dryRun'.");
        }
    }

    private static boolean flag(String field, JsonToken value) {
        if (value == JsonToken.VALUE_TRUE || value == JsonToken.VALUE_FALSE) {
            return value == JsonToken.VALUE_TRUE;
        }
        throw refused("'" + field + "' is true or false.");
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_JSON, "The body is refused: " + detail);
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
