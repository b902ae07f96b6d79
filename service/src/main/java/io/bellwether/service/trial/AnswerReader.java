package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds the end of an HTTP/1.1 answer in the bytes received so far, as cheaply as it goes: status, length, body. Only
 * for answers that have a body by their method and status or an empty one with its length (or 204, 304): no HEAD, no
 * 1xx.
 */
final class AnswerReader {
    private static final byte[] CONTENT_LENGTH = "content-length:".getBytes(US_ASCII);
    private static final byte[] TRANSFER_ENCODING = "transfer-encoding:".getBytes(US_ASCII);
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    private final byte[] bytes;
    private final ByteBuffer buffer;

    private int scanned;
    private int bodyAt;
    private int status;
    private int bodyLength;
    private boolean chunked;

    /** @param capacity the longest answer, in bytes, head included */
    AnswerReader(int capacity) {
        bytes = new byte[capacity];
        buffer = ByteBuffer.wrap(bytes);
        begin();
    }

    /** Where received bytes are to be put. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Forgets the last answer. */
    void begin() {
        buffer.clear();
        scanned = 0;
        bodyAt = -1;
        status = 0;
        bodyLength = 0;
        chunked = false;
    }

    /**
     * Whether the whole answer is there.
     *
     * @throws IOException if it isn't one that can be understood, or is longer than the capacity
     */
    boolean isWhole() throws IOException {
        if (bodyAt < 0 && !readHead()) {
            return pending();
        }
        int received = buffer.position() - bodyAt;
        if (chunked) {
            return readChunks() || pending();
        }
        return received >= bodyLength || pending();
    }

    int status() {
        return status;
    }

    /** In bytes, without the frames of chunks. */
    int bodyLength() {
        return bodyLength;
    }

    private boolean pending() throws IOException {
        if (!buffer.hasRemaining()) {
            throw new IOException("An answer longer than " + bytes.length + " bytes");
        }
        return false;
    }

    private boolean readHead() throws IOException {
        int end = buffer.position();
        for (int at = scanned; at + 3 < end; at++) {
            if (bytes[at] == '\r' && bytes[at + 2] == '\r' && bytes[at + 1] == '\n' && bytes[at + 3] == '\n') {
                bodyAt = at + 4;
                readFields();
                return true;
            }
        }
        scanned = Math.max(0, end - 3);
        return false;
    }

    private void readFields() throws IOException {
        if (bodyAt < STATUS_AT + 4 || bytes[0] != 'H') {
            throw new IOException("Not an HTTP answer: " + new String(bytes, 0, bodyAt, US_ASCII));
        }
        status = (int) number(STATUS_AT, STATUS_AT + 3, 10);
        int line = nextLine(0);
        boolean framed = status == 204 || status == 304;
        while (line < bodyAt - 2) {
            int next = nextLine(line);
            if (startsWith(line, CONTENT_LENGTH)) {
                bodyLength = (int) number(line + CONTENT_LENGTH.length, next - 2, 10);
                framed = true;
            } else if (startsWith(line, TRANSFER_ENCODING)) {
                chunked = true;
                framed = true;
            }
            line = next;
        }
        if (!framed) {
            throw new IOException("An answer without a length: " + new String(bytes, 0, bodyAt, US_ASCII));
        }
    }

    /** Walks the chunks from the start each time: answers are short. */
    private boolean readChunks() throws IOException {
        int end = buffer.position();
        int at = bodyAt;
        bodyLength = 0;
        while (true) {
            int next = nextLine(at);
            if (next > end) {
                return false;
            }
            int length = (int) number(at, next - 2, 16);
            at = next + length + 2;
            if (at > end) {
                return false;
            }
            if (length == 0) {
                return true;
            }
            bodyLength += length;
        }
    }

    /** The index after the next line end, or one behind what was received. */
    private int nextLine(int from) {
        int end = buffer.position();
        for (int at = from; at < end; at++) {
            if (bytes[at] == '\n') {
                return at + 1;
            }
        }
        return end + 1;
    }

    private boolean startsWith(int from, byte[] lowerCaseName) {
        for (int i = 0; i < lowerCaseName.length; i++) {
            int letter = bytes[from + i];
            int lower = letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
            if (lower != lowerCaseName[i]) {
                return false;
            }
        }
        return true;
    }

    private long number(int from, int to, int radix) throws IOException {
        String text = new String(bytes, from, to - from, US_ASCII).trim();
        try {
            return Long.parseUnsignedLong(text, radix);
        } catch (NumberFormatException e) {
            throw new IOException("Not a number in an answer: '" + text + "'", e);
        }
    }
}
