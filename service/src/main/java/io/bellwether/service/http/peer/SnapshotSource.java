package io.bellwether.service.http.peer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.function.Consumer;

/** Where the state for a node comes from that is too far behind. For any thread. */
public interface SnapshotSource {
    /**
     * Tells of a copy of the state that is fresh enough to begin with, and begins to make one if there is none.
     *
     * @param whenDone hears of it, on any thread; of nothing while it is being made
     */
    void manifest(Consumer<Optional<SnapshotManifest>> whenDone);

    /** A file of a copy, to be closed by the caller; empty if there is no such copy any more, or no such file in it. */
    Optional<FileChannel> open(String id, String file) throws IOException;

    /** A copy is still being read; without that it is given up after a while. */
    void inUse(String id);
}
