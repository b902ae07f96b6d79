package io.bellwether.service.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * A request that was not fulfilled, as RFC 9457 writes it.
 *
 * @param status usually the code's own; another one where Jetty or Jersey chose it
 * @param detail what happened and what to do, for people
 * @param fate of the write that this answers; null when it answers none
 */
record Problem(
        int status,
        ProblemCode code,
        String detail,
        @Nullable WriteFate fate) {
    static final String CONTENT_TYPE = "application/problem+json";

    /** With 503 and 429: a failover takes about so long. */
    static final String RETRY_AFTER_SECONDS = "1";

    private static final JsonFactory JSON = new JsonFactory();

    static Problem of(ProblemCode code, String detail) {
        return new Problem(code.status(), code, detail, null);
    }

    /** A mistake of ours, which the log tells of. */
    static Problem failed() {
        return of(ProblemCode.INTERNAL_ERROR, "This node failed on the request; its log says how.");
    }

    Problem with(@Nullable WriteFate itsFate) {
        return new Problem(status, code, detail, itsFate);
    }

    boolean mayBeRetriedSoon() {
        return status == 503 || status == 429;
    }

    byte[] json() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("type", "about:blank");
            json.writeStringField("title", HttpStatus.getMessage(status));
            json.writeNumberField("status", status);
            json.writeStringField("code", code.word());
            json.writeStringField("detail", detail);
            if (fate != null) {
                json.writeStringField("outcome", fate.word());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("an array in memory takes bytes", e);
        }
        return bytes.toByteArray();
    }
}
