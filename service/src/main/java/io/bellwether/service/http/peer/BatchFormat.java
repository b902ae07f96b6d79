package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The body of a post between nodes, and of its answer: one or more envelopes of one sender.
 *
 * <pre>
 * 4  magic BWPB
 * 1  version
 * 4  length of the whole, the checksum included
 *    text cluster id, text from node, text from store, text to node
 * 4  number of messages, then each: 8 generation, 1 kind, fields (see MessageFormat)
 * 4  CRC-32C over all before it
 * </pre>
 *
 * Numbers are big-endian; a text is two bytes of length and UTF-8, bytes are four bytes of length and the bytes; an entry
 * brings its own checksum beside.
 */
final class BatchFormat {
    static final String CONTENT_TYPE = "application/vnd.bellwether.batch";
    static final int VERSION = 1;

    private static final int MAGIC = 0x42575042;
    private static final int LENGTH_OFFSET = 5;
    private static final int CHECKSUM_BYTES = 4;
    /** Magic, version, length, four empty texts, count, checksum. */
    private static final int LEAST_BYTES = 4 + 1 + 4 + 4 * 2 + 4 + CHECKSUM_BYTES;

    private static final int LEAST_MESSAGE_BYTES = 8 + 1 + 8;

    private BatchFormat() {}

    /** Whether the two may stand in one batch. */
    static boolean sameHeader(Envelope one, Envelope other) {
        return one.clusterId().equals(other.clusterId())
                && one.from().equals(other.from())
                && one.to().equals(other.to());
    }

    /** Replaces what {@code out} holds by the batch. There is at least one envelope, and all have the same header. */
    static void encode(List<Envelope> batch, WireWriter out) {
        Envelope first = batch.get(0);
        out.clear();
        out.int32(MAGIC);
        out.uint8(VERSION);
        out.int32(0);
        out.text(first.clusterId());
        out.text(first.from().node().name());
        out.text(first.from().store().id());
        out.text(first.to().name());
        out.int32(batch.size());
        for (Envelope envelope : batch) {
            out.int64(envelope.generation());
            MessageFormat.write(envelope.message(), out);
        }
        out.patchInt32(LENGTH_OFFSET, out.size() + CHECKSUM_BYTES);
        out.int32(out.checksum());
    }

    /** Reads the batch that is exactly the first {@code length} bytes of {@code source}, and keeps nothing of them. */
    static List<Envelope> decode(byte[] source, int length) throws MalformedBatchException {
        if (length < LEAST_BYTES) {
            throw new MalformedBatchException("no batch has only " + length + " bytes");
        }
        WireReader in = new WireReader(source, length - CHECKSUM_BYTES);
        checkFrame(in, source, length);
        String clusterId = in.text();
        ReplicaId from = new ReplicaId(node(in.text()), store(in.text()));
        NodeId to = node(in.text());
        int count = in.count(LEAST_MESSAGE_BYTES);
        if (count == 0) {
            throw new MalformedBatchException("a batch without a message");
        }
        List<Envelope> batch = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long generation = in.int64();
            batch.add(new Envelope(clusterId, from, to, generation, MessageFormat.read(in)));
        }
        if (in.remaining() > 0) {
            throw new MalformedBatchException(in.remaining() + " bytes are left after the last message");
        }
        return batch;
    }

    private static void checkFrame(WireReader in, byte[] source, int length) throws MalformedBatchException {
        if (in.int32() != MAGIC) {
            throw new MalformedBatchException("this is no batch: it does not begin with BWPB");
        }
        int version = in.uint8();
        if (version != VERSION) {
            throw new MalformedBatchException("format " + version + " is not known here, only " + VERSION);
        }
        int stated = in.int32();
        if (stated != length) {
            throw new MalformedBatchException("the batch states " + stated + " bytes and has " + length);
        }
        CRC32C sum = new CRC32C();
        sum.update(source, 0, length - CHECKSUM_BYTES);
        if ((int) sum.getValue() != (int) WireWriter.INT.get(source, length - CHECKSUM_BYTES)) {
            throw new MalformedBatchException("the batch does not fit its checksum");
        }
    }

    private static NodeId node(String name) throws MalformedBatchException {
        try {
            return new NodeId(name);
        } catch (IllegalArgumentException e) {
            throw new MalformedBatchException("the batch names a node that cannot be", e);
        }
    }

    static StoreId store(String id) throws MalformedBatchException {
        try {
            return new StoreId(id);
        } catch (IllegalArgumentException e) {
            throw new MalformedBatchException("the batch names a store that cannot be", e);
        }
    }
}
