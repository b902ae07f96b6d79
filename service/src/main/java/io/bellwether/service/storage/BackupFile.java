package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/** A backup on a disk: whether it is what was taken, and how a new cluster begins with it. */
public final class BackupFile {
    private static final int PIECE_BYTES = 256 << 10;

    private final Path file;

    public BackupFile(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    /** Takes what stands in a backup, file by file. */
    private interface Sink {
        void file(SnapshotFile file, Content content) throws IOException;
    }

    /** The bytes of one file, to be read to their end. */
    private interface Content {
        /** @return how many bytes were read into the piece; -1 at the end */
        int read(byte[] piece) throws IOException;
    }

    /**
     * Reads all of it.
     *
     * @throws BackupDamaged if it was cut off or changed, or is none
     * @throws IOException if it can't be read
     */
    public BackupHead verify() throws IOException {
        return read((next, content) -> {
            byte[] piece = new byte[PIECE_BYTES];
            for (int length = content.read(piece); length >= 0; length = content.read(piece)) {
                // Reading it is what sums it up.
            }
        });
    }

    /**
     * Makes a data directory of it, with which a node begins a new cluster (Rule 11.3). Reads it twice: nothing is begun
     * with a backup that is not whole.
     *
     * @param folder empty or missing, or one in which this did not end before
     * @throws BackupDamaged as {@link #verify}
     * @throws StoreRefused if there is something in the folder
     * @throws IOException if it can't be read, or does not fit on the disk: the folder can then only be restored into again
     */
    public BackupHead restore(Path folder) throws IOException {
        BackupHead head = verify();
        SnapshotContent whole = new SnapshotContent("backup-" + head.position(), head.position(), head.files());
        try (DataDirectory directory = DataDirectory.lock(folder);
                RocksFamily family = new RocksFamily(folder, StoreSettings.DEFAULT, failure -> {})) {
            directory.beginRestoring();
            IncomingSnapshot incoming = new IncomingSnapshot(directory, family);
            incoming.begin(whole);
            read((next, content) -> take(next, content, incoming));
            for (SnapshotFile part : whole.files()) {
                if (!incoming.check(part)) {
                    throw new IOException("The disk of " + folder + " has not kept " + part.name()
                            + " as it was written. Try another one");
                }
            }
            incoming.complete(whole);
            directory.finishRestoring(new Restored(head.position(), head.logTime(), head.clusterId()));
            return head;
        }
    }

    private static void take(SnapshotFile next, Content content, IncomingSnapshot incoming) throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        try (IncomingSnapshot.Appending appending = incoming.append(next)) {
            for (int length = content.read(piece); length >= 0; length = content.read(piece)) {
                appending.write(piece, length);
            }
        }
    }

    private BackupHead read(Sink sink) throws IOException {
        MessageDigest sum = BackupSum.begin();
        try (InputStream plain = new BufferedInputStream(Files.newInputStream(file), PIECE_BYTES)) {
            InputStream summed = new Summed(plain, sum);
            BackupHead head = BackupHead.read(summed);
            for (SnapshotFile next : head.files()) {
                read(next, summed, sink);
            }
            String expected = BackupSum.line(sum);
            byte[] last = plain.readNBytes(BackupSum.LINE_BYTES);
            if (!new String(last, US_ASCII).equals(expected)) {
                throw new BackupDamaged(
                        last.length < BackupSum.LINE_BYTES ? "it is cut off in its last line" : "its SHA-256 differs");
            }
            if (plain.read() >= 0) {
                throw new BackupDamaged("it goes on behind its end");
            }
            return head;
        } catch (BackupDamaged e) {
            throw new BackupDamaged("The backup " + file + " can't be used: " + e.getMessage() + ". Take another one");
        }
    }

    private static void read(SnapshotFile next, InputStream summed, Sink sink) throws IOException {
        CRC32C crc = new CRC32C();
        long[] left = {next.bytes()};
        sink.file(next, piece -> {
            if (left[0] == 0) {
                return -1;
            }
            int length = summed.read(piece, 0, (int) Math.min(left[0], piece.length));
            if (length < 0) {
                throw new BackupDamaged("it is cut off in its file " + next.name());
            }
            crc.update(piece, 0, length);
            left[0] -= length;
            return length;
        });
        if ((int) crc.getValue() != next.crc32c()) {
            throw new BackupDamaged("its file " + next.name() + " has changed");
        }
    }

    /** Sums up what goes by. */
    private static final class Summed extends FilterInputStream {
        private final MessageDigest sum;

        Summed(InputStream in, MessageDigest sum) {
            super(in);
            this.sum = sum;
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            if (next >= 0) {
                sum.update((byte) next);
            }
            return next;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            if (read > 0) {
                sum.update(bytes, offset, read);
            }
            return read;
        }
    }
}
