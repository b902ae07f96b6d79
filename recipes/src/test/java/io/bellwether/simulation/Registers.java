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
 * since. It counts, in the replicated state itself, how often each operation took effect.
 */
final class Registers implements Application {
    private static final byte REGISTER = 'r';
    private static final byte EFFECTS = 'e';

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
        Bytes effects = new ByteSink(10).octet(EFFECTS).number(set.operation()).toBytes();
        truth.check(tables.get(effects) == null, "an operation takes effect once: ", set.operation());
        tables.put(effects, new ByteSink(9).number(position.index()).toBytes());
        Content content = contentOf(tables.get(row(set.register())));
        boolean fits = set.expectedIndex() < 0 || set.expectedIndex() == content.index();
        if (fits) {
            tables.put(
                    row(set.register()),
                    new ByteSink(18)
                            .number(set.operation())
                            .number(position.index())
                            .toBytes());
        }
        truth.applied(position, set, fits);
        return new ByteSink(1).octet(fits ? 1 : 0).toBytes();
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
