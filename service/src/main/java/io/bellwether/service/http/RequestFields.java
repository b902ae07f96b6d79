package io.bellwether.service.http;

import io.bellwether.gateway.RequestId;
import io.bellwether.service.data.Command;
import io.bellwether.service.data.Condition;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a request that mean something here, gathered in one pass. A field that is there twice is
 * refused, a list too: which one a proxy in between would have taken is anybody's guess.
 */
final class RequestFields {
    static final String TIMEOUT = "Bellwether-Timeout";
    static final String MIN_INDEX = "Bellwether-Min-Index";
    static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    static final int MAX_IDEMPOTENCY_KEY = 128;
    private static final String DEFAULT_CONTENT_TYPE = "application/octet-stream";

    private @Nullable String contentLength;
    private @Nullable String contentType;
    private @Nullable String contentEncoding;
    private @Nullable String contentRange;
    private @Nullable String transferEncoding;
    private @Nullable String ifMatch;
    private @Nullable String ifNoneMatch;
    private @Nullable String ifModifiedSince;
    private @Nullable String ifUnmodifiedSince;
    private @Nullable String timeout;
    private @Nullable String minIndex;
    private @Nullable String idempotencyKey;

    private RequestFields() {}

    /** @throws ProblemException that names a field which is repeated */
    static RequestFields of(HttpFields fields) {
        RequestFields gathered = new RequestFields();
        for (HttpField field : fields) {
            gathered.gather(field);
        }
        return gathered;
    }

    private void gather(HttpField field) {
        if (field.getHeader() == null) {
            gatherOurs(field);
            return;
        }
        switch (field.getHeader()) {
            case CONTENT_LENGTH -> contentLength = once(contentLength, field);
            case CONTENT_TYPE -> contentType = once(contentType, field);
            case CONTENT_ENCODING -> contentEncoding = once(contentEncoding, field);
            case CONTENT_RANGE -> contentRange = once(contentRange, field);
            case TRANSFER_ENCODING -> transferEncoding = once(transferEncoding, field);
            case IF_MATCH -> ifMatch = conditionOnce(ifMatch, field);
            case IF_NONE_MATCH -> ifNoneMatch = conditionOnce(ifNoneMatch, field);
            case IF_MODIFIED_SINCE -> ifModifiedSince = conditionOnce(ifModifiedSince, field);
            case IF_UNMODIFIED_SINCE -> ifUnmodifiedSince = conditionOnce(ifUnmodifiedSince, field);
            default -> gatherOurs(field);
        }
    }

    private void gatherOurs(HttpField field) {
        String name = field.getName();
        if (name.equalsIgnoreCase(TIMEOUT)) {
            timeout = once(timeout, field);
        } else if (name.equalsIgnoreCase(MIN_INDEX)) {
            minIndex = once(minIndex, field);
        } else if (name.equalsIgnoreCase(IDEMPOTENCY_KEY)) {
            idempotencyKey = once(idempotencyKey, field);
        }
    }

    private static String once(@Nullable String before, HttpField field) {
        if (before != null) {
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER, "The header " + field.getName() + " is there more than once.");
        }
        return field.getValue() == null ? "" : field.getValue();
    }

    private static String conditionOnce(@Nullable String before, HttpField field) {
        if (before != null) {
            throw new ProblemException(
                    ProblemCode.INVALID_CONDITION,
                    "The condition " + field.getName() + " is there more than once; give its tags as one list.");
        }
        return field.getValue() == null ? "" : field.getValue();
    }

    /** What a PUT asks to hold. */
    Condition conditionOfPut() {
        refuseDatesOnWrites();
        if (ifMatch != null && ifNoneMatch != null) {
            throw conditionRefused("If-Match and If-None-Match exclude each other on a write; send one of them.");
        }
        if (ifNoneMatch != null) {
            if (!ifNoneMatch.equals("*")) {
                throw conditionRefused("If-None-Match on a write is '*', only if there is no such key, but not '"
                        + PercentEncoding.shown(ifNoneMatch) + "'.");
            }
            return Condition.ABSENT;
        }
        return ifMatch();
    }

    /** What a DELETE asks to hold. */
    Condition conditionOfDelete() {
        refuseDatesOnWrites();
        if (ifNoneMatch != null) {
            throw conditionRefused("If-None-Match makes no sense on a DELETE; send If-Match or no condition.");
        }
        return ifMatch();
    }

    private Condition ifMatch() {
        if (ifMatch == null) {
            return Condition.ALWAYS;
        }
        EntityTags tags = EntityTags.parse("If-Match", ifMatch);
        return tags.any() ? Condition.PRESENT : new Condition.MadeBy(tags.indexes());
    }

    private void refuseDatesOnWrites() {
        if (ifModifiedSince != null || ifUnmodifiedSince != null) {
            throw conditionRefused((ifModifiedSince != null ? "If-Modified-Since" : "If-Unmodified-Since")
                    + " is too coarse for a write, seconds against thousands of writes in each; send If-Match.");
        }
    }

    /** The tags that a reader holds, and that need not be sent again. */
    Optional<EntityTags> ifNoneMatchOfRead() {
        return Optional.ofNullable(ifNoneMatch).map(value -> EntityTags.parse("If-None-Match", value));
    }

    /** The tags of which a reader wants one. */
    Optional<EntityTags> ifMatchOfRead() {
        return Optional.ofNullable(ifMatch).map(value -> EntityTags.parse("If-Match", value));
    }

    /** The length of a value that is to be written. */
    long length(long max) {
        if (contentEncoding != null) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED_CONTENT,
                    "The body has Content-Encoding '" + PercentEncoding.shown(contentEncoding)
                            + "'. A value is stored as it is sent: send it without, or name the form in Content-Type.");
        }
        if (contentRange != null) { // RFC 9110, 14.5: the piece must not take the place of the whole
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER,
                    "The body is a piece, says its Content-Range '" + PercentEncoding.shown(contentRange)
                            + "'. A value is stored whole: send all of it, without Content-Range.");
        }
        if (transferEncoding != null || contentLength == null) {
            throw new ProblemException(
                    ProblemCode.LENGTH_REQUIRED,
                    (transferEncoding == null
                                    ? "There is no Content-Length."
                                    : "Transfer-Encoding '" + PercentEncoding.shown(transferEncoding)
                                            + "' is not taken here.")
                            + " Send the value with its Content-Length, an empty one with 0.");
        }
        long length = Numbers.parse(contentLength);
        if (length == Numbers.NONE) {
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER,
                    "Content-Length is a number of bytes, but not '" + PercentEncoding.shown(contentLength) + "'.");
        }
        if (length > max) {
            throw new ProblemException(
                    ProblemCode.VALUE_TOO_LARGE,
                    "The value has " + length + " bytes, and " + max + " are the most (clients.maxValueSize).");
        }
        return length;
    }

    /** As sent, {@code application/octet-stream} if not. */
    String contentType() {
        if (contentType == null) {
            return DEFAULT_CONTENT_TYPE;
        }
        boolean plain = !contentType.isEmpty() && contentType.length() <= Command.MAX_CONTENT_TYPE_CHARACTERS;
        for (int i = 0; plain && i < contentType.length(); i++) {
            plain = contentType.charAt(i) >= ' ' && contentType.charAt(i) <= '~';
        }
        if (!plain) {
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER,
                    "Content-Type is 1 to " + Command.MAX_CONTENT_TYPE_CHARACTERS
                            + " printable ASCII characters, but not '" + PercentEncoding.shown(contentType) + "'.");
        }
        return contentType;
    }

    Duration timeout(Limits limits) {
        if (timeout == null) {
            return limits.defaultTimeout();
        }
        Duration asked = Numbers.parseDuration(timeout);
        if (asked == null || asked.compareTo(limits.maxTimeout()) > 0) {
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER,
                    TIMEOUT + " is a duration such as 500ms or 2s, at most "
                            + limits.maxTimeout().toMillis() + "ms, but not '" + PercentEncoding.shown(timeout) + "'.");
        }
        return asked;
    }

    /** 0 if there is none. */
    long minIndex() {
        if (minIndex == null) {
            return 0;
        }
        long index = Numbers.parse(minIndex);
        if (index == Numbers.NONE) {
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER,
                    MIN_INDEX + " is the Bellwether-Index of an earlier answer, but not '"
                            + PercentEncoding.shown(minIndex) + "'.");
        }
        return index;
    }

    /** The client's own request id, with what it stands for. */
    Optional<RequestId.Keyed> idempotencyKey(Command command) {
        return idempotencyKey == null
                ? Optional.empty()
                : Optional.of(new RequestId.Keyed(idempotencyKey, Fingerprint.of(command)));
    }

    /** @throws ProblemException if there is one that is none */
    void checkIdempotencyKey() {
        if (idempotencyKey == null) {
            return;
        }
        boolean visible = !idempotencyKey.isEmpty() && idempotencyKey.length() <= MAX_IDEMPOTENCY_KEY;
        for (int i = 0; visible && i < idempotencyKey.length(); i++) {
            visible = idempotencyKey.charAt(i) > ' ' && idempotencyKey.charAt(i) <= '~';
        }
        if (!visible) {
            throw new ProblemException(
                    ProblemCode.INVALID_HEADER,
                    IDEMPOTENCY_KEY + " is 1 to " + MAX_IDEMPOTENCY_KEY + " visible ASCII characters, but not '"
                            + PercentEncoding.shown(idempotencyKey) + "'.");
        }
    }

    /** A DELETE has no body of its own, but what is written in another form is refused there too. */
    void refuseContentEncoding() {
        if (contentEncoding != null) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED_CONTENT, "Content-Encoding makes no sense here; leave it out.");
        }
    }

    private static ProblemException conditionRefused(String detail) {
        return new ProblemException(ProblemCode.INVALID_CONDITION, detail);
    }
}
