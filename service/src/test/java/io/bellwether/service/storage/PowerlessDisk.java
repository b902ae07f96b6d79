package io.bellwether.service.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder as a disk holds it that keeps nothing but what it was told to keep: bytes by a sync of their file, names by a
 * sync of a folder that the change of a name concerned. It is fed with {@link FileCalls}, and makes what a loss of power
 * may leave.
 */
final class PowerlessDisk {
    private final Path root;
    private final Folder top = new Folder();
    /** Changes of names that no sync has covered yet, in their order. */
    private final List<NameChange> unsynced = new ArrayList<>();

    private final IdentityHashMap<FileCalls.SyncBegun, Runnable> syncing = new IdentityHashMap<>();

    /** What is left when the power fails. */
    enum Loss {
        /** All that was not synced is lost, bytes and names. */
        ALL,
        /** All names are as they were last, and files have the bytes that were synced. */
        BYTES,
        /** Of each file some of the writes that were not synced have reached the disk, the last of them in part. */
        SOME
    }

    private sealed interface Node {}

    private static final class Folder implements Node {
        final TreeMap<String, Node> now = new TreeMap<>();
        final TreeMap<String, Node> kept = new TreeMap<>();
    }

    private static final class File implements Node {
        byte[] now = new byte[0];
        byte[] kept = new byte[0];
        /** What the file was after each change since it was synced last. */
        final List<byte[]> since = new ArrayList<>();

        void becomes(byte[] content) {
            now = content;
            since.add(content);
        }
    }

    /** One atomic change: what each name stands for afterwards, null for nothing. */
    private record NameChange(List<Name> names) {
        boolean concerns(Folder folder) {
            return names.stream().anyMatch(name -> name.folder == folder);
        }

        void keep() {
            names.forEach(name -> put(name.folder.kept, name));
        }

        void makeNow() {
            names.forEach(name -> put(name.folder.now, name));
        }

        private static void put(TreeMap<String, Node> names, Name name) {
            if (name.node == null) {
                names.remove(name.text);
            } else {
                names.put(name.text, name.node);
            }
        }
    }

    private record Name(
            Folder folder, String text, @Nullable Node node) {}

    /** @param root a folder that is there, and empty */
    PowerlessDisk(Path root) {
        this.root = root.toAbsolutePath();
    }

    void take(FileCalls.Call call) {
        if (call instanceof FileCalls.Created created) {
            if (find(created.file()) == null) {
                change(name(created.file(), new File()));
            }
        } else if (call instanceof FileCalls.Written written) {
            write(written);
        } else if (call instanceof FileCalls.Cut cut) {
            File file = file(cut.file());
            file.becomes(Arrays.copyOf(file.now, (int) cut.length()));
        } else if (call instanceof FileCalls.SyncBegun begun) {
            syncing.put(begun, sync(begun.fileOrFolder()));
        } else if (call instanceof FileCalls.Synced synced) {
            Runnable effect = syncing.remove(synced.begun());
            if (effect != null) {
                effect.run();
            }
        } else if (call instanceof FileCalls.FolderMade made) {
            change(name(made.folder(), new Folder()));
        } else if (call instanceof FileCalls.Renamed renamed) {
            Node moved = present(renamed.from());
            change(name(renamed.from(), null), name(renamed.to(), moved));
        } else if (call instanceof FileCalls.Linked linked) {
            change(name(linked.to(), present(linked.from())));
        } else if (call instanceof FileCalls.Removed removed) {
            change(name(removed.fileOrFolder(), null));
        }
    }

    private void write(FileCalls.Written written) {
        File file = file(written.file());
        long offset = written.offset() == FileCalls.AT_THE_END ? file.now.length : written.offset();
        int end = (int) offset + written.bytes().size();
        byte[] content = Arrays.copyOf(file.now, Math.max(file.now.length, end));
        written.bytes().copyTo(content, (int) offset);
        file.becomes(content);
    }

    /** What a sync that begins now has done when it ends. */
    private Runnable sync(Path path) {
        Node node = find(path);
        if (node instanceof File file) {
            byte[] covered = file.now;
            int changes = file.since.size();
            return () -> {
                file.kept = covered;
                file.since.subList(0, Math.min(changes, file.since.size())).clear();
            };
        } else if (node instanceof Folder folder) {
            List<NameChange> covered =
                    unsynced.stream().filter(change -> change.concerns(folder)).toList();
            return () -> {
                covered.stream().filter(unsynced::contains).forEach(NameChange::keep);
                unsynced.removeAll(covered);
            };
        }
        return () -> {}; // of a file that has lost its name
    }

    private void change(Name... names) {
        NameChange change = new NameChange(List.of(names));
        change.makeNow();
        unsynced.add(change);
    }

    private Name name(Path path, @Nullable Node node) {
        Path folder = path.resolveSibling("").toAbsolutePath();
        return new Name(
                (Folder) present(folder), root.relativize(path).getFileName().toString(), node);
    }

    private File file(Path path) {
        return (File) present(path);
    }

    private Node present(Path path) {
        Node node = find(path);
        if (node == null) {
            throw new IllegalStateException("nobody saw how " + path + " was made");
        }
        return node;
    }

    private @Nullable Node find(Path path) {
        if (path.equals(root)) {
            return top;
        }
        Node node = top;
        for (Path part : root.relativize(path)) {
            node = node instanceof Folder folder ? folder.now.get(part.toString()) : null;
        }
        return node;
    }

    /** Makes what a loss of power may leave now, in a new folder. */
    void leave(Loss loss, Random dice, Path target) throws IOException {
        Files.createDirectories(target);
        leave(top, loss, dice, target);
    }

    private static void leave(Folder folder, Loss loss, Random dice, Path target) throws IOException {
        for (Map.Entry<String, Node> entry : (loss == Loss.ALL ? folder.kept : folder.now).entrySet()) {
            Path path = target.resolve(entry.getKey());
            if (entry.getValue() instanceof Folder inner) {
                Files.createDirectory(path);
                leave(inner, loss, dice, path);
            } else if (entry.getValue() instanceof File file) {
                Files.write(path, loss == Loss.SOME ? some(file, dice) : file.kept);
            }
        }
    }

    private static byte[] some(File file, Random dice) {
        int whole = dice.nextInt(file.since.size() + 1);
        byte[] before = whole == 0 ? file.kept : file.since.get(whole - 1);
        if (whole == file.since.size()) {
            return before;
        }
        byte[] after = file.since.get(whole);
        if (after.length <= before.length) {
            return before;
        }
        return Arrays.copyOf(after, before.length + dice.nextInt(after.length - before.length + 1));
    }
}
