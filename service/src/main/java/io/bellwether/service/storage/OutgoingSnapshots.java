package io.bellwether.service.storage;

import io.bellwether.replication.Tables;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of the state for nodes that are too far behind: folders of hard links, which cost no space as long as the tables
 * have the same files. One is made when somebody asks, off everybody's thread; it is there until nobody has asked for any
 * of it for a while, and the log keeps what comes behind it as long. For any thread.
 */
public final class OutgoingSnapshots implements AutoCloseable {
    /** A copy that nobody has asked for so long is given up. */
    static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Whoever begins gets one that has been there no longer: each holds the log back. */
    static final Duration FRESH = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(OutgoingSnapshots.class);
    private static final long CLOSING_SECONDS = 10;

    private final DataDirectory directory;
    private final RocksFamily family;
    private final RocksTables tables;
    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();
    private final ExecutorService maker;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Copy> copies = new ArrayList<>();

    OutgoingSnapshots(DataDirectory directory, RocksFamily family, RocksTables tables) {
        this(directory, family, tables, System::nanoTime, Executors.newSingleThreadExecutor(OutgoingSnapshots::daemon));
    }

    /** @param maker does one thing after the other; ended with this */
    OutgoingSnapshots(
            DataDirectory directory,
            RocksFamily family,
            RocksTables tables,
            LongSupplier nanoTime,
            ExecutorService maker) {
        this.maker = maker;
        this.directory = directory;
        this.family = family;
        this.tables = tables;
        this.nanoTime = nanoTime;
    }

    /** One copy, under the lock. */
    private static final class Copy {
        final String id;
        /** The state contains at least this; known before the copy is made, and raised when that begins. */
        long index;

        /** Until then it will contain whatever is asked for meanwhile. */
        boolean begun;

        /** Set when it is there: to make it may take longer than it is fresh. */
        long madeAtNanos;

        long askedAtNanos;

        /** The state has been replaced by a later one: the log that would go on from here is gone. */
        boolean passed;

        /** Completed without the lock. */
        final CompletableFuture<SnapshotContent> content = new CompletableFuture<>();

        Copy(String id, long index, long nowNanos) {
            this.id = id;
            this.index = index;
            this.madeAtNanos = nowNanos;
            this.askedAtNanos = nowNanos;
        }
    }

    /** A copy of the state that is fresh enough to begin with; empty while it is being made: ask again soon. */
    public Optional<SnapshotContent> offer() {
        CompletableFuture<SnapshotContent> copy = copyAfter(0);
        return copy.isDone() && !copy.isCompletedExceptionally() ? Optional.of(copy.join()) : Optional.empty();
    }

    /**
     * A copy of the state that contains at least this index, which the tables have. Those who ask while one is made share
     * the next one: at most one is made, and one waits for that.
     *
     * @return fails if none can be made now, with the reason in the log; completed on any thread
     */
    public CompletionStage<SnapshotContent> copy(long minIndex) {
        return copyAfter(minIndex);
    }

    private CompletableFuture<SnapshotContent> copyAfter(long minIndex) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            for (Copy copy : copies) {
                if (!copy.begun || (copy.index >= minIndex && isFresh(copy, now))) {
                    copy.askedAtNanos = now;
                    return copy.content;
                }
            }
            return begin(now);
        } finally {
            lock.unlock();
        }
    }

    private static boolean isFresh(Copy copy, long now) {
        return !copy.passed && (!copy.content.isDone() || now - copy.madeAtNanos < FRESH.toNanos());
    }

    /** The state is another one from now on, which contains this index. */
    void replaced(long index) {
        lock.lock();
        try {
            copies.stream().filter(copy -> copy.begun && copy.index < index).forEach(copy -> copy.passed = true);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. The place is held before the copy is made: the log must not go on past it meanwhile. */
    private CompletableFuture<SnapshotContent> begin(long now) {
        byte[] name = new byte[8];
        random.nextBytes(name);
        Copy begun = new Copy(HexFormat.of().formatHex(name), appliedIndex(), now);
        try {
            maker.execute(() -> make(begun));
            copies.add(begun);
            return begun.content;
        } catch (RejectedExecutionException e) {
            LOG.debug("no snapshot is made any more: the store is being closed", e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private long appliedIndex() {
        try (Tables.View view = tables.view()) {
            return view.applied().index();
        }
    }

    /**
     * A file of a copy, to be read and closed by the caller.
     *
     * @return empty if there is no such copy any more, or no such file in it
     */
    public Optional<FileChannel> open(String id, String file) throws IOException {
        lock.lock();
        try {
            for (Copy copy : copies) {
                if (copy.id.equals(id) && names(copy, file)) {
                    copy.askedAtNanos = nanoTime.getAsLong();
                    return Optional.of(FileChannel.open(folder(id).resolve(file), StandardOpenOption.READ));
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Somebody is still reading from a copy. */
    public void inUse(String id) {
        lock.lock();
        try {
            copies.stream()
                    .filter(copy -> copy.id.equals(id))
                    .forEach(copy -> copy.askedAtNanos = nanoTime.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    private static boolean names(Copy copy, String file) {
        CompletableFuture<SnapshotContent> content = copy.content;
        return content.isDone()
                && !content.isCompletedExceptionally()
                && content.join().files().stream()
                        .anyMatch(known -> known.name().equals(file));
    }

    /**
     * The index after which the log is still needed by whoever fetches; {@link Long#MAX_VALUE} for none. Asked often, and
     * gives up what nobody asks for any more.
     */
    long neededAfter() {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            long needed = Long.MAX_VALUE;
            for (Copy copy : List.copyOf(copies)) {
                if (copy.content.isDone() && now - copy.askedAtNanos >= PATIENCE.toNanos()) {
                    copies.remove(copy);
                    maker.execute(() -> remove(copy.id));
                } else if (!copy.passed) {
                    needed = Math.min(needed, copy.index);
                }
            }
            return needed;
        } catch (RejectedExecutionException e) {
            LOG.debug("the store is being closed, and removes the rest when it is opened", e);
            return Long.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }

    // ---- the thread that makes and removes copies

    private void make(Copy copy) {
        try {
            start(copy);
            Path folder = folder(copy.id);
            DurableFiles.makeFolders(directory.outgoing());
            tables.copyTo(folder);
            SnapshotContent content = new SnapshotContent(copy.id, family.appliedIn(folder), files(folder));
            LOG.info(
                    "snapshot made id={} position={} files={} mib={}",
                    copy.id,
                    content.position(),
                    content.files().size(),
                    content.bytes() >> 20);
            stamp(copy);
            copy.content.complete(content);
        } catch (RocksDBException | IOException e) {
            LOG.warn("No snapshot of the state can be made for who asked for one; it will ask again", e);
            failed(copy, e);
        } catch (IllegalStateException e) {
            LOG.debug("the store is being closed", e);
            failed(copy, e);
        }
    }

    /** Whoever asked until now has it in there. */
    private void start(Copy copy) {
        lock.lock();
        try {
            copy.index = appliedIndex();
            copy.begun = true;
        } finally {
            lock.unlock();
        }
    }

    /** From now on somebody must ask for it. */
    private void stamp(Copy copy) {
        lock.lock();
        try {
            copy.madeAtNanos = nanoTime.getAsLong();
            copy.askedAtNanos = copy.madeAtNanos;
        } finally {
            lock.unlock();
        }
    }

    private void failed(Copy copy, Exception why) {
        lock.lock();
        try {
            copies.remove(copy);
        } finally {
            lock.unlock();
        }
        copy.content.completeExceptionally(why);
        remove(copy.id);
    }

    private static List<SnapshotFile> files(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.list(folder)) {
            paths = all.filter(path -> belongsToState(path.getFileName().toString()))
                    .sorted()
                    .toList();
        }
        List<SnapshotFile> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(new SnapshotFile(path.getFileName().toString(), Files.size(path), FileSum.crc32c(path)));
        }
        return files;
    }

    /** Without locks and diaries, which a database makes for itself. */
    private static boolean belongsToState(String name) {
        return name.endsWith(".sst")
                || name.equals("CURRENT")
                || name.startsWith("MANIFEST-")
                || name.startsWith("OPTIONS-");
    }

    private void remove(String id) {
        try {
            DurableFiles.remove(folder(id));
        } catch (IOException e) {
            LOG.warn("The copy of the state in {} could not be removed: it goes when the node starts", folder(id), e);
        }
    }

    private Path folder(String id) {
        return directory.outgoing().resolve(id);
    }

    @Override
    public void close() {
        maker.shutdown();
        try {
            if (!maker.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A snapshot that is being made has not ended within {} s", CLOSING_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "bellwether-snapshots");
        thread.setDaemon(true);
        return thread;
    }
}
