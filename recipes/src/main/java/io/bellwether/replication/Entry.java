package io.bellwether.replication;

import java.util.zip.CRC32C;

/**
 * One entry of the replicated log.
 *
 * @param index its place in the log; the first is 1
 * @param epoch the leadership in which it was written
 * @param logTime milliseconds of log time (Rule 9.6); never smaller than that of the entry before it
 * @param kind what the payload means
 * @param payload for {@link Kind#COMMAND} what the state machine applies, otherwise see {@link Kind}
 * @param checksum CRC-32C over all the other fields, made once by the leader and checked by everybody who takes the
 *     entry from a wire or a disk
 */
public record Entry(long index, long epoch, long logTime, Kind kind, Bytes payload, int checksum) {
    /** Bytes that an entry takes beside its payload, in memory, on the wire and on the disk, roughly. */
    public static final int OVERHEAD_BYTES = 48;

    /** What an entry is for. The number is what stands on disks and wires. */
    public enum Kind {
        /** A command for the state machine. */
        COMMAND(1),
        /** The first entry of a leadership: who leads and why, written by {@link EpochStart}. */
        EPOCH_STARTED(2),
        /**
         * Moves log time on when something falls due and no write comes, and marks when a leader stopped taking writes
         * for a hand-off (Rule 10.2). No payload.
         */
        TICK(3);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        /** @throws IllegalArgumentException if no kind has this number */
        public static Kind of(int number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of entry has the number " + number);
        }
    }

    public static Entry of(long index, long epoch, long logTime, Kind kind, Bytes payload) {
        return new Entry(index, epoch, logTime, kind, payload, checksum(index, epoch, logTime, kind, payload));
    }

    /** Whether the checksum fits the content. Every door that reads an entry asks before it hands the entry on. */
    public boolean intact() {
        return checksum == checksum(index, epoch, logTime, kind, payload);
    }

    public Position position() {
        return new Position(epoch, index);
    }

    /** What it counts for in limits that are given in bytes. */
    public int weightBytes() {
        return OVERHEAD_BYTES + payload.size();
    }

    private static int checksum(long index, long epoch, long logTime, Kind kind, Bytes payload) {
        byte[] header = new byte[25];
        putLong(header, 0, index);
        putLong(header, 8, epoch);
        putLong(header, 16, logTime);
        header[24] = (byte) kind.number();
        CRC32C sum = new CRC32C();
        sum.update(header, 0, header.length);
        sum.update(payload.unsafeArray(), 0, payload.size());
        return (int) sum.getValue();
    }

    private static void putLong(byte[] target, int offset, long value) {
        for (int i = 0; i < 8; i++) {
            target[offset + i] = (byte) (value >>> (56 - 8 * i));
        }
    }
}
