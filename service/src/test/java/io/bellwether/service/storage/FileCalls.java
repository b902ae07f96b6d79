package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a process under {@link Strace}, and tells what it did to the files of a folder, call by call, in the order in which
 * the calls had their effect; and what it said on its standard output in between.
 *
 * <p>Memory that is mapped and written is not seen; nothing of ours, and nothing of RocksDB as we set it up, writes like that.
 */
final class FileCalls {
    /** The offset of what is written behind all that is there. */
    static final long AT_THE_END = -1;

    private static final Set<String> BY_NAME = Set.of(
            "openat",
            "open",
            "creat",
            "rename",
            "renameat",
            "renameat2",
            "link",
            "linkat",
            "unlink",
            "unlinkat",
            "mkdir",
            "mkdirat",
            "rmdir",
            "truncate");
    private static final Set<String> BY_NUMBER = Set.of(
            "close", "lseek", "write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate");

    private static final int STANDARD_OUTPUT = 1;
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    private final Path folder;
    private final List<Call> calls = new ArrayList<>();
    private final Map<Integer, OpenFile> open = new HashMap<>();
    /** What the call concerns that a thread is in. */
    private final Map<String, OpenFile> concerned = new HashMap<>();

    private final Map<String, SyncBegun> syncing = new HashMap<>();

    /** Something that happened. */
    sealed interface Call {}

    /** A file is there now, if it was not; a folder has its name. */
    record Created(Path file) implements Call {}

    record Written(Path file, long offset, Bytes bytes) implements Call {}

    /** A file has this length now. */
    record Cut(Path file, long length) implements Call {}

    /** What the file or folder holds now is on the disk when {@link Synced} of the same one says so. */
    record SyncBegun(Path fileOrFolder) implements Call {}

    record Synced(SyncBegun begun) implements Call {}

    record FolderMade(Path folder) implements Call {}

    record Renamed(Path from, Path to) implements Call {}

    record Linked(Path from, Path to) implements Call {}

    record Removed(Path fileOrFolder) implements Call {}

    /** A line on the standard output. */
    record Said(String line) implements Call {}

    private static final class OpenFile {
        final Path path;
        final boolean appends;
        long offset;

        OpenFile(Path path, boolean appends) {
            this.path = path;
            this.appends = appends;
        }
    }

    private FileCalls(Path folder) {
        this.folder = folder;
    }

    /**
     * Runs a command to its end.
     *
     * @param folder what concerns nothing below it is left out
     * @param trace a file for what strace writes
     */
    static List<Call> of(List<String> command, Path folder, Path trace) throws IOException, InterruptedException {
        Set<String> names = new HashSet<>(BY_NAME);
        names.addAll(BY_NUMBER);
        FileCalls seen = new FileCalls(folder.toAbsolutePath());
        Strace.watch(command, names, trace, new Strace.Watcher() {
            @Override
            public void begins(String thread, String name, String arguments) {
                if (BY_NUMBER.contains(name)) {
                    seen.begins(thread, name, arguments);
                }
            }

            @Override
            public void ended(String thread, String name, String arguments, long result) {
                if (result >= 0 && BY_NAME.contains(name)) {
                    seen.named(name, arguments, (int) result);
                } else if (BY_NUMBER.contains(name)) {
                    seen.ended(thread, name, arguments, result);
                }
            }
        });
        return seen.calls;
    }

    // ---- calls that name an open file by its number: what that means, and what a sync covers, is settled at the
    // beginning

    private void begins(String thread, String name, String arguments) {
        Matcher number = NUMBER.matcher(arguments);
        if (!number.lookingAt()) {
            return; // close(-1), which does nothing
        }
        int file = Integer.parseInt(number.group());
        OpenFile found = name.equals("close") ? open.remove(file) : open.get(file);
        if (found != null) {
            concerned.put(thread, found);
            if (isSync(name)) {
                SyncBegun sync = new SyncBegun(found.path);
                syncing.put(thread, sync);
                calls.add(sync);
            }
        }
    }

    private static boolean isSync(String name) {
        return name.equals("fsync") || name.equals("fdatasync");
    }

    private void ended(String thread, String name, String arguments, long result) {
        OpenFile file = concerned.remove(thread);
        SyncBegun sync = syncing.remove(thread);
        if (result < 0) {
            return;
        }
        if (file == null) {
            if (name.equals("write") && arguments.startsWith(STANDARD_OUTPUT + ",")) {
                new String(bytes(arguments, (int) result), UTF_8).lines().forEach(line -> calls.add(new Said(line)));
            }
            return;
        }
        switch (name) {
            case "lseek" -> file.offset = result;
            case "write", "writev" -> {
                long offset = file.appends ? AT_THE_END : file.offset;
                calls.add(new Written(file.path, offset, Bytes.wrap(bytes(arguments, (int) result))));
                file.offset += result;
            }
            case "pwrite64", "pwritev" ->
                calls.add(new Written(file.path, lastNumber(arguments), Bytes.wrap(bytes(arguments, (int) result))));
            case "fsync", "fdatasync" -> {
                if (sync != null) {
                    calls.add(new Synced(sync));
                }
            }
            case "ftruncate" -> calls.add(new Cut(file.path, lastNumber(arguments)));
            case "fallocate" -> {
                if (!arguments.contains("FALLOC_FL_KEEP_SIZE")) {
                    throw new IllegalStateException(file.path + " has grown by " + arguments);
                }
            }
            default -> {} // close: done when it began
        }
    }

    private static long lastNumber(String arguments) {
        return Long.parseLong(arguments.substring(arguments.lastIndexOf(' ') + 1));
    }

    // ---- calls that name files by their paths

    private void named(String name, String arguments, int result) {
        Path path = path(arguments, 0);
        if (!path.startsWith(folder)) {
            return;
        }
        switch (name) {
            case "openat", "open", "creat" -> {
                boolean creates = name.equals("creat");
                open.put(result, new OpenFile(path, arguments.contains("O_APPEND")));
                if (creates || arguments.contains("O_CREAT")) {
                    calls.add(new Created(path));
                }
                if (creates || arguments.contains("O_TRUNC")) {
                    calls.add(new Cut(path, 0));
                }
            }
            case "rename", "renameat", "renameat2" -> calls.add(new Renamed(path, path(arguments, 1)));
            case "link", "linkat" -> calls.add(new Linked(path, path(arguments, 1)));
            case "unlink", "unlinkat", "rmdir" -> calls.add(new Removed(path));
            case "mkdir", "mkdirat" -> calls.add(new FolderMade(path));
            default -> calls.add(new Cut(path, lastNumber(arguments))); // truncate
        }
    }

    private static Path path(String arguments, int place) {
        Matcher quoted = QUOTED.matcher(arguments);
        for (int i = 0; i <= place; i++) {
            if (!quoted.find()) {
                throw new IllegalStateException("no path " + place + " in " + arguments);
            }
        }
        return Path.of(new String(unescaped(quoted.group(1)), UTF_8)).normalize();
    }

    /** What a call wrote, of which the system took so much. */
    private static byte[] bytes(String arguments, int taken) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Matcher quoted = QUOTED.matcher(arguments);
        while (quoted.find()) {
            all.writeBytes(unescaped(quoted.group(1)));
        }
        byte[] bytes = all.toByteArray();
        if (bytes.length < taken) {
            throw new IllegalStateException("strace showed " + bytes.length + " bytes of " + taken);
        }
        return Arrays.copyOf(bytes, taken);
    }

    /** {@code \x41\x42} and so on. */
    private static byte[] unescaped(String text) {
        byte[] bytes = new byte[text.length() / 4];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(text, 4 * i + 2, 4 * i + 4, 16);
        }
        return bytes;
    }
}
