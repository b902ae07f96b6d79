package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was cut is kept, within bounds. */
class CutFilesTest {
    private static final int BYTES_OF_A_CUT = 12 + 100;

    @TempDir
    private Path scratch;

    @Test
    void aFileHoldsTheEntriesOfOneCut() throws IOException {
        CutFiles cuts = new CutFiles(scratch.resolve("cut"), 3, 1 << 20);
        try (CutFiles.Cut cut = cuts.begin(7, 41)) {
            cut.add(41, new byte[] {1, 2});
            cut.add(42, new byte[] {3});
        }
        Path file = scratch.resolve("cut").resolve("00000000000000000007-from-41");
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            assertThat(in.readLong()).isEqualTo(41);
            assertThat(in.readNBytes(in.readInt())).containsExactly(1, 2);
            assertThat(in.readLong()).isEqualTo(42);
            assertThat(in.readNBytes(in.readInt())).containsExactly(3);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void thereAreAtMostSoManyFiles() throws IOException {
        CutFiles cuts = new CutFiles(scratch, 3, 1 << 20);
        cut(cuts, 1, 3);
        assertThat(batchesKept()).containsExactly(1, 2, 3);
        cut(cuts, 4, 4);
        assertThat(batchesKept()).containsExactly(2, 3, 4);
    }

    @Test
    void theyHoldAtMostSoMuch() throws IOException {
        CutFiles cuts = new CutFiles(scratch, 10, 2 * BYTES_OF_A_CUT);
        cut(cuts, 1, 2);
        assertThat(batchesKept()).containsExactly(1, 2);
        cut(cuts, 3, 3);
        assertThat(batchesKept()).containsExactly(2, 3);
    }

    @Test
    void theLatestStaysWhateverItsSize() throws IOException {
        CutFiles cuts = new CutFiles(scratch, 10, BYTES_OF_A_CUT - 1);
        cut(cuts, 1, 2);
        assertThat(batchesKept()).containsExactly(2);
    }

    private static void cut(CutFiles cuts, int firstBatch, int lastBatch) throws IOException {
        for (int batch = firstBatch; batch <= lastBatch; batch++) {
            try (CutFiles.Cut cut = cuts.begin(batch, 1)) {
                cut.add(1, new byte[100]);
            }
        }
    }

    private List<Integer> batchesKept() throws IOException {
        try (Stream<Path> files = Files.list(scratch)) {
            return files.map(file ->
                            Integer.parseInt(file.getFileName().toString().substring(0, 20)))
                    .sorted()
                    .toList();
        }
    }
}
