package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/**
 * A snapshot on its way into this node: a folder that is filled file by file, each from where it stands, until it is all
 * there. It survives the end of the process. Nothing in here counts before {@link Store#install}. One thread at a time.
 */
public final class IncomingSnapshot {
    private static final String ID = "id";
    private static final String STATE = "state";
    /** So much is forced at a time: a whole file at once would hold up whoever else syncs on this disk. */
    private static final long FORCED_AT_ONCE_BYTES = 4 << 20;

    private final DataDirectory directory;
    private final RocksFamily family;

    IncomingSnapshot(DataDirectory directory, RocksFamily family) {
        this.directory = directory;
        this.family = family;
    }

    /** Goes on with this snapshot if it is the one that was begun, otherwise begins it and forgets the other one. */
    public void begin(SnapshotContent content) throws IOException {
        Path id = directory.incoming().resolve(ID);
        boolean begun = Files.exists(id) && Files.readString(id, UTF_8).equals(content.id());
        if (!begun) {
            DurableFiles.remove(directory.incoming());
            DurableFiles.makeFolders(state());
            DurableFiles.replace(id, content.id().getBytes(UTF_8));
        }
        DurableFiles.makeFolders(state());
        Set<String> names = content.files().stream().map(SnapshotFile::name).collect(Collectors.toSet());
        for (Path path : pathsIn(state())) {
            if (!names.contains(path.getFileName().toString())) {
                DurableFiles.remove(path);
            }
        }
    }

    /** How much of it is here, whether it is as it should be or not. */
    public long presentBytes(SnapshotContent content) throws IOException {
        long present = 0;
        for (SnapshotFile file : content.files()) {
            present += presentBytes(file);
        }
        return present;
    }

    /** How much of this file is here; the next byte is the one at this offset. */
    public long presentBytes(SnapshotFile file) throws IOException {
        Path path = state().resolve(file.name());
        return Files.exists(path) ? Files.size(path) : 0;
    }

    /** What the disk has left, in bytes. */
    public long usableBytes() throws IOException {
        return Files.getFileStore(directory.folder()).getUsableSpace();
    }

    /** The end of a file of which something is missing; what is written goes behind what is here. */
    public Appending append(SnapshotFile file) throws IOException {
        Path path = state().resolve(file.name());
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        return new Appending(directory.folder(), path, channel, file.bytes() - presentBytes(file));
    }

    /** Writes one file. */
    public static final class Appending implements AutoCloseable {
        private final Path folder;
        private final Path file;
        private final FileChannel channel;
        private long missingBytes;
        private long unforcedBytes;

        /** @param folder the data directory that the file is in */
        Appending(Path folder, Path file, FileChannel channel, long missingBytes) {
            this.folder = folder;
            this.file = file;
            this.channel = channel;
            this.missingBytes = missingBytes;
        }

        /**
         * @throws IOException if the disk refuses it, or it is more than belongs into the file
         * @throws StorageFailure if nobody knows whether it is on the disk (Rule 12.1)
         */
        public void write(byte[] bytes, int length) throws IOException {
            missingBytes -= length;
            if (missingBytes < 0) {
                throw new IOException("a file of a snapshot is longer than was announced");
            }
            DurableFiles.writeAll(channel, ByteBuffer.wrap(bytes, 0, length));
            unforcedBytes += length;
            if (unforcedBytes >= FORCED_AT_ONCE_BYTES) {
                force(false);
            }
        }

        /**
         * What was written is on the disk when this returns.
         *
         * @throws StorageFailure if nobody knows whether it is (Rule 12.1)
         */
        @Override
        public void close() throws IOException {
            try (channel) {
                force(true);
            }
        }

        private void force(boolean withLength) {
            try {
                channel.force(withLength);
                unforcedBytes = 0;
            } catch (IOException e) {
                throw unforced(e);
            }
        }

        /** What failed to reach the disk can still be read, until the power fails: the next process must not build on it. */
        private StorageFailure unforced(IOException why) {
            StorageFailure failure = new StorageFailure(folder, "Writing a snapshot that is being fetched", why);
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            return failure;
        }
    }

    /** Whether this file is here, whole and as it should be; if it is not as it should be, it is removed. */
    public boolean check(SnapshotFile file) throws IOException {
        long present = presentBytes(file);
        if (present < file.bytes()) {
            return false;
        }
        Path path = state().resolve(file.name());
        if (present == file.bytes() && Files.exists(path) && FileSum.crc32c(path) == file.crc32c()) {
            return true;
        }
        DurableFiles.remove(path);
        return false;
    }

    /**
     * Every file has passed its {@link #check}: makes all of them durable with their names, also those that an earlier
     * process had written and may not have forced, and looks whether it is the state that it says.
     *
     * @throws IOException if it is not; it is removed then
     * @throws StorageFailure if nobody knows whether they are on the disk (Rule 12.1)
     */
    public void complete(SnapshotContent content) throws IOException {
        for (SnapshotFile file : content.files()) {
            append(file).close();
        }
        DurableFiles.forceFolderOf(state().resolve(STATE));
        Position found;
        try {
            found = family.appliedIn(state());
        } catch (RocksDBException e) {
            forget();
            throw new IOException("what was fetched is no state: " + e.getMessage(), e);
        }
        if (!found.equals(content.position())) {
            forget();
            throw new IOException("what was fetched is the state at " + found + ", not at " + content.position());
        }
    }

    /** Whether something is gathered here. */
    boolean isHere() {
        return Files.isDirectory(state());
    }

    /** Gives the folder the name that it has as the state of this node; nothing else changes by that. */
    String becomeState(Position position) throws IOException {
        String name = DataDirectory.stateAt(position);
        DurableFiles.remove(directory.state(name));
        Files.move(state(), directory.state(name), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.forceFolderOf(directory.state(name));
        return name;
    }

    /** Removes what is here. */
    public void forget() throws IOException {
        DurableFiles.remove(directory.incoming());
    }

    private Path state() {
        return directory.incoming().resolve(STATE);
    }

    private static List<Path> pathsIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
