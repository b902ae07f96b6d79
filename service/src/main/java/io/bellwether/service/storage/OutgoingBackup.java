package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/** A copy of the state as one stream of bytes, which says at its head what it is and at its end whether it is whole. */
public final class OutgoingBackup {
    private static final int PIECE_BYTES = 64 << 10;

    private final OutgoingSnapshots copies;
    private final String copy;
    private final BackupHead head;
    private final byte[] encodedHead;

    /**
     * @param content a copy that {@code copies} has
     * @param head which names the very files of that copy
     */
    public OutgoingBackup(OutgoingSnapshots copies, SnapshotContent content, BackupHead head) {
        this.copies = copies;
        this.copy = content.id();
        this.head = head;
        this.encodedHead = head.encode();
    }

    public BackupHead head() {
        return head;
    }

    /** How many bytes {@link #writeTo} writes. */
    public long bytes() {
        return encodedHead.length + head.fileBytes() + BackupSum.LINE_BYTES;
    }

    /**
     * Writes all of it. The copy stays as long as it is being written.
     *
     * @throws IOException if {@code out} refuses it; or if a file is gone or not what it was: then the end is missing
     */
    public void writeTo(OutputStream out) throws IOException {
        MessageDigest sum = BackupSum.begin();
        write(encodedHead, encodedHead.length, sum, out);
        for (SnapshotFile file : head.files()) {
            try (FileChannel channel = copies.open(copy, file.name())
                    .orElseThrow(() -> new IOException("the copy of the state was given up: nobody read it for "
                            + OutgoingSnapshots.PATIENCE.toSeconds() + " s"))) {
                write(file, channel, sum, out);
            }
        }
        out.write(BackupSum.line(sum).getBytes(US_ASCII));
    }

    private void write(SnapshotFile file, FileChannel channel, MessageDigest sum, OutputStream out) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] piece = new byte[PIECE_BYTES];
        for (long left = file.bytes(); left > 0; ) {
            int length = channel.read(ByteBuffer.wrap(piece, 0, (int) Math.min(left, piece.length)));
            if (length < 0) {
                throw new EOFException("the file " + file.name() + " of the state has become shorter");
            }
            copies.inUse(copy);
            crc.update(piece, 0, length);
            write(piece, length, sum, out);
            left -= length;
        }
        if ((int) crc.getValue() != file.crc32c()) {
            throw new IOException("the file " + file.name() + " of the state has changed");
        }
    }

    private static void write(byte[] bytes, int length, MessageDigest sum, OutputStream out) throws IOException {
        sum.update(bytes, 0, length);
        out.write(bytes, 0, length);
    }
}
