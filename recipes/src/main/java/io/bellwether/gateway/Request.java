package io.bellwether.gateway;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;

/**
 * A write as it stands in the log: whose it is, until when it counts, and what it asks for.
 *
 * <pre>
 * request   = version:1  kind:1  id  notAfter:number  command:rest
 * id        = (kind 1) key:bytes  fingerprint:bytes  |  (kind 2) session:bytes  sequence:number  floor:number
 * </pre>
 *
 * @param id what it is known by, through all its attempts
 * @param floor for a sequenced id: no request of the session below this one is outstanding any more; else 0
 * @param notAfter log time, in milliseconds, after which it is not applied any more (Rule 9.4)
 */
record Request(RequestId id, long floor, long notAfter, Bytes command) {
    private static final int VERSION = 1;
    private static final int KEYED = 1;
    private static final int SEQUENCED = 2;

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
        return sink.number(notAfter).raw(command).toBytes();
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
            return new Request(id, 0, source.number(), source.rest());
        }
        if (kind == SEQUENCED) {
            RequestId id = new RequestId.Sequenced(source.ascii(), source.number());
            return new Request(id, source.number(), source.number(), source.rest());
        }
        throw new MalformedBytes("there is no request id of kind " + kind);
    }
}
