package io.bellwether.service.data;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.MalformedBytes;

/**
 * Results as bytes, the form in which they are remembered by request id and travel between nodes.
 *
 * <pre>
 * result = version:1  kind:1 (1 created, 2 replaced, 3 deleted, 4 not found, 5 condition failed, 6 not understood)
 *          [index:number]
 * </pre>
 */
public final class ResultCodec {
    private static final int VERSION = 1;
    private static final int CREATED = 1;
    private static final int REPLACED = 2;
    private static final int DELETED = 3;
    private static final int NOT_FOUND = 4;
    private static final int CONDITION_FAILED = 5;
    private static final int NOT_UNDERSTOOD = 6;

    private ResultCodec() {}

    public static Bytes encode(Result result) {
        if (result instanceof Result.ConditionFailed failed) {
            return new ByteSink(12)
                    .octet(VERSION)
                    .octet(CONDITION_FAILED)
                    .number(failed.index())
                    .toBytes();
        }
        return new ByteSink(2).octet(VERSION).octet(kind(result)).toBytes();
    }

    /** @throws InvariantViolation if these are no bytes that {@link #encode} made: our own state machine made them */
    public static Result decode(Bytes result) {
        try {
            return strictly(result);
        } catch (MalformedBytes e) {
            throw new InvariantViolation("a result is what a node of this version wrote: " + e.getMessage());
        }
    }

    static Result strictly(Bytes result) throws MalformedBytes {
        ByteSource source = new ByteSource(result);
        int version = source.octet();
        if (version != VERSION) {
            throw new MalformedBytes("it is of version " + version + ", and this node reads version " + VERSION);
        }
        Result read = read(source);
        source.end();
        return read;
    }

    private static Result read(ByteSource source) throws MalformedBytes {
        int kind = source.octet();
        return switch (kind) {
            case CREATED -> new Result.Created();
            case REPLACED -> new Result.Replaced();
            case DELETED -> new Result.Deleted();
            case NOT_FOUND -> new Result.NotFound();
            case CONDITION_FAILED -> new Result.ConditionFailed(source.number());
            case NOT_UNDERSTOOD -> new Result.NotUnderstood();
            default -> throw new MalformedBytes("there is no result of kind " + kind);
        };
    }

    private static int kind(Result result) {
        if (result instanceof Result.Created) {
            return CREATED;
        }
        if (result instanceof Result.Replaced) {
            return REPLACED;
        }
        if (result instanceof Result.Deleted) {
            return DELETED;
        }
        return result instanceof Result.NotFound ? NOT_FOUND : NOT_UNDERSTOOD;
    }
}
