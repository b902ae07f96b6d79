package io.bellwether.simulation;

import io.bellwether.gateway.Application;
import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.MalformedBytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import org.jspecify.annotations.Nullable;

/**
 * The simulated users' state machine: a few registers that are set, blindly or on the condition that nobody has set them
 * since. Whatever it applies it tells the {@link Truth}, which knows where each operation took effect on any replica.
 */
final class Registers implements Application {
    private static final byte REGISTER = 'r';

    /** Set by which operation, at which index. */
    record Content(long operation, long index) {}

    /**
     * @param operation unique among all operations of a run
     * @param expectedIndex the register must have been set last at this index; -1 for no condition
     */
    record SetRegister(long operation, int register, long expectedIndex) {
        Bytes encode() {
            return new ByteSink(24)
                    .number(operation)
                    .number(register)
                    .number(expectedIndex + 1)
                    .toBytes();
        }

        static SetRegister decode(Bytes command) {
            try {
                ByteSource source = new ByteSource(command);
                SetRegister set =
                        new SetRegister(source.number(), Math.toIntExact(source.number()), source.number() - 1);
                source.end();
                return set;
            } catch (MalformedBytes e) {
                throw new InvariantViolation("a command of the simulation cannot be read: " + e.getMessage());
            }
        }
    }

    private final Tables tables;
    private final Truth truth;

    Registers(Tables tables, Truth truth) {
        this.tables = tables;
        this.truth = truth;
    }

    @Override
    public Bytes apply(Position position, long logTime, Bytes command) {
        SetRegister set = SetRegister.decode(command);
        Bytes row = row(set.register());
        boolean fits = set.expectedIndex() < 0
                || set.expectedIndex() == contentOf(tables.get(row)).index();
        if (fits) {
            tables.put(
                    row,
                    new ByteSink(18)
                            .number(set.operation())
                            .number(position.index())
                            .toBytes());
        }
        truth.applied(position, set, fits);
        return new ByteSink(1).octet(fits ? 1 : 0).toBytes();
    }

    /** A register that is set on a condition stands there already. */
    @Override
    public boolean grows(Bytes command) {
        return SetRegister.decode(command).expectedIndex() < 0;
    }

    static Bytes row(int register) {
        return new ByteSink(3).octet(REGISTER).number(register).toBytes();
    }

    static Content contentOf(@Nullable Bytes row) {
        if (row == null) {
            return new Content(0, 0);
        }
        try {
            ByteSource source = new ByteSource(row);
            return new Content(source.number(), source.number());
        } catch (MalformedBytes e) {
            throw new InvariantViolation("a row of the simulation cannot be read: " + e.getMessage());
        }
    }
}
