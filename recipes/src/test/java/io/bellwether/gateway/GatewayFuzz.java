package io.bellwether.gateway;

import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;
import java.util.List;

/** What gateways send each other, and leaders put into the log. */
public final class GatewayFuzz {
    private GatewayFuzz() {}

    public static List<FuzzTarget> targets() {
        return List.of(new Requests(), new Verdicts());
    }

    private record Requests() implements FuzzTarget {
        @Override
        public String name() {
            return "requests in the log";
        }

        @Override
        public List<byte[]> samples() {
            Bytes command = Bytes.utf8("a command");
            return List.of(
                    new Request(
                                    new RequestId.Sequenced("n1-1", 12),
                                    3,
                                    new Request.Terms(1_700_000_000_000L, 60_000, 0),
                                    command)
                            .encode()
                            .toArray(),
                    new Request(
                                    new RequestId.Keyed("key", Bytes.utf8("fingerprint")),
                                    0,
                                    new Request.Terms(1_700_000_000_000L, 60_000, 86_520_000),
                                    command)
                            .encode()
                            .toArray());
        }

        @Override
        public boolean take(byte[] input) {
            try {
                Request.decode(Bytes.wrap(input));
                return true;
            } catch (MalformedBytes refused) {
                return false;
            }
        }
    }

    private record Verdicts() implements FuzzTarget {
        @Override
        public String name() {
            return "verdicts between gateways";
        }

        @Override
        public List<byte[]> samples() {
            return List.of(
                    new Verdict.Ticketed(7, 1, new Verdict.Decided(12, 3, Bytes.utf8("result")))
                            .encode()
                            .toArray(),
                    new Verdict.Ticketed(7, 1, new Verdict.Late(true)).encode().toArray(),
                    new Verdict.Ticketed(8, 2, new Verdict.KeyReused()).encode().toArray());
        }

        @Override
        public boolean take(byte[] input) {
            try {
                Verdict.Ticketed.decode(Bytes.wrap(input));
                return true;
            } catch (MalformedBytes refused) {
                return false;
            }
        }
    }
}
