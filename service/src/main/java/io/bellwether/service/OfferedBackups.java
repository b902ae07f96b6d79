package io.bellwether.service;

import io.bellwether.replication.Snapshot;
import io.bellwether.service.http.BackupSource;
import io.bellwether.service.node.NodeLoop;
import io.bellwether.service.storage.BackupHead;
import io.bellwether.service.storage.OutgoingBackup;
import io.bellwether.service.storage.OutgoingSnapshots;
import io.bellwether.service.storage.SnapshotContent;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** This node's state, for backups: made of the same copies as {@link OfferedSnapshots}. */
final class OfferedBackups implements BackupSource {
    private final String node;
    private final OutgoingSnapshots copies;
    private final NodeLoop loop;

    OfferedBackups(String node, OutgoingSnapshots copies, NodeLoop loop) {
        this.node = node;
        this.copies = copies;
        this.loop = loop;
    }

    @Override
    public void take(long minIndex, Consumer<Optional<Backup>> whenMade) {
        copies.copy(minIndex).whenComplete((content, failure) -> {
            if (failure != null) {
                whenMade.accept(Optional.empty());
            } else {
                describe(content, whenMade);
            }
        });
    }

    /** The log time is asked for after the copy was made: so it is not before that of any entry in there. */
    private void describe(SnapshotContent content, Consumer<Optional<Backup>> whenMade) {
        loop.snapshotOf(
                content.position(),
                snapshot -> whenMade.accept(
                        snapshot.logTime() < 0 // no leader was heard yet: nobody knows
                                ? Optional.empty()
                                : Optional.of(backup(content, snapshot))));
    }

    private Backup backup(SnapshotContent content, Snapshot snapshot) {
        BackupHead head = new BackupHead(
                snapshot.clusterId(), node, Instant.now(), content.position(), snapshot.logTime(), content.files());
        return new Written(new OutgoingBackup(copies, content, head));
    }

    private record Written(OutgoingBackup backup) implements Backup {
        @Override
        public long epoch() {
            return backup.head().position().epoch();
        }

        @Override
        public long index() {
            return backup.head().position().index();
        }

        @Override
        public long bytes() {
            return backup.bytes();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            backup.writeTo(out);
        }
    }
}
