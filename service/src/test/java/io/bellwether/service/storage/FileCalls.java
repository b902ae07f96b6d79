package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Bytes;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs a process and tells what it did to files, call by call, in the order in which the calls had their effect, and what
 * it said on its standard output in between. Needs Debian's {@code strace} and the right to use it.
 *
 * <p>Memory that is mapped and written is not seen; nothing of ours, and nothing of RocksDB as we set it up, writes like that.
 */
final class FileCalls {
    /** Every call by which a file or a folder changes, or by which bytes reach one. */
    private static final String TRACED =
            "openat,open,creat,close,lseek,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,"
                    + "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,truncate,fallocate,"
                    + "copy_file_range,sendfile,splice,clone,clone3,fork,vfork";

    /** The offset of what is written behind all that is there. */
    static final long AT_THE_END = -1;

    private static final Set<String> BEGIN = Set.of("clone", "clone3", "fork", "vfork");

    private static final int LONGEST_WRITE_BYTES = 64 << 20;
    private static final int STANDARD_OUTPUT = 1;

    private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)", Pattern.DOTALL);
    private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. \\w+ resumed>(.*)", Pattern.DOTALL);
    private static final Pattern CALL = Pattern.compile("(\\w+)\\((.*)\\) += (-?\\d+).*", Pattern.DOTALL);
    private static final Pattern NUMBERED = Pattern.compile("^\\w+\\((\\d+)");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");
    private static final String UNFINISHED = " <unfinished ...>";

    private final Path folder;
    private final List<Call> calls = new ArrayList<>();
    private final Map<Integer, OpenFile> open = new HashMap<>();
    private final Map<String, String> begun = new HashMap<>();
    private final Map<String, SyncBegun> syncing = new HashMap<>();
    private final Map<String, OpenFile> target = new HashMap<>();

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

    /** Whether processes can be traced here. */
    static boolean canBeSeen() {
        try {
            Process strace = new ProcessBuilder("strace", "-f", "-o", "/dev/null", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return strace.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Runs a command to its end.
     *
     * @param folder calls that concern nothing below it are left out
     * @param trace a file for what strace writes
     */
    static List<Call> of(List<String> command, Path folder, Path trace) throws IOException, InterruptedException {
        List<String> traced = new ArrayList<>(List.of(
                "strace", "-f", "-q", "--seccomp-bpf", "-xx", "-s", "" + LONGEST_WRITE_BYTES, "-o", trace.toString()));
        traced.addAll(List.of("-e", "trace=" + TRACED, "-e", "signal=none"));
        traced.addAll(command);
        Process process = new ProcessBuilder(traced)
                .redirectErrorStream(true)
                .redirectOutput(
                        trace.resolveSibling(trace.getFileName() + ".out").toFile())
                .start();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("it ended with " + code + ": "
                        + Files.readString(trace.resolveSibling(trace.getFileName() + ".out")));
            }
        } finally {
            process.destroyForcibly();
        }
        FileCalls calls = new FileCalls(folder.toAbsolutePath());
        Set<String> others = new HashSet<>();
        eachLine(
                trace,
                (thread, text) -> calls.wholeCalls(thread, text, call -> {
                    Matcher parts = CALL.matcher(call);
                    boolean begins = parts.matches() && BEGIN.contains(parts.group(1));
                    if (begins && (others.contains(thread) || !parts.group(2).contains("CLONE_THREAD"))) {
                        others.add(parts.group(3));
                    }
                }));
        eachLine(trace, (thread, text) -> {
            if (!others.contains(thread)) {
                calls.line(thread, text);
            }
        });
        return calls.calls;
    }

    private static void eachLine(Path trace, BiConsumer<String, String> threadAndText) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(trace, ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher parts = LINE.matcher(line);
                if (!parts.matches()) {
                    throw new IllegalStateException("no line of strace: " + line);
                }
                threadAndText.accept(parts.group(1), parts.group(2));
            }
        }
    }

    private void line(String thread, String text) {
        boolean resumed = RESUMED.matcher(text).matches();
        if (!resumed && text.indexOf('(') > 0) {
            begins(thread, text);
        }
        wholeCalls(thread, text, call -> ends(thread, call));
    }

    /** A call that waits is shown in two pieces, with those of other threads in between. */
    private void wholeCalls(String thread, String text, Consumer<String> call) {
        Matcher resumed = RESUMED.matcher(text);
        if (text.endsWith(UNFINISHED)) {
            begun.put(thread, text.substring(0, text.length() - UNFINISHED.length()));
        } else if (resumed.matches()) {
            call.accept(begun.remove(thread) + resumed.group(1));
        } else {
            call.accept(text);
        }
    }

    /** What a number of an open file means, and what a sync covers, is settled when the call begins. */
    private void begins(String thread, String head) {
        String name = head.substring(0, head.indexOf('('));
        if (!List.of(
                        "close",
                        "lseek",
                        "write",
                        "pwrite64",
                        "writev",
                        "pwritev",
                        "pwritev2",
                        "fsync",
                        "fdatasync",
                        "ftruncate",
                        "fallocate")
                .contains(name)) {
            return;
        }
        Matcher numbered = NUMBERED.matcher(head);
        if (!numbered.find()) {
            return; // close(-1), which does nothing
        }
        int number = Integer.parseInt(numbered.group(1));
        OpenFile file = name.equals("close") ? open.remove(number) : open.get(number);
        target.remove(thread);
        if (file != null) {
            target.put(thread, file);
            if (name.equals("fsync") || name.equals("fdatasync")) {
                SyncBegun sync = new SyncBegun(file.path);
                syncing.put(thread, sync);
                calls.add(sync);
            }
        }
    }

    private void ends(String thread, String text) {
        Matcher parts = CALL.matcher(text);
        if (!parts.matches()) {
            return; // cut short by the end of the process
        }
        String name = parts.group(1);
        String arguments = parts.group(2);
        long result = Long.parseLong(parts.group(3));
        OpenFile file = target.remove(thread);
        if (result < 0) {
            return;
        }
        switch (name) {
            case "openat", "open", "creat" -> opened((int) result, arguments, name);
            case "lseek" -> {
                if (file != null) {
                    file.offset = result;
                }
            }
            case "write", "writev" -> wrote(file, arguments, (int) result);
            case "pwrite64", "pwritev", "pwritev2" -> {
                if (file != null) {
                    String[] words = arguments.split(", ", -1);
                    int place = name.equals("pwritev2") ? words.length - 2 : words.length - 1;
                    add(new Written(
                            file.path, Long.parseLong(words[place]), Bytes.wrap(bytes(arguments, (int) result))));
                }
            }
            case "fsync", "fdatasync" -> {
                SyncBegun sync = syncing.remove(thread);
                if (sync != null) {
                    calls.add(new Synced(sync));
                }
            }
            case "ftruncate" -> {
                if (file != null) {
                    add(new Cut(file.path, Long.parseLong(arguments.split(", ", -1)[1])));
                }
            }
            case "fallocate" -> {
                if (file != null && !arguments.contains("FALLOC_FL_KEEP_SIZE")) {
                    throw new IllegalStateException("a file grew by " + text);
                }
            }
            case "rename", "renameat", "renameat2" -> {
                if (concerns(path(arguments, 0))) {
                    calls.add(new Renamed(path(arguments, 0), path(arguments, 1)));
                }
            }
            case "link", "linkat" -> {
                if (concerns(path(arguments, 0))) {
                    calls.add(new Linked(path(arguments, 0), path(arguments, 1)));
                }
            }
            case "unlink", "unlinkat", "rmdir" -> add(new Removed(path(arguments, 0)));
            case "mkdir", "mkdirat" -> add(new FolderMade(path(arguments, 0)));
            case "truncate" -> throw new IllegalStateException("not understood: " + text);
            default -> {} // close: done when it began; copies between files are of the JVM's own
        }
    }

    private void opened(int number, String arguments, String name) {
        Path path = path(arguments, 0);
        if (!concerns(path)) {
            return;
        }
        open.put(number, new OpenFile(path, arguments.contains("O_APPEND")));
        if (arguments.contains("O_CREAT") || name.equals("creat")) {
            calls.add(new Created(path));
        }
        if (arguments.contains("O_TRUNC") || name.equals("creat")) {
            calls.add(new Cut(path, 0));
        }
    }

    private void wrote(@Nullable OpenFile file, String arguments, int length) {
        if (file == null) {
            if (arguments.startsWith(STANDARD_OUTPUT + ",")) {
                new String(bytes(arguments, length), UTF_8).lines().forEach(line -> calls.add(new Said(line)));
            }
            return;
        }
        byte[] bytes = bytes(arguments, length);
        calls.add(new Written(file.path, file.appends ? AT_THE_END : file.offset, Bytes.wrap(bytes)));
        file.offset += length;
    }

    private void add(Call call) {
        Path path = call instanceof Removed removed
                ? removed.fileOrFolder()
                : call instanceof FolderMade made
                        ? made.folder()
                        : call instanceof Cut cut ? cut.file() : ((Written) call).file();
        if (concerns(path)) {
            calls.add(call);
        }
    }

    private boolean concerns(Path path) {
        return path.startsWith(folder);
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
