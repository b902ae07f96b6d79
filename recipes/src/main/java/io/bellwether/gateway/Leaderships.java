package io.bellwether.gateway;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.EpochStart;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.MalformedBytes;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Tables;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has led, from when on and why: kept in the replicated state, out of the entries that begin an epoch, so that it is
 * the same on every replica and outlives the log.
 *
 * <p>Rows: {@code 'h' epoch} for each of the latest leaderships, and {@code 'm'} for the latest tick, which in front of the
 * start of an epoch is the mark of a hand-off: since then no write was taken (Rule 10.2).
 */
public final class Leaderships {
    /** Older ones are forgotten. */
    static final int KEPT = 1_000;

    private static final byte LEADERSHIP = 'h';
    private static final Bytes MARK = Bytes.wrap(new byte[] {'m'});

    private final Tables tables;

    Leaderships(Tables tables) {
        this.tables = tables;
    }

    /**
     * One leadership.
     *
     * @param cause why it began, in the words of the API
     * @param index of the entry that began it
     * @param startedLogTime of that entry, in milliseconds since 1970
     * @param writePauseMillis for how long no leader had taken writes by then; null if that is not known
     */
    public record Past(
            long epoch,
            NodeId leader,
            String cause,
            long index,
            long startedLogTime,
            @Nullable Long writePauseMillis) {}

    /** The latest, newest first. */
    public static List<Past> newestFirst(Tables.View view, int limit) {
        List<Past> found = new ArrayList<>();
        view.scan(rowOf(0), rowOf(Long.MAX_VALUE), (row, value) -> {
            found.add(decode(row, value));
            return true;
        });
        java.util.Collections.reverse(found);
        return List.copyOf(found.subList(0, Math.min(limit, found.size())));
    }

    /** An entry is applied, in log order. */
    void apply(Entry entry) {
        if (entry.kind() == Entry.Kind.TICK) {
            tables.put(
                    MARK,
                    new ByteSink(20)
                            .number(entry.index())
                            .number(entry.logTime())
                            .toBytes());
        } else if (entry.kind() == Entry.Kind.EPOCH_STARTED) {
            EpochStart start = EpochStart.decode(entry.payload());
            tables.put(rowOf(entry.epoch()), encode(entry, start));
            forgetBefore(entry.epoch() - KEPT);
        }
    }

    private void forgetBefore(long epoch) {
        if (epoch > 0) {
            List<Bytes> old = new ArrayList<>();
            tables.scan(rowOf(0), rowOf(epoch), (row, value) -> old.add(row));
            old.forEach(tables::delete);
        }
    }

    private Bytes encode(Entry entry, EpochStart start) {
        return new ByteSink(64)
                .number(entry.index())
                .number(entry.logTime())
                .number(pauseMillis(entry, start) + 1)
                .ascii(start.leader().name())
                .ascii(start.cause().word())
                .toBytes();
    }

    /** Of a hand-off it is known, if the mark stands right before the start; -1 otherwise. */
    private long pauseMillis(Entry entry, EpochStart start) {
        Bytes mark = tables.get(MARK);
        if (mark == null || start.cause() != EpochStart.Cause.HAND_OFF) {
            return -1;
        }
        try {
            ByteSource source = new ByteSource(mark);
            long index = source.number();
            return index == entry.index() - 1 ? entry.logTime() - source.number() : -1;
        } catch (MalformedBytes e) {
            throw new InvariantViolation("the row of the latest tick cannot be read: " + e.getMessage());
        }
    }

    private static Past decode(Bytes row, Bytes value) {
        try {
            ByteSource source = new ByteSource(value);
            long index = source.number();
            long started = source.number();
            long pause = source.number() - 1;
            NodeId leader = new NodeId(source.ascii());
            String cause = source.ascii();
            source.end();
            return new Past(epochOf(row), leader, cause, index, started, pause < 0 ? null : pause);
        } catch (MalformedBytes e) {
            throw new InvariantViolation("the row of a leadership cannot be read: " + e.getMessage());
        }
    }

    private static Bytes rowOf(long epoch) {
        byte[] row = new byte[9];
        row[0] = LEADERSHIP;
        for (int i = 0; i < 8; i++) {
            row[1 + i] = (byte) (epoch >>> (56 - 8 * i));
        }
        return Bytes.wrap(row);
    }

    private static long epochOf(Bytes row) {
        long epoch = 0;
        for (int i = 1; i < 9; i++) {
            epoch = epoch << 8 | (row.at(i) & 0xff);
        }
        return epoch;
    }
}
