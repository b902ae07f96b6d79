package io.bellwether.service.http;

import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * What operators and peers say in JSON is short, and is read whole before it is understood: so it is bounded, whether its length
 * is announced or not.
 */
@PreMatching
@Priority(BodyLimit.BEFORE_ALL_OTHERS)
final class BodyLimit implements ContainerRequestFilter {
    /** The largest body of a request that holds no value. */
    static final int MAX_BYTES = 64 << 10;

    static final int BEFORE_ALL_OTHERS = 0;

    @Override
    public void filter(ContainerRequestContext incoming) {
        if (incoming.getLength() > MAX_BYTES) {
            throw tooLarge();
        }
        incoming.setEntityStream(new Bounded(incoming.getEntityStream()));
    }

    private static ProblemException tooLarge() {
        return new ProblemException(
                ProblemCode.BODY_TOO_LARGE,
                "The body has more than " + MAX_BYTES
                        + " bytes, and nothing that can be asked for here needs so many.");
    }

    /** Refuses to be read beyond the limit. */
    private static final class Bounded extends FilterInputStream {
        private long readBytes;

        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = in.read();
            count(octet < 0 ? 0 : 1);
            return octet;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = in.read(target, offset, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int bytes) {
            readBytes += bytes;
            if (readBytes > MAX_BYTES) {
                throw tooLarge();
            }
        }
    }
}
