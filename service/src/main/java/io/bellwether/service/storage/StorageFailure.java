package io.bellwether.service.storage;

import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The disk refused a write, an fsync or a read. The process stops and never repeats it: an fsync that succeeds after one
 * that failed may have lost what the first was for (Rule 12.1).
 */
public final class StorageFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    StorageFailure(Path directory, String what, @Nullable Throwable cause) {
        super(
                what + " in " + directory + " failed" + (cause == null ? "" : ": " + reason(cause))
                        + ". The node stops, since nobody knows what is on the disk now; see to the disk (full, read-only,"
                        + " failing?) and start it again: what was acknowledged is checked then.",
                cause);
    }

    /** The message of a failure of the file system is often nothing but a path. */
    private static String reason(Throwable cause) {
        return cause instanceof FileSystemException ? cause.toString() : String.valueOf(cause.getMessage());
    }
}
