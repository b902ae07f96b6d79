package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.StoreId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one store, held by one process at a time, and the file in it that says whose it is.
 *
 * <pre>
 * lock          held by the operating system for the process that uses the folder; its content means nothing
 * identity      node, store, cluster and format: written last when a store is made, so that with it everything is there
 * retired       there when the store must never be used again, and why
 * suspected     there when something in it was found damaged while it was in use, and what
 * renewed       there when the next start is to move all else aside and begin with an empty store, and why
 * aside/        what was moved there the last time
 * creating      there while a store is being made, and never with an identity that was ever used
 * restoring     there while a backup is being restored
 * restored      there when one was, until a store is made of it: {@link Restored}
 * log/          {@link RocksLog}
 * durable-mark  {@link DurableMark}: up to where the log must be there
 * cut/          {@link CutFiles}
 * state/        {@link RocksTables}: the first; what a snapshot brought is in a folder of another name, which the log knows
 * incoming/     {@link IncomingSnapshot}: what was fetched of a snapshot so far
 * outgoing/     {@link OutgoingSnapshots}: what others fetch
 * </pre>
 */
final class DataDirectory implements AutoCloseable {
    /** The folder of a state that was made from the log's first entry on. */
    static final String FIRST_STATE = "state";

    /** Takes what was here when a store began anew. */
    static final String ASIDE = "aside";

    private static final String IDENTITY = "identity";
    private static final String CREATING = "creating";
    private static final String RETIRED = "retired";
    private static final String RENEWED = "renewed";
    private static final String SUSPECTED = "suspected";
    private static final String RESTORING = "restoring";
    private static final String RESTORED = "restored";
    private static final String LOCK = "lock";
    /** Where an embedded ZooKeeper keeps its data, which is no part of the store. */
    static final String ZOOKEEPER = "zookeeper";

    /** What may lie in a folder that is empty to us: our own lock, and what a file system puts into its root. */
    private static final Set<String> NOTHING = Set.of(LOCK, "lost+found");

    /** What stays where it is when a store begins anew. */
    private static final Set<String> NO_REMAINS = Set.of(LOCK, "lost+found", RENEWED, ASIDE, ASIDE + ".new", ZOOKEEPER);

    private final Path folder;
    private final FileChannel lockFile;
    private final FileLock lock;

    private DataDirectory(Path folder, FileChannel lockFile, FileLock lock) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Makes the folder if it is missing, and takes it for this process.
     *
     * @throws StoreRefused if another process has it
     */
    static DataDirectory lock(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        DurableFiles.makeFolders(absolute);
        FileChannel file =
                FileChannel.open(absolute.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = tryLock(file);
        if (lock == null) {
            file.close();
            throw new StoreRefused("The data directory " + absolute + " is in use by another process."
                    + " Stop that one first, or give this node a directory of its own (BELLWETHER_DATA).");
        }
        return new DataDirectory(absolute, file, lock);
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // This very process has it open already.
        }
    }

    /**
     * Whose folder this is; empty if no store has been made here yet.
     *
     * @throws StoreRefused if it is another's
     */
    Optional<StoreId> storeOf(NodeId node, String cluster) throws IOException {
        refuseRetired();
        Path file = folder.resolve(IDENTITY);
        if (!Files.exists(file)) {
            refuseRemainsWithoutIdentity();
            return Optional.empty();
        }
        StoreIdentity identity = StoreIdentity.read(file);
        refuseAnother("node", node.name(), identity.node(), "BELLWETHER_NODE");
        refuseAnother("cluster", cluster, identity.cluster(), "BELLWETHER_CLUSTER");
        DurableFiles.remove(folder.resolve(CREATING));
        DurableFiles.remove(folder.resolve(RESTORED));
        return Optional.of(identity.store());
    }

    /**
     * Whose folder this is, for somebody who only looks.
     *
     * @throws StoreRefused if no store has been made here
     */
    StoreIdentity identity() throws IOException {
        Path file = folder.resolve(IDENTITY);
        if (!Files.exists(file)) {
            refuseRemainsWithoutIdentity();
            throw new StoreRefused("There is no store in " + folder + ".");
        }
        return StoreIdentity.read(file);
    }

    /**
     * Begins to make a store; what an earlier attempt left is removed, but not what was restored. {@link #finishCreation}
     * makes it count.
     */
    void beginCreation() throws IOException {
        DurableFiles.replace(folder.resolve(CREATING), new byte[0]);
        for (Path part : List.of(log(), durableMark(), cuts(), outgoing())) {
            DurableFiles.remove(part);
        }
        Optional<Restored> restored = restored();
        if (restored.isEmpty()) {
            DurableFiles.remove(incoming());
        }
        removeStatesBut(restored.map(one -> stateAt(one.position())).orElse(""));
        DurableFiles.forceFolderOf(log());
    }

    StoreId finishCreation(NodeId node, String cluster) throws IOException {
        byte[] name = new byte[16];
        new SecureRandom().nextBytes(name);
        StoreId store = new StoreId(HexFormat.of().formatHex(name));
        new StoreIdentity(node.name(), store, cluster).write(folder.resolve(IDENTITY));
        DurableFiles.remove(folder.resolve(CREATING));
        DurableFiles.remove(folder.resolve(RESTORED));
        return store;
    }

    /**
     * From now on the folder is for a backup that is being restored.
     *
     * @throws StoreRefused if there is anything else in it
     */
    void beginRestoring() throws IOException {
        if (!Files.exists(folder.resolve(RESTORING))) {
            refuseUnlessEmpty();
            DurableFiles.replace(folder.resolve(RESTORING), new byte[0]);
        }
        DurableFiles.remove(incoming());
    }

    private void refuseUnlessEmpty() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            Optional<String> found = all.map(path -> path.getFileName().toString())
                    .filter(name -> !NOTHING.contains(name))
                    .sorted()
                    .findFirst();
            if (found.isPresent()) {
                throw new StoreRefused("The directory " + folder + " is not empty: it holds '" + found.get()
                        + "'. A backup is restored into an empty one, so that nothing is mixed with it.");
            }
        }
    }

    /** What was restored is all there, in {@link #incoming}. */
    void finishRestoring(Restored restored) throws IOException {
        String text = "epoch " + restored.position().epoch() + "\nindex "
                + restored.position().index() + "\nlog-time " + restored.logTime() + "\ncluster "
                + restored.clusterId() + "\n";
        DurableFiles.replace(folder.resolve(RESTORED), text.getBytes(UTF_8));
        DurableFiles.remove(folder.resolve(RESTORING));
        DurableFiles.forceFolderOf(folder.resolve(RESTORING));
    }

    /** With what the store is to begin that is made here. */
    Optional<Restored> restored() throws IOException {
        Path file = folder.resolve(RESTORED);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Map<String, String> values = parse(Files.readString(file, UTF_8));
        try {
            Position position = new Position(
                    Long.parseLong(values.getOrDefault("epoch", "")), Long.parseLong(values.getOrDefault("index", "")));
            return Optional.of(new Restored(
                    position, Long.parseLong(values.getOrDefault("log-time", "")), values.getOrDefault("cluster", "")));
        } catch (NumberFormatException e) {
            throw new StoreDamaged(folder, "its file '" + RESTORED + "' is unreadable.", e);
        }
    }

    /** From now on nobody opens what is in this folder. */
    void retire(String why) throws IOException {
        DurableFiles.replace(folder.resolve(RETIRED), why.getBytes(UTF_8));
    }

    /** What is in this folder is not all as it was written. */
    static void suspect(Path folder, String damage) throws IOException {
        DurableFiles.replace(folder.resolve(SUSPECTED), damage.getBytes(UTF_8));
    }

    /** What was found damaged in a folder, while it was in use; empty if nothing was. */
    static Optional<String> suspicion(Path folder) throws IOException {
        Path mark = folder.resolve(SUSPECTED);
        return Files.exists(mark) ? Optional.of(Files.readString(mark, UTF_8)) : Optional.empty();
    }

    /** The next {@link #beginAnew} finds something to do. */
    void renew(Renewal renewal) throws IOException {
        String text = "cluster " + renewal.clusterId() + "\nwhy " + renewal.why() + "\n";
        DurableFiles.replace(folder.resolve(RENEWED), text.getBytes(UTF_8));
    }

    /**
     * If the folder is marked for it, moves all that is in it aside, so that a new store can be made. What an earlier
     * attempt began is brought to its end.
     *
     * @return why; empty if it is not marked
     */
    Optional<Renewal> beginAnew() throws IOException {
        Path mark = folder.resolve(RENEWED);
        if (!Files.exists(mark)) {
            return Optional.empty();
        }
        Path aside = folder.resolve(ASIDE);
        Path gathered = folder.resolve(ASIDE + ".new");
        List<Path> remains = remains();
        if (!remains.isEmpty()) {
            DurableFiles.makeFolders(gathered);
        }
        for (Path part : remains) {
            Files.move(part, gathered.resolve(part.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        if (Files.exists(gathered)) {
            DurableFiles.forceFolderOf(gathered.resolve(RENEWED));
            DurableFiles.remove(aside);
            Files.move(gathered, aside, StandardCopyOption.ATOMIC_MOVE);
        }
        DurableFiles.forceFolderOf(aside);
        Files.move(mark, aside.resolve(RENEWED), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.forceFolderOf(aside.resolve(RENEWED));
        DurableFiles.forceFolderOf(mark);
        return renewal();
    }

    /** Why the store that is here, or will be, takes the place of another; empty if it is the first one. */
    Optional<Renewal> renewal() throws IOException {
        Path mark = folder.resolve(ASIDE).resolve(RENEWED);
        if (!Files.exists(mark)) {
            return Optional.empty();
        }
        Map<String, String> values = parse(Files.readString(mark, UTF_8));
        return Optional.of(new Renewal(values.getOrDefault("cluster", ""), values.getOrDefault("why", "")));
    }

    /** All that belongs to the store that is here. */
    private List<Path> remains() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !NO_REMAINS.contains(path.getFileName().toString()))
                    .toList();
        }
    }

    Path folder() {
        return folder;
    }

    Path log() {
        return folder.resolve("log");
    }

    Path durableMark() {
        return folder.resolve("durable-mark");
    }

    Path cuts() {
        return folder.resolve("cut");
    }

    Path state(String name) {
        return folder.resolve(name);
    }

    /** The name of the folder for the state that a snapshot brings; no other one has it. */
    static String stateAt(Position position) {
        return FIRST_STATE + "-" + position.epoch() + "-" + position.index();
    }

    /** Removes what another state has left, after a snapshot took its place or before it did. */
    void removeStatesBut(String name) throws IOException {
        List<Path> states;
        try (Stream<Path> all = Files.list(folder)) {
            states = all.filter(path -> isState(path.getFileName().toString()))
                    .filter(path -> !path.getFileName().toString().equals(name))
                    .toList();
        }
        for (Path state : states) {
            DurableFiles.remove(state);
        }
    }

    private static boolean isState(String name) {
        return name.equals(FIRST_STATE) || name.startsWith(FIRST_STATE + "-");
    }

    Path incoming() {
        return folder.resolve("incoming");
    }

    Path outgoing() {
        return folder.resolve("outgoing");
    }

    @Override
    public void close() throws IOException {
        if (lockFile.isOpen()) {
            lock.release();
            lockFile.close();
        }
    }

    private void refuseRetired() throws IOException {
        Path mark = folder.resolve(RETIRED);
        if (Files.exists(mark)) {
            throw new StoreRefused("The store in " + folder + " was taken out of service for good: "
                    + Files.readString(mark, UTF_8).strip()
                    + " Move the directory away (keep it until the cluster is whole again) and start the node with an"
                    + " empty one: it joins as a new store, which the leader fills.");
        }
    }

    /** A log without an identity is not an empty folder: somebody removed what says whose it is. */
    private void refuseRemainsWithoutIdentity() {
        if (Files.exists(folder.resolve(RESTORING))) {
            throw new StoreRefused("A backup was being restored into " + folder + ", and that did not end."
                    + " Restore it again (scripts/backup restore FILE " + folder + "), or empty the directory.");
        }
        boolean remains = Files.exists(log()) || Files.exists(durableMark()) || Files.exists(state(FIRST_STATE));
        if (remains && !Files.exists(folder.resolve(CREATING))) {
            throw new StoreRefused("The data directory " + folder + " holds a store, but its file '" + IDENTITY
                    + "' is missing, so nobody can tell whose it is. Restore the file, or give this node an empty"
                    + " directory: it then joins as a new store, which the leader fills.");
        }
    }

    private void refuseAnother(String kind, String own, @Nullable String found, String variable) {
        if (!own.equals(found)) {
            throw new StoreRefused("The data directory " + folder + " belongs to the " + kind + " '" + found
                    + "', but this node was started for the " + kind + " '" + own + "'. Correct " + variable
                    + ", or give this node a directory of its own (BELLWETHER_DATA).");
        }
    }

    static Map<String, String> parse(String lines) {
        Map<String, String> values = new LinkedHashMap<>();
        lines.lines().forEach(line -> {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.put(line.substring(0, space), line.substring(space + 1));
            }
        });
        return values;
    }
}
