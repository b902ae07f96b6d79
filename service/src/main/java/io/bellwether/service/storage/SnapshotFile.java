package io.bellwether.service.storage;

import java.util.regex.Pattern;

/**
 * One file of a state that is handed on.
 *
 * @param name in the state's folder; a plain one, which leads nowhere else
 * @param bytes its length
 * @param crc32c of all of them
 */
public record SnapshotFile(String name, long bytes, int crc32c) {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

    public SnapshotFile {
        if (!PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not the name of a file of a state");
        }
        if (bytes < 0) {
            throw new IllegalArgumentException("no file has " + bytes + " bytes");
        }
    }
}
