package io.bellwether.service.storage;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was cut off the log, one file per cut, for somebody who wants to know later. Nobody reads them back: a file holds
 * for each entry its index, the length of its value and the value as it stood in the log ({@link EntryFormat}). The
 * oldest go when there are too many or they hold too much; the latest one stays whatever its size.
 */
final class CutFiles {
    private final Path folder;
    private final int filesKept;
    private final long bytesKept;

    CutFiles(Path folder, int filesKept, long bytesKept) {
        this.folder = folder;
        this.filesKept = filesKept;
        this.bytesKept = bytesKept;
    }

    /** Begins the file of a cut in the batch of this number. Several cuts of a batch go into files of their own. */
    Cut begin(long batch, long cutFrom) throws IOException {
        DurableFiles.makeFolders(folder);
        String name = String.format("%020d-from-%d", batch, cutFrom);
        return new Cut(folder.resolve(name));
    }

    /** One cut on its way into its file. It is durable when {@link #close} has returned. */
    final class Cut implements AutoCloseable {
        private final Path path;
        private final FileChannel channel;
        private final DataOutputStream out;

        private Cut(Path path) throws IOException {
            this.path = path;
            this.channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            this.out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
        }

        void add(long index, byte[] value) throws IOException {
            out.writeLong(index);
            out.writeInt(value.length);
            out.write(value);
        }

        @Override
        public void close() throws IOException {
            try (channel) {
                out.flush();
                channel.force(true);
            }
            DurableFiles.forceFolderOf(path);
            removeOldest();
        }
    }

    private void removeOldest() throws IOException {
        List<Path> newestFirst;
        try (Stream<Path> files = Files.list(folder)) {
            newestFirst = files.sorted((a, b) -> b.compareTo(a)).toList();
        }
        long bytes = 0;
        for (int i = 0; i < newestFirst.size(); i++) {
            Path file = newestFirst.get(i);
            bytes += Files.size(file);
            if (i > 0 && (i >= filesKept || bytes > bytesKept)) {
                Files.delete(file);
            }
        }
    }
}
