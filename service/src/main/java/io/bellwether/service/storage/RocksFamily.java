package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Position;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;

/**
 * The one place that knows how RocksDB is set up: the log's database and the tables' one, and the cache that they share.
 * An open database is a {@link Handle}, which closes everything that belongs to it in the right order.
 */
final class RocksFamily implements AutoCloseable {
    static {
        RocksDB.loadLibrary();
    }

    private static final double BLOOM_BITS_PER_KEY = 10;
    /** The log is read in long stretches, the tables row by row. */
    private static final long LOG_BLOCK_BYTES = 16 << 10;

    private static final long TABLE_BLOCK_BYTES = 4 << 10;

    /** SST files go to the disk in pieces of this size, so that no fsync of the log queues behind a whole file. */
    private static final long BYTES_PER_SYNC = 1 << 20;

    /** RocksDB's own diary, beside its files. */
    private static final long DIARY_BYTES = 1 << 20;

    private static final int DIARIES_KEPT = 2;

    private final StoreSettings settings;
    private final Path data;
    private final Cache blockCache;
    private final Consumer<RuntimeException> failed;

    /** Held while an open database is given the cache, and while that is let go of. */
    private final ReentrantLock cacheLock = new ReentrantLock();

    private boolean closed;

    /**
     * @param data the data directory that the databases belong to
     * @param failed hears of a disk that failed, and of damage that was met, behind everybody's back in a flush or a
     *     compaction: {@link StorageFailure} or {@link StoreDamaged}; on any thread, also while a database is being opened
     */
    RocksFamily(Path data, StoreSettings settings, Consumer<RuntimeException> failed) {
        this.data = data;
        this.settings = settings;
        this.blockCache = new LRUCache(settings.blockCacheBytes());
        this.failed = failed;
    }

    /** How a database is to be opened. */
    enum Opening {
        /** Makes it; it must not be there. */
        CREATE,
        /** Looks and changes nothing: what a torn tail or damage has left can be judged first. */
        SURVEY,
        /** To read and write. */
        USE
    }

    /**
     * The log: every batch goes through the write-ahead file and is synced; recovery takes the longest prefix of batches
     * without a gap, and leaves it to {@link DurableMark} to say whether that is enough.
     *
     * @param families names of the column families, the default one first
     */
    Handle openLog(Path folder, List<String> families, Opening opening) throws RocksDBException {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        DBOptions options = keep(parts, databaseOptions(folder, opening, parts));
        options.setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery);
        options.setAtomicFlush(true);
        ColumnFamilyOptions family = keep(parts, new ColumnFamilyOptions());
        giveCache(family, format(LOG_BLOCK_BYTES, parts));
        family.setWriteBufferSize(settings.logBufferBytes());
        family.setMaxWriteBufferNumber(2);
        // Ascending keys are moved between levels, never rewritten; they are read rarely, in order.
        family.setCompressionType(CompressionType.NO_COMPRESSION);
        return open(folder, families, opening, options, family, parts);
    }

    /** The tables: no write-ahead file, since the log is one; what is in memory is lost in a crash and applied again. */
    Handle openTables(Path folder, Opening opening) throws RocksDBException {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        DBOptions options = keep(parts, databaseOptions(folder, opening, parts));
        options.setAvoidFlushDuringShutdown(false);
        ColumnFamilyOptions family = keep(parts, new ColumnFamilyOptions());
        BlockBasedTableConfig format = format(TABLE_BLOCK_BYTES, parts);
        format.setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash);
        giveCache(family, format);
        family.setWriteBufferSize(settings.tableBufferBytes());
        family.setMaxWriteBufferNumber(settings.tableBuffers());
        family.setCompressionType(CompressionType.LZ4_COMPRESSION);
        family.setLevelCompactionDynamicLevelBytes(true);
        // The node's one thread commits: it must not be slowed down while files pile up for a moment.
        family.setLevel0SlowdownWritesTrigger(40);
        family.setLevel0StopWritesTrigger(60);
        family.setSoftPendingCompactionBytesLimit(0);
        family.setHardPendingCompactionBytesLimit(0);
        return open(folder, List.of("default"), opening, options, family, parts);
    }

    /** Up to where the tables in this folder are, which nobody else has open. */
    Position appliedIn(Path folder) throws RocksDBException {
        try (Handle handle = openTables(folder, Opening.SURVEY)) {
            return Applied.decode(handle.database().get(TablesDatabase.APPLIED)).position();
        }
    }

    /** Databases that are open keep the cache; who opens one from now on is refused, and doesn't kill the JVM. */
    @Override
    public void close() {
        cacheLock.lock();
        try {
            closed = true;
            blockCache.close();
        } finally {
            cacheLock.unlock();
        }
    }

    /** @throws IllegalStateException if this is closed */
    private void giveCache(ColumnFamilyOptions family, BlockBasedTableConfig format) {
        cacheLock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the store is closed");
            }
            format.setBlockCache(blockCache);
            family.setTableFormatConfig(format);
        } finally {
            cacheLock.unlock();
        }
    }

    /** An open database with its column families in the order asked for. Using it after {@link #close} kills the JVM. */
    static final class Handle implements AutoCloseable {
        private final RocksDB database;
        private final List<ColumnFamilyHandle> families;
        private final Deque<AutoCloseable> parts;

        private Handle(RocksDB database, List<ColumnFamilyHandle> families, Deque<AutoCloseable> parts) {
            this.database = database;
            this.families = families;
            this.parts = parts;
        }

        RocksDB database() {
            return database;
        }

        ColumnFamilyHandle family(int place) {
            return families.get(place);
        }

        /**
         * Reads every sorted file that belongs to it now from the disk, and compares all blocks with their checksums. Any
         * thread that holds the database open.
         *
         * @return whether it came to the end
         * @throws RocksDBException if one is damaged or missing
         */
        boolean checkFiles(Pace pace) throws RocksDBException {
            Set<String> seen = new HashSet<>();
            Optional<LiveFileMetaData> next = unseenFile(seen);
            while (next.isPresent()) {
                LiveFileMetaData file = next.get();
                seen.add(file.fileName());
                if (!pace.goesOn(file.size())) {
                    return false;
                }
                checkFile(file);
                next = unseenFile(seen);
            }
            return true;
        }

        private Optional<LiveFileMetaData> unseenFile(Set<String> seen) {
            return database.getLiveFilesMetaData().stream()
                    .filter(file -> !seen.contains(file.fileName()))
                    .findFirst();
        }

        /** A file that a compaction has made dispensable meanwhile may be gone. */
        private void checkFile(LiveFileMetaData file) throws RocksDBException {
            try (Options options = new Options();
                    SstFileReader reader = new SstFileReader(options)) {
                reader.open(Path.of(file.path(), file.fileName()).toString());
                reader.verifyChecksum();
            } catch (RocksDBException e) {
                if (lives(file)) {
                    throw e;
                }
            }
        }

        private boolean lives(LiveFileMetaData file) {
            return database.getLiveFilesMetaData().stream()
                    .anyMatch(other -> other.fileName().equals(file.fileName()));
        }

        @Override
        public void close() {
            families.forEach(ColumnFamilyHandle::close);
            database.close();
            closeAll(parts);
        }
    }

    /** Whether the files are wrong, as opposed to a disk or a system that refuses to work. */
    static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && isDamage(status, "" + e.getMessage());
    }

    private static boolean isDamage(Status status, String message) {
        return switch (status.getCode()) {
            case Corruption, NotFound, InvalidArgument -> true;
            case IOError -> message.contains("No such file") || message.contains("file size");
            default -> false;
        };
    }

    private Handle open(
            Path folder,
            List<String> names,
            Opening opening,
            DBOptions options,
            ColumnFamilyOptions family,
            Deque<AutoCloseable> parts)
            throws RocksDBException {
        List<ColumnFamilyDescriptor> descriptors = names.stream()
                .map(name -> new ColumnFamilyDescriptor(name.getBytes(UTF_8), family))
                .toList();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        boolean opened = false;
        try {
            RocksDB database = opening == Opening.SURVEY
                    ? RocksDB.openReadOnly(options, folder.toString(), descriptors, handles)
                    : RocksDB.open(options, folder.toString(), descriptors, handles);
            opened = true;
            return new Handle(database, handles, parts);
        } finally {
            if (!opened) {
                closeAll(parts);
            }
        }
    }

    private DBOptions databaseOptions(Path folder, Opening opening, Deque<AutoCloseable> parts) {
        DBOptions options = new DBOptions();
        options.setCreateIfMissing(opening == Opening.CREATE);
        options.setCreateMissingColumnFamilies(opening == Opening.CREATE);
        options.setErrorIfExists(opening == Opening.CREATE);
        options.setParanoidChecks(true);
        // A flush that failed is not tried again: the process stops.
        options.setMaxBgErrorResumeCount(0);
        options.setMaxBackgroundJobs(2);
        options.setBytesPerSync(BYTES_PER_SYNC);
        options.setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
        options.setMaxLogFileSize(DIARY_BYTES);
        options.setKeepLogFileNum(DIARIES_KEPT);
        options.setStatsDumpPeriodSec(0);
        options.setStatsPersistPeriodSec(0);
        if (opening == Opening.USE) {
            options.setListeners(List.of(keep(parts, new BackgroundErrors(data, folder, failed))));
        }
        return options;
    }

    private BlockBasedTableConfig format(long blockBytes, Deque<AutoCloseable> parts) {
        BlockBasedTableConfig format = new BlockBasedTableConfig();
        format.setBlockSize(blockBytes);
        format.setFilterPolicy(keep(parts, new BloomFilter(BLOOM_BITS_PER_KEY, false)));
        // Index and filters count for the cache too, so that its size bounds them.
        format.setCacheIndexAndFilterBlocks(true);
        format.setPinL0FilterAndIndexBlocksInCache(true);
        return format;
    }

    private static final class BackgroundErrors extends AbstractEventListener {
        private final Path data;
        private final Path folder;
        private final Consumer<RuntimeException> failed;

        BackgroundErrors(Path data, Path folder, Consumer<RuntimeException> failed) {
            super(EnabledEventCallback.ON_BACKGROUND_ERROR);
            this.data = data;
            this.folder = folder;
            this.failed = failed;
        }

        @Override
        public void onBackgroundError(BackgroundErrorReason reason, Status status) {
            String what = reason + ", " + status.getCodeString() + ", " + status.getState();
            RuntimeException why = isDamage(status, "" + status.getState())
                    ? new StoreDamaged(data, "its files in " + folder + " are unreadable: " + what + ".", null)
                    : new StorageFailure(folder, "Writing (" + what + ")", null);
            failed.accept(why);
        }
    }

    private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("a RocksDB object could not be closed", e);
            }
        }
    }
}
