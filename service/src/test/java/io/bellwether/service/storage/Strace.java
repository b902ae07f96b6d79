package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Debian's {@code strace}: runs a process, and shows which calls of the system it has made. */
final class Strace {
    private static final int LONGEST_TEXT_BYTES = 64 << 20;
    private static final Set<String> BEGINNINGS = Set.of("clone", "clone3", "fork", "vfork");

    private static final String UNFINISHED = " <unfinished ...>";
    private static final String RESUMED = " resumed>";
    private static final String RESULT = " = ";

    private final Path trace;
    /** Calls that wait, by thread: they are shown in two pieces, with those of other threads in between. */
    private final Map<String, String> waiting = new HashMap<>();

    /** Who is told of calls, in the order in which that is shown. Texts in quotes consist of {@code \x41} and so on. */
    interface Watcher {
        /** @param arguments as far as they are known when it begins */
        void begins(String thread, String name, String arguments);

        /** @param result below 0 if it has failed */
        void ended(String thread, String name, String arguments, long result);
    }

    private Strace(Path trace) {
        this.trace = trace;
    }

    /** Whether it is here, and may be used. */
    static boolean works() {
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
     * Runs a command to its end, and tells what its process did on all its threads; of processes that it began itself
     * nothing.
     *
     * @param names of the calls to be told
     * @param trace a file for what strace writes
     * @throws IOException if the command fails; with all that it said
     */
    static void watch(List<String> command, Set<String> names, Path trace, Watcher watcher)
            throws IOException, InterruptedException {
        Set<String> all = new HashSet<>(names);
        all.addAll(BEGINNINGS);
        List<String> traced = new ArrayList<>(List.of("strace", "-f", "-q", "--seccomp-bpf", "-e", "signal=none"));
        traced.addAll(List.of("-xx", "-s", "" + LONGEST_TEXT_BYTES, "-e", "trace=" + String.join(",", all)));
        traced.addAll(List.of("-o", trace.toString()));
        traced.addAll(command);
        File said = trace.resolveSibling(trace.getFileName() + ".out").toFile();
        Process process = new ProcessBuilder(traced)
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IOException("it ended with " + code + ": " + Files.readString(said.toPath()));
            }
        } finally {
            process.destroyForcibly();
        }
        Set<String> others = new Strace(trace).otherProcesses();
        new Strace(trace).read(new Watcher() {
            @Override
            public void begins(String thread, String name, String arguments) {
                if (!others.contains(thread)) {
                    watcher.begins(thread, name, arguments);
                }
            }

            @Override
            public void ended(String thread, String name, String arguments, long result) {
                if (!others.contains(thread)) {
                    watcher.ended(thread, name, arguments, result);
                }
            }
        });
    }

    /** What the process began, and what these began. */
    private Set<String> otherProcesses() throws IOException {
        Set<String> others = new HashSet<>();
        read(new Watcher() {
            @Override
            public void begins(String thread, String name, String arguments) {}

            @Override
            public void ended(String thread, String name, String arguments, long result) {
                boolean itsOwnThread = arguments.contains("CLONE_THREAD") && !others.contains(thread);
                if (BEGINNINGS.contains(name) && !itsOwnThread) {
                    others.add("" + result);
                }
            }
        });
        return others;
    }

    private void read(Watcher watcher) throws IOException {
        eachLine((thread, text) -> {
            if (text.startsWith("<... ")) {
                String rest = text.substring(text.indexOf(RESUMED) + RESUMED.length());
                ended(thread, waiting.remove(thread) + rest, watcher);
            } else if (text.endsWith(UNFINISHED)) {
                String head = text.substring(0, text.length() - UNFINISHED.length());
                waiting.put(thread, head);
                begins(thread, head, watcher);
            } else {
                begins(thread, text, watcher);
                ended(thread, text, watcher);
            }
        });
    }

    private void eachLine(BiConsumer<String, String> threadAndText) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(trace, ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                threadAndText.accept(
                        line.substring(0, space), line.substring(space).stripLeading());
            }
        }
    }

    // No regular expressions: a line is as long as what was written.

    private static void begins(String thread, String text, Watcher watcher) {
        int opening = text.indexOf('(');
        if (opening > 0) {
            watcher.begins(thread, text.substring(0, opening), text.substring(opening + 1));
        }
    }

    /** One that the end of the process has cut short has no result, and no effect that anybody was told of. */
    private static void ended(String thread, String text, Watcher watcher) {
        int opening = text.indexOf('(');
        int equals = text.lastIndexOf(RESULT);
        int closing = equals < 0 ? -1 : text.lastIndexOf(')', equals);
        String result = text.substring(equals + RESULT.length()).split(" ", 2)[0];
        if (opening > 0 && closing > opening && !result.equals("?")) {
            String arguments = text.substring(opening + 1, closing);
            watcher.ended(thread, text.substring(0, opening), arguments, Long.parseLong(result));
        }
    }
}
