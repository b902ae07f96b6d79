package io.bellwether.service.http;

import io.bellwether.replication.Bytes;
import io.bellwether.service.data.Command;
import java.nio.CharBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a key from the raw path of a request: {@code segment("/"segment)*}, 1 to 512 bytes of UTF-8 once decoded; no
 * empty segment, no {@code .} or {@code ..}, no {@code %}, {@code \} or {@code ;}, no control character. An escaped slash
 * is refused: behind a proxy that decodes it, it would be another key.
 */
final class KeyPath {
    private KeyPath() {}

    /**
     * @param from where the key begins in the path
     * @throws ProblemException that says which rule is broken
     */
    static Bytes parse(String path, int from) {
        String wrong = wrongInRaw(path, from);
        if (wrong != null) {
            throw refused(path, from, wrong);
        }
        Bytes key = PercentEncoding.decode(path, from, path.length());
        if (key == null) {
            throw refused(
                    path,
                    from,
                    "has an escape that is no '%' with two hexadecimal digits, or a character that must be escaped");
        }
        if (key.size() == 0) {
            throw refused(path, from, "is empty");
        }
        if (key.size() > Command.MAX_KEY_BYTES) {
            throw refused(path, from, "has " + key.size() + " bytes, and " + Command.MAX_KEY_BYTES + " are the most");
        }
        String wrongDecoded = wrongInDecoded(key);
        if (wrongDecoded != null) {
            throw refused(path, from, wrongDecoded);
        }
        return key;
    }

    private static @Nullable String wrongInRaw(String path, int from) {
        for (int i = from; i < path.length(); i++) {
            if (path.charAt(i) == ';') {
                return "holds a ';'";
            }
            if (path.regionMatches(true, i, "%2F", 0, 3)) {
                return "holds an escaped slash, '%2F'";
            }
        }
        return null;
    }

    private static @Nullable String wrongInDecoded(Bytes key) {
        CharBuffer text = PercentEncoding.utf8(key);
        if (text == null) {
            return "is no UTF-8 once decoded";
        }
        int segment = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i < text.length() && text.charAt(i) != '/') {
                String forbidden = forbidden(text.charAt(i));
                if (forbidden != null) {
                    return forbidden;
                }
                continue;
            }
            String wrong = wrongSegment(text, segment, i);
            if (wrong != null) {
                return wrong;
            }
            segment = i + 1;
        }
        return null;
    }

    private static @Nullable String forbidden(char c) {
        if (c == '%' || c == '\\' || c == ';') {
            return "holds a '" + c + "'";
        }
        return Character.isISOControl(c) ? "holds the control character U+" + String.format("%04X", (int) c) : null;
    }

    private static @Nullable String wrongSegment(CharSequence text, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return "has an empty segment";
        }
        if (text.charAt(from) == '.' && (length == 1 || (length == 2 && text.charAt(from + 1) == '.'))) {
            return "has a segment '" + text.subSequence(from, to) + "'";
        }
        return null;
    }

    private static ProblemException refused(String path, int from, String why) {
        return new ProblemException(
                ProblemCode.INVALID_KEY,
                "The key '" + PercentEncoding.shown(path.substring(from)) + "' " + why
                        + ". A key is segments between slashes, none of them empty, '.' or '..', without '%', '\\', ';'"
                        + " and control characters.");
    }
}
