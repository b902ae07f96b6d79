package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What stands at the head of a backup, in lines that {@code head} shows. Behind it come the files, one after another,
 * and one more line with the SHA-256 of everything before it.
 *
 * <pre>
 * bellwether-backup 1
 * cluster 0d2f…         the id of the cluster that it was taken from
 * node n2               who gave it
 * taken 2026-01-31T12:00:00Z
 * epoch 3
 * index 4711            of the last entry that the state contains
 * log-time 1769860800000
 * file 000123.sst 1048576 89abcdef     name, bytes, CRC-32C; one line for each
 * end
 * </pre>
 *
 * @param clusterId where it comes from
 * @param node whose state it is
 * @param taken by that node's clock
 * @param position the last entry that the state contains
 * @param logTime not before that entry's
 * @param files all of it, in the order in which they follow
 */
public record BackupHead(
        String clusterId, String node, Instant taken, Position position, long logTime, List<SnapshotFile> files) {
    static final String FORMAT = "bellwether-backup";
    static final int VERSION = 1;

    private static final String END = "end";
    private static final int MAX_LINE_BYTES = 1_000;
    /** Far more than a state has. */
    private static final int MAX_FILES = 100_000;

    private static final Set<String> FIELDS = Set.of("cluster", "node", "taken", "epoch", "index", "log-time");

    public BackupHead {
        files = List.copyOf(files);
    }

    /** What the files have together. */
    public long fileBytes() {
        return files.stream().mapToLong(SnapshotFile::bytes).sum();
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder();
        line(text, FORMAT, VERSION);
        line(text, "cluster", clusterId);
        line(text, "node", node);
        line(text, "taken", taken);
        line(text, "epoch", position.epoch());
        line(text, "index", position.index());
        line(text, "log-time", logTime);
        for (SnapshotFile file : files) {
            line(
                    text,
                    "file",
                    file.name() + ' ' + file.bytes() + ' ' + HexFormat.of().toHexDigits(file.crc32c()));
        }
        return text.append(END).append('\n').toString().getBytes(UTF_8);
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(name).append(' ').append(value).append('\n');
    }

    /** @throws BackupDamaged if this is no backup, or not one of ours */
    static BackupHead read(InputStream in) throws IOException {
        String first = line(in);
        if (!first.startsWith(FORMAT + ' ')) {
            throw new BackupDamaged("it does not begin as a backup of Bellwether does");
        }
        if (!first.equals(FORMAT + ' ' + VERSION)) {
            throw new BackupDamaged("it is of the form '" + first + "', and this version of Bellwether knows only "
                    + VERSION + ": use the version that made it");
        }
        Fields fields = new Fields();
        for (String line = line(in); !line.equals(END); line = line(in)) {
            fields.add(line);
        }
        return fields.head();
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(80);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new BackupDamaged("it is cut off in its head");
            }
            if (bytes.size() == MAX_LINE_BYTES) {
                throw new BackupDamaged("its head has a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            bytes.write(next);
        }
        return bytes.toString(UTF_8);
    }

    /** What was read so far. */
    private static final class Fields {
        private final Map<String, String> values = new TreeMap<>();
        private final List<SnapshotFile> files = new ArrayList<>();

        void add(String line) throws BackupDamaged {
            String[] words = line.split(" ", 2);
            if (words.length == 2 && words[0].equals("file")) {
                files.add(file(words[1]));
            } else if (words.length < 2 || !FIELDS.contains(words[0]) || values.put(words[0], words[1]) != null) {
                throw unreadable(line);
            }
            if (files.size() > MAX_FILES) {
                throw new BackupDamaged("its head names more than " + MAX_FILES + " files");
            }
        }

        private static SnapshotFile file(String line) throws BackupDamaged {
            String[] words = line.split(" ", -1);
            try {
                if (words.length == 3) {
                    return new SnapshotFile(words[0], Long.parseLong(words[1]), HexFormat.fromHexDigits(words[2]));
                }
            } catch (IllegalArgumentException e) {
                throw unreadable(line);
            }
            throw unreadable(line);
        }

        BackupHead head() throws BackupDamaged {
            Set<String> missing = new TreeSet<>(FIELDS);
            missing.removeAll(values.keySet());
            if (!missing.isEmpty() || files.isEmpty()) {
                throw new BackupDamaged("its head lacks " + (missing.isEmpty() ? "files" : String.join(", ", missing)));
            }
            try {
                return new BackupHead(
                        value("cluster"),
                        value("node"),
                        Instant.parse(value("taken")),
                        new Position(number("epoch"), number("index")),
                        number("log-time"),
                        files);
            } catch (DateTimeException | NumberFormatException e) {
                throw new BackupDamaged("its head is unreadable: " + e.getMessage());
            }
        }

        private String value(String name) {
            return values.getOrDefault(name, "");
        }

        private long number(String name) {
            return Long.parseUnsignedLong(value(name));
        }

        private static BackupDamaged unreadable(String line) {
            return new BackupDamaged("its head has the line '" + line + "', which means nothing");
        }
    }
}
