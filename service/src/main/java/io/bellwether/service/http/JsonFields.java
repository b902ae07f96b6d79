package io.bellwether.service.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.TreeSet;

/** Reads the flat objects in which operators say what they want. What is wrong is named, and nothing is passed over. */
final class JsonFields {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonFields() {}

    /** Takes a field whose value is the parser's current token. */
    interface Taker {
        void take(String field, JsonParser json) throws IOException;
    }

    /**
     * @param body no bytes at all count as an object without fields
     * @throws ProblemException that names what is wrong
     */
    static void read(byte[] body, Taker taker) {
        if (body.length == 0) {
            return;
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
                taker.take(field, json);
            }
            if (json.nextToken() != null) {
                throw refused("something follows the object.");
            }
        } catch (JsonProcessingException e) {
            throw refused("it is no JSON: " + e.getOriginalMessage() + ".");
        } catch (CharConversionException e) {
            throw refused("it is no text: " + e.getMessage() + ".");
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory can be read", e);
        }
    }

    static long epoch(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && Numbers.parse(json.getText()) > 0) {
            return Numbers.parse(json.getText());
        }
        throw refused("'epoch' is a number above 0.");
    }

    static boolean flag(String field, JsonParser json) {
        JsonToken value = json.currentToken();
        if (value == JsonToken.VALUE_TRUE || value == JsonToken.VALUE_FALSE) {
            return value == JsonToken.VALUE_TRUE;
        }
        throw refused("'" + field + "' is true or false.");
    }

    static ProblemException unknown(String field, String known) {
        return refused("there is no field '" + PercentEncoding.shown(field) + "'; there are " + known + ".");
    }

    static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_JSON, "The body is refused: " + detail);
    }
}
