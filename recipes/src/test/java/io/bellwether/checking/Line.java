package io.bellwether.checking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One line of a history: {@code name=value} after {@code name=value}, everything unusual in a value as {@code %xx}. */
final class Line {
    private static final String PLAIN = "-_./@+*!:;,";

    private Line() {}

    /** Writes a line. */
    static final class Writer {
        private final StringBuilder line = new StringBuilder();

        Writer field(String name, @Nullable String value) {
            if (value != null) {
                line.append(line.length() == 0 ? "" : " ")
                        .append(name)
                        .append('=')
                        .append(escape(value));
            }
            return this;
        }

        /** A number that is left out when it says nothing. */
        Writer field(String name, long value, long nothing) {
            return value == nothing ? this : field(name, Long.toString(value));
        }

        @Override
        public String toString() {
            return line.toString();
        }
    }

    /** Reads a line. Every field has to be asked for: what nobody knows is refused. */
    static final class Reader {
        private final String line;
        private final Map<String, String> fields = new TreeMap<>();

        Reader(String line) {
            this.line = line;
            for (String field : line.split(" ", -1)) {
                int sign = field.indexOf('=');
                if (sign <= 0 || fields.put(field.substring(0, sign), unescape(field.substring(sign + 1))) != null) {
                    throw malformed("'" + field + "' is no field, or stands twice");
                }
            }
        }

        @Nullable
        String text(String name) {
            return fields.remove(name);
        }

        String required(String name) {
            String value = text(name);
            if (value == null) {
                throw malformed(name + " is missing");
            }
            return value;
        }

        long number(String name, long ifMissing) {
            String value = text(name);
            try {
                return value == null ? ifMissing : Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw malformed(name + " is no number");
            }
        }

        void end() {
            if (!fields.isEmpty()) {
                throw malformed("unknown: " + fields.keySet());
            }
        }

        IllegalArgumentException malformed(String why) {
            return new IllegalArgumentException("no line of a history (" + why + "): " + line);
        }
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (byte octet : text.getBytes(UTF_8)) {
            char character = (char) (octet & 0xff);
            boolean plain = character < 0x80 && (Character.isLetterOrDigit(character) || PLAIN.indexOf(character) >= 0);
            escaped.append(plain ? String.valueOf(character) : "%%%02x".formatted((int) character));
        }
        return escaped.toString();
    }

    static String unescape(String escaped) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (int at = 0; at < escaped.length(); at++) {
            if (escaped.charAt(at) == '%') {
                octets.write(Integer.parseInt(escaped.substring(at + 1, at + 3), 16));
                at += 2;
            } else {
                octets.write(escaped.charAt(at));
            }
        }
        return octets.toString(UTF_8);
    }
}
