package io.bellwether.service.http;

import io.bellwether.replication.Bytes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a raw query. Read by ourselves, since parsers eat form bodies, take the first of two values in
 * silence, and turn a plus into a space.
 */
final class Query {
    private static final Query NONE = new Query(Map.of());

    private final Map<String, Bytes> values;

    private Query(Map<String, Bytes> values) {
        this.values = values;
    }

    /**
     * @param known the parameters that this request has
     * @throws ProblemException that names a parameter which is unknown, repeated or malformed
     */
    static Query parse(@Nullable String raw, List<String> known) {
        if (raw == null || raw.isEmpty()) {
            return NONE;
        }
        Map<String, Bytes> values = new LinkedHashMap<>();
        int from = 0;
        while (from <= raw.length()) {
            int ampersand = raw.indexOf('&', from);
            int to = ampersand < 0 ? raw.length() : ampersand;
            add(raw, from, to, known, values);
            from = to + 1;
        }
        return new Query(values);
    }

    private static void add(String raw, int from, int to, List<String> known, Map<String, Bytes> values) {
        int equals = raw.indexOf('=', from);
        boolean valued = equals >= 0 && equals < to;
        String name = text(raw, from, valued ? equals : to);
        if (!known.contains(name)) {
            throw refused("There is no parameter '" + PercentEncoding.shown(name) + "' here; "
                    + (known.isEmpty() ? "this request takes none." : "there are " + String.join(", ", known) + "."));
        }
        if (!valued) {
            throw refused("The parameter '" + name + "' has no value; write " + name + "=….");
        }
        Bytes value = PercentEncoding.decode(raw, equals + 1, to);
        if (value == null || PercentEncoding.utf8(value) == null) {
            throw refused("The value of parameter '" + name + "' is not percent-encoded UTF-8.");
        }
        if (values.put(name, value) != null) {
            throw refused("The parameter '" + name + "' is there more than once.");
        }
    }

    private static String text(String raw, int from, int to) {
        Bytes decoded = PercentEncoding.decode(raw, from, to);
        CharSequence text = decoded == null ? null : PercentEncoding.utf8(decoded);
        return text == null ? raw.substring(from, to) : text.toString();
    }

    Optional<Bytes> bytes(String name) {
        return Optional.ofNullable(values.get(name));
    }

    Optional<String> text(String name) {
        return bytes(name).map(Bytes::utf8);
    }

    /** {@code true} or {@code false}; false if it is not there. */
    boolean flag(String name) {
        Optional<String> text = text(name);
        if (text.isPresent() && !text.get().equals("true") && !text.get().equals("false")) {
            throw refused("The parameter '" + name + "' is 'true' or 'false', but not '"
                    + PercentEncoding.shown(text.get()) + "'.");
        }
        return text.isPresent() && text.get().equals("true");
    }

    /** @param least inclusive, as is {@code most} */
    int number(String name, int least, int most, int otherwise) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        long number = Numbers.parse(text.get());
        if (number < least || number > most) {
            throw refused("The parameter '" + name + "' is a number from " + least + " to " + most + ", but not '"
                    + PercentEncoding.shown(text.get()) + "'.");
        }
        return (int) number;
    }

    Optional<Duration> duration(String name) {
        return text(name).map(text -> {
            Duration duration = Numbers.parseDuration(text);
            if (duration == null) {
                throw refused("The parameter '" + name + "' is a duration such as 500ms, 2s or 1m, but not '"
                        + PercentEncoding.shown(text) + "'.");
            }
            return duration;
        });
    }

    static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_PARAMETER, detail);
    }
}
