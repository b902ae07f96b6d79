package io.bellwether.service.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** The CRC-32C of a whole file; RocksDB's own checksums are in it besides. */
final class FileSum {
    private static final int PIECE_BYTES = 256 << 10;

    private FileSum() {}

    static int crc32c(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (channel.read(piece) >= 0) {
                piece.flip();
                sum.update(piece);
                piece.clear();
            }
        }
        return (int) sum.getValue();
    }
}
