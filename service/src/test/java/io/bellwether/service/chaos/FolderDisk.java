package io.bellwether.service.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of this machine's own disk, or a small file system in memory, which can be full. */
final class FolderDisk implements Disk {
    private static final String SIZE = "1500m";

    private final Path root;
    private final boolean mounted;

    FolderDisk(Path root, boolean small) {
        this.root = root;
        this.mounted = small;
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (small) {
            Commands.run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", root.toString());
        }
    }

    @Override
    public Path data() {
        return root.resolve("data");
    }

    @Override
    public void fill() {
        Ballast.fill(root);
    }

    @Override
    public void free() {
        Ballast.free(root);
    }

    @Override
    public void cutPower() {
        throw new UnsupportedOperationException("this disk has no cache of its own");
    }

    @Override
    public void restore() {
        free();
    }

    @Override
    public void fail() {
        throw new UnsupportedOperationException("this disk doesn't fail");
    }

    @Override
    public void close() {
        if (mounted) {
            Commands.run("umount", "-l", root.toString());
        }
    }
}
