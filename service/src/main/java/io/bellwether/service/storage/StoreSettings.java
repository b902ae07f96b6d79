package io.bellwether.service.storage;

/**
 * What a store may take of memory and disk.
 *
 * @param blockCacheBytes what is kept in memory of what was read, for log and tables together
 * @param logBufferBytes the log's newest entries are gathered in memory in two such buffers before they go into a sorted file
 * @param tableBufferBytes one of the {@code tableBuffers} in which the tables gather rows before they go into a sorted
 *     file. All of them together bound what is applied again after a crash
 * @param tableBuffers how many of them may wait for the disk before a commit waits too
 * @param recentRowsBytes rows that were written or read latest by whoever applies, kept in memory; 0 keeps none
 * @param batchBytes a synced batch takes no further write once it holds this much
 * @param cutFiles how many of the latest cuts are kept in side files
 * @param cutFileBytes how much they may hold together; the latest one is kept whatever its size
 * @param logRetention how much of the log is kept that this node does not need any more
 */
public record StoreSettings(
        long blockCacheBytes,
        long logBufferBytes,
        long tableBufferBytes,
        int tableBuffers,
        long recentRowsBytes,
        int batchBytes,
        int cutFiles,
        long cutFileBytes,
        LogRetention logRetention) {
    private static final int MIB = 1 << 20;

    public static final StoreSettings DEFAULT =
            new StoreSettings(64 * MIB, 16 * MIB, 16 * MIB, 4, 8 * MIB, 8 * MIB, 32, 64 * MIB, LogRetention.DEFAULT);

    public StoreSettings {
        atLeast(MIB, blockCacheBytes, "blockCacheBytes");
        atLeast(64 << 10, logBufferBytes, "logBufferBytes");
        atLeast(64 << 10, tableBufferBytes, "tableBufferBytes");
        atLeast(2, tableBuffers, "tableBuffers");
        atLeast(0, recentRowsBytes, "recentRowsBytes");
        atLeast(1, batchBytes, "batchBytes");
        atLeast(1, cutFiles, "cutFiles");
        atLeast(0, cutFileBytes, "cutFileBytes");
    }

    private static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", but is " + value);
        }
    }
}
