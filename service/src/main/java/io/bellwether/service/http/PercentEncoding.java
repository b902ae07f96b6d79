package io.bellwether.service.http;

import io.bellwether.replication.Bytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Percent-encoding (RFC 3986, section 2.1), strictly: a plus is a plus, and what is not whole is refused. */
final class PercentEncoding {
    private PercentEncoding() {}

    /** Null if an escape is broken or a character is not ASCII. */
    static @Nullable Bytes decode(String raw, int from, int to) {
        byte[] decoded = new byte[to - from];
        int size = 0;
        for (int i = from; i < to; i++) {
            char c = raw.charAt(i);
            if (c >= 0x80) {
                return null;
            }
            if (c != '%') {
                decoded[size++] = (byte) c;
                continue;
            }
            if (i + 2 >= to || !HexFormat.isHexDigit(raw.charAt(i + 1)) || !HexFormat.isHexDigit(raw.charAt(i + 2))) {
                return null;
            }
            decoded[size++] = (byte) HexFormat.fromHexDigits(raw, i + 1, i + 3);
            i += 2;
        }
        return Bytes.wrap(size == decoded.length ? decoded : Arrays.copyOf(decoded, size));
    }

    /** Null if the bytes are no UTF-8. */
    static @Nullable CharBuffer utf8(Bytes bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.unsafeArray()));
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** So that it can stand in a query; a slash stays as it is, for people to read. */
    static String encode(Bytes bytes) {
        StringBuilder encoded = new StringBuilder(bytes.size() + 8);
        for (int i = 0; i < bytes.size(); i++) {
            int octet = bytes.at(i) & 0xff;
            boolean plain = (octet >= 'a' && octet <= 'z')
                    || (octet >= 'A' && octet <= 'Z')
                    || (octet >= '0' && octet <= '9')
                    || "-._~/".indexOf(octet) >= 0;
            if (plain) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) octet));
            }
        }
        return encoded.toString();
    }

    /** A piece of what a client sent, short enough to be told back. */
    static String shown(String raw) {
        return raw.length() <= 80 ? raw : raw.substring(0, 80) + "…";
    }
}
