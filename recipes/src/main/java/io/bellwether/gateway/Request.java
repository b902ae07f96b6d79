package io.bellwether.gateway;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;

/**
 * A write as it stands in the log: whose it is, until when it counts and is remembered, and what it asks for. All that its
 * outcome and the memory of that depend on is in here: nodes with other settings make the same state of it (Rule 9.4).
 *
 * <pre>
 * request   = version:1  kind:1  id  terms  command:rest
 * id        = (kind 1) key:bytes  fingerprint:bytes  |  (kind 2) session:bytes  sequence:number  floor:number
 * terms     = notAfter:number  grace:number  (kind 1) keyKept:number
 * </pre>
 *
 * @param id what it is known by, through all its attempts
 * @param floor for a sequenced id: no request of the session below this one is outstanding any more; else 0
 */
record Request(RequestId id, long floor, Terms terms, Bytes command) {
    private static final int VERSION = 2;
    private static final int KEYED = 1;
    private static final int SEQUENCED = 2;

    /**
     * What the gateway that took it promises of its time, all of it in log time and milliseconds.
     *
     * @param notAfter when it is not applied any more (Rule 9.4)
     * @param graceMillis for so long after that its outcome is known, if it has one
     * @param keyKeptMillis how long its key is known after this copy of it; 0 for one without
     */
    record Terms(long notAfter, long graceMillis, long keyKeptMillis) {
        long graceEnds() {
            return notAfter + graceMillis;
        }
    }

    Bytes encode() {
        ByteSink sink = new ByteSink(64 + command.size()).octet(VERSION);
        if (id instanceof RequestId.Keyed keyed) {
            sink.octet(KEYED).ascii(keyed.key()).bytes(keyed.fingerprint());
        } else if (id instanceof RequestId.Sequenced sequenced) {
            sink.octet(SEQUENCED)
                    .ascii(sequenced.session())
                    .number(sequenced.sequence())
                    .number(floor);
        }
        sink.number(terms.notAfter()).number(terms.graceMillis());
        if (id instanceof RequestId.Keyed) {
            sink.number(terms.keyKeptMillis());
        }
        return sink.raw(command).toBytes();
    }

    static Request decode(Bytes encoded) throws MalformedBytes {
        ByteSource source = new ByteSource(encoded);
        int version = source.octet();
        if (version != VERSION) {
            throw new MalformedBytes("it is of version " + version + ", and this node reads version " + VERSION);
        }
        int kind = source.octet();
        if (kind == KEYED) {
            RequestId id = new RequestId.Keyed(source.ascii(), source.bytes());
            return new Request(id, 0, new Terms(source.number(), source.number(), source.number()), source.rest());
        }
        if (kind == SEQUENCED) {
            RequestId id = new RequestId.Sequenced(source.ascii(), source.number());
            long floor = source.number();
            return new Request(id, floor, new Terms(source.number(), source.number(), 0), source.rest());
        }
        throw new MalformedBytes("there is no request id of kind " + kind);
    }
}
