package io.bellwether.service.http.peer;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Gathers a body of at most so many bytes, and takes no more memory than about twice what has really arrived. */
final class BodyBuffer {
    private static final int INITIAL_BYTES = 4 << 10;

    private final int maxBytes;
    private byte[] bytes;
    private int length;

    BodyBuffer(int maxBytes) {
        this.maxBytes = maxBytes;
        this.bytes = new byte[Math.min(maxBytes, INITIAL_BYTES)];
    }

    /** Reads until the end. @return false, with nothing more read, if it is longer than it may be */
    boolean fillFrom(InputStream in) throws IOException {
        for (int read = readOnce(in); read >= 0; read = readOnce(in)) {
            if (length > maxBytes) {
                return false;
            }
        }
        return true;
    }

    /** One read, into what is free. @return what it returned; after more than the most, {@link #length} says so */
    int readOnce(InputStream in) throws IOException {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(maxBytes + 1, bytes.length * 2));
        }
        int read = in.read(bytes, length, bytes.length - length);
        length += Math.max(read, 0);
        return read;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
