package io.bellwether.gateway;

import io.bellwether.replication.Admission;
import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;

/**
 * What one attempt at a write came to. A verdict that is not {@link Postponed} ends the write.
 */
sealed interface Verdict {
    /** The state machine applied it, now or when an earlier attempt arrived. */
    record Decided(long index, long epoch, Bytes result) implements Verdict {}

    /** The key stands for another request (Rule 9.3). */
    record KeyReused() implements Verdict {}

    /** It came too late; {@code never}: it has not been applied and will not be, else nobody remembers (Rule 9.4). */
    record Late(boolean never) implements Verdict {}

    /** This attempt was refused before it was appended; another may do better. */
    record Postponed(Admission.Refusal reason) implements Verdict {}

    /** Appended once, but the place in the log went to another entry: nobody knows, ask again. */
    record Lost() implements Verdict {}

    /** A verdict on its way to the gateway that waits, and knows the attempt by these numbers. */
    record Ticketed(long ticket, long attempt, Verdict verdict) {
        Bytes encode() {
            ByteSink sink = new ByteSink(48).number(ticket).number(attempt);
            if (verdict instanceof Decided decided) {
                sink.octet(1).number(decided.index()).number(decided.epoch()).raw(decided.result());
            } else if (verdict instanceof KeyReused) {
                sink.octet(2);
            } else if (verdict instanceof Late late) {
                sink.octet(3).octet(late.never() ? 1 : 0);
            } else if (verdict instanceof Postponed postponed) {
                sink.octet(4).octet(postponed.reason().number());
            } else if (verdict instanceof Lost) {
                sink.octet(5);
            }
            return sink.toBytes();
        }

        static Ticketed decode(Bytes encoded) throws MalformedBytes {
            ByteSource source = new ByteSource(encoded);
            long ticket = source.number();
            long attempt = source.number();
            int kind = source.octet();
            Verdict verdict =
                    switch (kind) {
                        case 1 -> new Decided(source.number(), source.number(), source.rest());
                        case 2 -> new KeyReused();
                        case 3 -> new Late(source.octet() == 1);
                        case 4 -> new Postponed(refusal(source.octet()));
                        case 5 -> new Lost();
                        default -> throw new MalformedBytes("there is no verdict of kind " + kind);
                    };
            source.end();
            return new Ticketed(ticket, attempt, verdict);
        }

        private static Admission.Refusal refusal(int number) throws MalformedBytes {
            for (Admission.Refusal refusal : Admission.Refusal.values()) {
                if (refusal.number() == number) {
                    return refusal;
                }
            }
            throw new MalformedBytes("there is no refusal with the number " + number);
        }
    }
}
