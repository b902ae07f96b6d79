package io.bellwether.gateway;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;

/**
 * One attempt at a write on its way to the leader: {@code ticket:number attempt:number request:rest}.
 *
 * @param ticket names the write at the gateway that sends it
 * @param attempt which attempt this is; the verdict repeats both
 */
record Attempt(long ticket, long attempt, Bytes request) {
    Bytes encode() {
        return new ByteSink(20 + request.size())
                .number(ticket)
                .number(attempt)
                .raw(request)
                .toBytes();
    }

    static Attempt decode(Bytes encoded) throws MalformedBytes {
        ByteSource source = new ByteSource(encoded);
        return new Attempt(source.number(), source.number(), source.rest());
    }
}
