package io.bellwether.service.http.peer;

import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.replication.Message;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** What other nodes post. */
public final class PeerFuzz {
    private PeerFuzz() {}

    public static List<FuzzTarget> targets() {
        return List.of(new Batches());
    }

    private static final class Batches implements FuzzTarget {
        private static final int LENGTH_AT = 5;
        private static final int CHECKSUM_BYTES = 4;

        @Override
        public String name() {
            return "batches between nodes";
        }

        @Override
        public List<byte[]> samples() {
            return Examples.ofEveryKind().stream().map(Batches::batch).toList();
        }

        private static byte[] batch(Message message) {
            WireWriter out = new WireWriter();
            BatchFormat.encode(
                    List.of(
                            Examples.mail(Examples.N1, Examples.N2, message),
                            Examples.mail(Examples.N1, Examples.N2, new Message.Resign(9))),
                    out);
            return Arrays.copyOf(out.buffer(), out.size());
        }

        /** Its stated length and its checksum are right again, so that what is wrong lies behind them. */
        @Override
        public byte[] repair(byte[] input) {
            if (input.length >= LENGTH_AT + 2 * CHECKSUM_BYTES) {
                WireWriter.INT.set(input, LENGTH_AT, input.length);
                CRC32C sum = new CRC32C();
                sum.update(input, 0, input.length - CHECKSUM_BYTES);
                WireWriter.INT.set(input, input.length - CHECKSUM_BYTES, (int) sum.getValue());
            }
            return input;
        }

        @Override
        public boolean take(byte[] input) {
            try {
                BatchFormat.decode(input, input.length);
                return true;
            } catch (MalformedBatchException refused) {
                return false;
            }
        }
    }
}
