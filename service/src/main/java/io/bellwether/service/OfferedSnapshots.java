package io.bellwether.service;

import io.bellwether.replication.Snapshot;
import io.bellwether.service.http.peer.SnapshotManifest;
import io.bellwether.service.http.peer.SnapshotSource;
import io.bellwether.service.node.NodeLoop;
import io.bellwether.service.storage.OutgoingSnapshots;
import io.bellwether.service.storage.SnapshotContent;
import io.bellwether.service.storage.SnapshotFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * This node's state, for others to fetch: the files are the store's; the cluster, and a log time not before the last
 * entry's, are the node's.
 */
final class OfferedSnapshots implements SnapshotSource {
    private final OutgoingSnapshots copies;
    private final NodeLoop loop;

    OfferedSnapshots(OutgoingSnapshots copies, NodeLoop loop) {
        this.copies = copies;
        this.loop = loop;
    }

    @Override
    public void manifest(Consumer<Optional<SnapshotManifest>> whenDone) {
        Optional<SnapshotContent> offered = copies.offer();
        if (offered.isEmpty()) {
            whenDone.accept(Optional.empty());
            return;
        }
        SnapshotContent content = offered.get();
        // Asked for after the copy was made: so the log time is not before that of any entry in there, nor is the
        // epoch.
        loop.snapshotOf(
                content.position(),
                snapshot -> whenDone.accept(
                        snapshot.logTime() < 0 // no leader was heard yet: nobody knows
                                ? Optional.empty()
                                : Optional.of(manifest(content, snapshot))));
    }

    private static SnapshotManifest manifest(SnapshotContent content, Snapshot snapshot) {
        List<SnapshotManifest.File> files =
                content.files().stream().map(OfferedSnapshots::described).toList();
        return new SnapshotManifest(
                snapshot.clusterId(),
                content.id(),
                content.position().epoch(),
                content.position().index(),
                snapshot.logTime(),
                snapshot.promisedEpoch(),
                content.bytes(),
                files);
    }

    private static SnapshotManifest.File described(SnapshotFile file) {
        return new SnapshotManifest.File(file.name(), file.bytes(), Integer.toUnsignedLong(file.crc32c()));
    }

    @Override
    public Optional<FileChannel> open(String id, String file) throws IOException {
        return copies.open(id, file);
    }

    @Override
    public void inUse(String id) {
        copies.inUse(id);
    }
}
