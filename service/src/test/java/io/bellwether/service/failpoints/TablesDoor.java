package io.bellwether.service.failpoints;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import org.jspecify.annotations.Nullable;

/** The door to the tables, as a node finds it that may fail when it commits. */
final class TablesDoor implements Tables {
    private final Tables tables;
    private final Gate gate;

    TablesDoor(Tables tables, Gate gate) {
        this.tables = tables;
        this.gate = gate;
    }

    @Override
    public void commit(Position applied) {
        Runnable failing = () -> {
            throw new DoorFailed(Step.APPLY);
        };
        gate.step(Step.APPLY, () -> tables.commit(applied), failing, failing);
    }

    @Override
    public Position applied() {
        return tables.applied();
    }

    @Override
    public long sum() {
        return tables.sum();
    }

    @Override
    public @Nullable Bytes get(Bytes key) {
        gate.checkAlive();
        return tables.get(key);
    }

    @Override
    public void put(Bytes key, Bytes value) {
        gate.checkAlive();
        tables.put(key, value);
    }

    @Override
    public void delete(Bytes key) {
        gate.checkAlive();
        tables.delete(key);
    }

    @Override
    public void scan(Bytes from, Bytes to, Visitor visitor) {
        gate.checkAlive();
        tables.scan(from, to, visitor);
    }

    @Override
    public long durableIndex(long wanted) {
        gate.checkAlive();
        return tables.durableIndex(wanted);
    }

    @Override
    public View view() {
        gate.checkAlive();
        return tables.view();
    }
}
