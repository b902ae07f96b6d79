package io.bellwether.service.storage;

import io.bellwether.replication.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Up to where the log must be there, kept apart from it: which batch was synced last before anybody was told, and where
 * the log ended then. A log that knows less has lost something that may have been acknowledged (Rule 12.3).
 *
 * <p>The mark is written after every synced batch and before that is reported, so it is exact when the process is
 * killed. It is forced to the disk only every {@value #FORCED_EVERY_BATCHES} batches: after a loss of power it may be
 * older than that, and damage that strikes between the mark and the log's end in the same moment is then taken for a torn
 * tail. Two slots take turns, a page each, so that a torn write leaves the other one.
 */
final class DurableMark implements AutoCloseable {
    static final int FORCED_EVERY_BATCHES = 64;

    private static final int SLOT_STRIDE_BYTES = 4096;
    private static final int SLOT_BYTES = 3 * Long.BYTES + Integer.BYTES;

    private final FileChannel file;
    private final ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
    private int writtenSinceForced;

    private DurableMark(FileChannel file) {
        this.file = file;
    }

    /**
     * What the log must at least know.
     *
     * @param batch number of the last batch that may have been reported
     * @param end where the log ended after it
     */
    record Mark(long batch, Position end) {}

    /** Makes the file of a new store, whose log is empty. */
    static void create(Path path) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(SLOT_STRIDE_BYTES + SLOT_BYTES);
        for (int offset = 0; offset < content.capacity(); offset += SLOT_STRIDE_BYTES) {
            content.position(offset);
            put(content, new Mark(0, Position.ZERO));
        }
        DurableFiles.replace(path, content.array());
    }

    /** The latest mark; empty if the file is missing or neither slot is whole. */
    static Optional<Mark> read(Path path) throws IOException {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        byte[] content = Files.readAllBytes(path);
        Optional<Mark> first = slot(content, 0);
        Optional<Mark> second = slot(content, SLOT_STRIDE_BYTES);
        if (first.isPresent() && second.isPresent()) {
            return first.get().batch() > second.get().batch() ? first : second;
        }
        return first.or(() -> second);
    }

    /** Whether it is as it was written last; a torn write, which the other slot makes good, is not. */
    static boolean isWhole(Path path) throws IOException {
        if (!Files.exists(path)) {
            return false;
        }
        byte[] content = Files.readAllBytes(path);
        return slot(content, 0).isPresent() && slot(content, SLOT_STRIDE_BYTES).isPresent();
    }

    static DurableMark open(Path path) throws IOException {
        return new DurableMark(FileChannel.open(path, StandardOpenOption.WRITE));
    }

    void write(Mark mark) throws IOException {
        slot.clear();
        put(slot, mark);
        slot.flip();
        long offset = (mark.batch() & 1) * SLOT_STRIDE_BYTES;
        while (slot.hasRemaining()) {
            file.write(slot, offset + slot.position());
        }
        writtenSinceForced++;
        if (writtenSinceForced >= FORCED_EVERY_BATCHES) {
            force();
        }
    }

    void force() throws IOException {
        file.force(false);
        writtenSinceForced = 0;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static void put(ByteBuffer target, Mark mark) {
        byte[] numbers = new byte[3 * Long.BYTES];
        ByteBuffer.wrap(numbers)
                .putLong(mark.batch())
                .putLong(mark.end().epoch())
                .putLong(mark.end().index());
        target.put(numbers).putInt(checksum(numbers, 0));
    }

    private static Optional<Mark> slot(byte[] content, int offset) {
        if (content.length < offset + SLOT_BYTES) {
            return Optional.empty();
        }
        ByteBuffer slot = ByteBuffer.wrap(content, offset, SLOT_BYTES);
        long batch = slot.getLong();
        long epoch = slot.getLong();
        long index = slot.getLong();
        boolean whole = slot.getInt() == checksum(content, offset);
        return whole ? Optional.of(new Mark(batch, new Position(epoch, index))) : Optional.empty();
    }

    private static int checksum(byte[] content, int offset) {
        CRC32C sum = new CRC32C();
        sum.update(content, offset, 3 * Long.BYTES);
        return (int) sum.getValue();
    }
}
