package io.bellwether.service.data;

import io.bellwether.gateway.Application;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.MalformedBytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import org.jspecify.annotations.Nullable;

/**
 * The records as a state machine: commands are judged and carried out when they are applied, in log order, so that a
 * condition holds at the moment of the write and on every replica alike.
 *
 * <p>Bytes of this version that are no command are refused as a result: all replicas read them alike. A command of a
 * later version stops the process, since a node of that version would carry it out, and the replicas would differ.
 */
public final class Records implements Application {
    private final Tables tables;

    public Records(Tables tables) {
        this.tables = tables;
    }

    @Override
    public Bytes apply(Position position, long logTime, Bytes command) {
        return ResultCodec.encode(result(position, logTime, command));
    }

    @Override
    public boolean grows(Bytes command) {
        return !CommandCodec.removes(command);
    }

    private Result result(Position position, long logTime, Bytes bytes) {
        if (CommandCodec.versionOf(bytes) > CommandCodec.VERSION) {
            throw new InvariantViolation("a node applies only what it understands, but the entry at " + position
                    + " holds a command of version " + CommandCodec.versionOf(bytes)
                    + ": start this node with the newer software that wrote it");
        }
        Command command;
        try {
            command = CommandCodec.decode(bytes);
        } catch (MalformedBytes e) {
            return new Result.NotUnderstood();
        }
        Bytes row = Rows.rowOf(command.key());
        StoredRecord before = Rows.decode(tables.get(row));
        long index = before == null ? 0 : before.index();
        if (!command.condition().holds(index)) {
            return new Result.ConditionFailed(index);
        }
        return command instanceof Command.Put put ? put(position, logTime, put, row, before) : delete(row, before);
    }

    private Result put(Position position, long logTime, Command.Put put, Bytes row, @Nullable StoredRecord before) {
        long index = position.index();
        long createdIndex = before == null ? index : before.createdIndex();
        long version = before == null ? 1 : before.version() + 1;
        tables.put(
                row,
                Rows.encode(new StoredRecord(index, createdIndex, version, logTime, put.contentType(), put.value())));
        return before == null ? new Result.Created() : new Result.Replaced();
    }

    private Result delete(Bytes row, @Nullable StoredRecord before) {
        if (before == null) {
            return new Result.NotFound();
        }
        tables.delete(row);
        return new Result.Deleted();
    }
}
