package io.bellwether.service.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** Where backups of this node's state come from. For any thread. */
public interface BackupSource {
    /**
     * Has a copy of the state made that contains at least this index, which this node has applied.
     *
     * @param whenMade hears of it, on any thread; of nothing if none can be made now
     */
    void take(long minIndex, Consumer<Optional<Backup>> whenMade);

    /** A copy of the state, which lasts as long as it is written, and a minute before that. */
    interface Backup {
        /** The epoch of the last entry that the state contains. */
        long epoch();

        /** The index of that entry. */
        long index();

        /** How many bytes {@link #writeTo} writes. */
        long bytes();

        /** @throws IOException if {@code out} refuses it, or the copy is gone: then the end is missing */
        void writeTo(OutputStream out) throws IOException;
    }
}
