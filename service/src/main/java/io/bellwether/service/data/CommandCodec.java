package io.bellwether.service.data;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.MalformedBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands as bytes, the form in which they stand in the log. The first byte is the version; golden files hold each
 * version for good, since logs outlive the software that wrote them.
 *
 * <pre>
 * command   = version:1  kind:1 (1 put, 2 delete)  condition  key:bytes  [contentType:bytes  value:rest]
 * condition = 0 always | 1 present | 2 absent | 3 count:number (index:number)*
 * bytes     = length:number  octets
 * </pre>
 */
public final class CommandCodec {
    static final int VERSION = 1;
    private static final int PUT = 1;
    private static final int DELETE = 2;
    private static final int ALWAYS = 0;
    private static final int PRESENT = 1;
    private static final int ABSENT = 2;
    private static final int MADE_BY = 3;

    private CommandCodec() {}

    public static Bytes encode(Command command) {
        ByteSink sink;
        if (command instanceof Command.Put put) {
            sink = new ByteSink(24
                            + put.key().size()
                            + put.contentType().length()
                            + put.value().size())
                    .octet(VERSION)
                    .octet(PUT);
            condition(put.condition(), sink);
            sink.bytes(put.key()).ascii(put.contentType()).raw(put.value());
        } else {
            sink = new ByteSink(24 + command.key().size()).octet(VERSION).octet(DELETE);
            condition(command.condition(), sink);
            sink.bytes(command.key());
        }
        return sink.toBytes();
    }

    /** What version {@code command} was written in; -1 if it is empty. */
    static int versionOf(Bytes command) {
        return command.size() == 0 ? -1 : command.at(0) & 0xff;
    }

    /** Whether this is a command that removes a record. */
    static boolean removes(Bytes command) {
        return command.size() > 1 && versionOf(command) == VERSION && command.at(1) == DELETE;
    }

    static Command decode(Bytes command) throws MalformedBytes {
        ByteSource source = new ByteSource(command);
        int version = source.octet();
        if (version != VERSION) {
            throw new MalformedBytes("it is of version " + version + ", and this node reads version " + VERSION);
        }
        int kind = source.octet();
        if (kind != PUT && kind != DELETE) {
            throw new MalformedBytes("there is no command of kind " + kind);
        }
        Condition condition = condition(source);
        Bytes key = source.bytes();
        try {
            if (kind == PUT) {
                return new Command.Put(key, condition, source.ascii(), source.rest());
            }
            source.end();
            return new Command.Delete(key, condition);
        } catch (IllegalArgumentException e) {
            throw new MalformedBytes(String.valueOf(e.getMessage()));
        }
    }

    private static void condition(Condition condition, ByteSink sink) {
        if (condition instanceof Condition.MadeBy madeBy) {
            sink.octet(MADE_BY).number(madeBy.indexes().size());
            madeBy.indexes().forEach(sink::number);
        } else if (condition instanceof Condition.Present) {
            sink.octet(PRESENT);
        } else if (condition instanceof Condition.Absent) {
            sink.octet(ABSENT);
        } else {
            sink.octet(ALWAYS);
        }
    }

    private static Condition condition(ByteSource source) throws MalformedBytes {
        int kind = source.octet();
        return switch (kind) {
            case ALWAYS -> Condition.ALWAYS;
            case PRESENT -> Condition.PRESENT;
            case ABSENT -> Condition.ABSENT;
            case MADE_BY -> madeBy(source);
            default -> throw new MalformedBytes("there is no condition of kind " + kind);
        };
    }

    private static Condition madeBy(ByteSource source) throws MalformedBytes {
        long count = source.number();
        List<Long> indexes = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            long index = source.number();
            if (index == 0) {
                throw new MalformedBytes("a condition names index 0, and the first is 1");
            }
            indexes.add(index);
        }
        return new Condition.MadeBy(indexes);
    }
}
