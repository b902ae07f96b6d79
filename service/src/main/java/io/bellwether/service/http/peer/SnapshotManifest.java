package io.bellwether.service.http.peer;

import java.util.List;
import java.util.Objects;

/**
 * What a snapshot is and consists of, as nodes tell each other in JSON.
 *
 * @param clusterId the cluster that it is the state of
 * @param id names this very copy of the state, whose files never change
 * @param epoch of the last entry that the state contains
 * @param index of that entry
 * @param logTime not before that of the entry
 * @param promisedEpoch which the source had promised: in no later one was that entry committed
 * @param totalBytes of all files
 */
public record SnapshotManifest(
        String clusterId,
        String id,
        long epoch,
        long index,
        long logTime,
        long promisedEpoch,
        long totalBytes,
        List<File> files) {
    public SnapshotManifest {
        Objects.requireNonNull(clusterId, "clusterId");
        Objects.requireNonNull(id, "id");
        files = List.copyOf(files);
    }

    /**
     * @param name which it has in the state's folder
     * @param crc32c of the whole file, unsigned
     */
    public record File(String name, long bytes, long crc32c) {
        public File {
            Objects.requireNonNull(name, "name");
        }
    }
}
