package io.bellwether.service.storage;

import io.bellwether.replication.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a snapshot consists of.
 *
 * @param id names this very copy, which never changes
 * @param position the last entry that the state contains
 * @param files all of it, each once
 */
public record SnapshotContent(String id, Position position, List<SnapshotFile> files) {
    public SnapshotContent {
        files = List.copyOf(files);
        Set<String> names = new HashSet<>();
        for (SnapshotFile file : files) {
            if (!names.add(file.name())) {
                throw new IllegalArgumentException("a snapshot names its file " + file.name() + " twice");
            }
        }
    }

    public long bytes() {
        return files.stream().mapToLong(SnapshotFile::bytes).sum();
    }
}
