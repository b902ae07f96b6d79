package io.bellwether.service.http.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what {@link WireWriter} wrote, from bytes that nobody vouches for: no read goes beyond the end, and no length or
 * count makes it allocate more than what is really there.
 */
final class WireReader {
    private static final int ENTRY_HEADER_BYTES = 3 * 8 + 1 + 4 + 4;
    private static final int LENGTH_BYTES = 4;

    private final byte[] source;
    private final int end;
    private int next;

    /** Reads {@code source} from the beginning up to {@code end}, exclusive. */
    WireReader(byte[] source, int end) {
        this.source = source;
        this.end = end;
    }

    int remaining() {
        return end - next;
    }

    int uint8() throws MalformedBatchException {
        return source[take(1)] & 0xff;
    }

    boolean flag() throws MalformedBatchException {
        int value = uint8();
        if (value > 1) {
            throw new MalformedBatchException("a flag is 0 or 1, not " + value);
        }
        return value == 1;
    }

    int int32() throws MalformedBatchException {
        return (int) WireWriter.INT.get(source, take(4));
    }

    long int64() throws MalformedBatchException {
        return (long) WireWriter.LONG.get(source, take(8));
    }

    String text() throws MalformedBatchException {
        int length = (short) WireWriter.SHORT.get(source, take(2)) & 0xffff;
        if (length > Weight.MAX_TEXT_BYTES) {
            throw new MalformedBatchException("a text of " + length + " bytes is too long");
        }
        int start = take(length);
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(source, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedBatchException("a text is not UTF-8", e);
        }
    }

    Bytes bytes() throws MalformedBatchException {
        int length = int32();
        int start = take(length);
        return Bytes.copyOf(source, start, length);
    }

    Position position() throws MalformedBatchException {
        long epoch = int64();
        long index = int64();
        if (epoch < 0 || index < 0) {
            throw new MalformedBatchException("a position is negative");
        }
        return new Position(epoch, index);
    }

    List<Entry> entries() throws MalformedBatchException {
        int count = count(ENTRY_HEADER_BYTES);
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(entry());
        }
        return entries;
    }

    List<Bytes> listOfBytes() throws MalformedBatchException {
        int count = count(LENGTH_BYTES);
        List<Bytes> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(bytes());
        }
        return list;
    }

    /** A number of things, each of which takes at least {@code leastBytes}: more than fit into the rest are a lie. */
    int count(int leastBytes) throws MalformedBatchException {
        int count = int32();
        if (count < 0 || count > remaining() / leastBytes) {
            throw new MalformedBatchException("a count of " + count + " does not fit into what is there");
        }
        return count;
    }

    private Entry entry() throws MalformedBatchException {
        long index = int64();
        long epoch = int64();
        long logTime = int64();
        int kindNumber = uint8();
        int checksum = int32();
        Bytes payload = bytes();
        Entry entry = new Entry(index, epoch, logTime, kind(kindNumber), payload, checksum);
        if (!entry.intact()) {
            throw new MalformedBatchException("the entry " + index + "@" + epoch + " does not fit its checksum");
        }
        return entry;
    }

    private static Entry.Kind kind(int number) throws MalformedBatchException {
        try {
            return Entry.Kind.of(number);
        } catch (IllegalArgumentException e) {
            throw new MalformedBatchException("no kind of entry has the number " + number, e);
        }
    }

    private int take(int length) throws MalformedBatchException {
        if (length < 0 || length > remaining()) {
            throw new MalformedBatchException(length + " bytes are asked for where " + remaining() + " are left");
        }
        int start = next;
        next += length;
        return start;
    }
}
