package io.bellwether.service.chaos;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file system on a disk that is a process: {@code nbdkit} with a write-back cache in front of an image, {@code nbdfuse}
 * that shows it as a file, and a loop device upon that. When {@code nbdkit} is killed, what nobody had flushed is gone, as
 * in a disk's own cache when the power fails.
 */
final class BlockDisk implements Disk {
    private static final String SIZE = "4G";
    private static final int PATIENCE_SECONDS = 20;
    /** A file that names the connection between kernel and {@code nbdfuse}, for whoever has to clean up. */
    private static final String CONNECTION = "connection";

    private static final String CONNECTIONS = "/sys/fs/fuse/connections";

    private final String machine;
    private final Path folder;
    private final Path mount;
    private final Waiting waiting;
    private @Nullable Process server;
    private @Nullable Process face;

    BlockDisk(String machine, Path folder, Waiting waiting) {
        this.machine = machine;
        this.folder = folder;
        this.mount = folder.resolve("mount");
        this.waiting = waiting;
        try {
            Files.createDirectories(mount);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Commands.run("truncate", "-s", SIZE, image().toString());
        Commands.run(
                "mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1", "-J", "size=16", image().toString());
        attach();
    }

    private Path image() {
        return folder.resolve("image");
    }

    private Path device() {
        return folder.resolve("device");
    }

    private Path socket() {
        return folder.resolve("socket");
    }

    private Path failing() {
        return folder.resolve("failing");
    }

    @Override
    public Path data() {
        return mount.resolve("data");
    }

    private void attach() {
        try {
            Files.deleteIfExists(failing());
            Files.deleteIfExists(socket());
            Files.deleteIfExists(device());
            Files.createFile(device());
            server = start(
                    "nbdkit",
                    "--foreground",
                    "--exit-with-parent",
                    "--unix",
                    socket().toString(),
                    "--filter=error",
                    "--filter=cache",
                    "file",
                    image().toString(),
                    "cache=writeback",
                    "error=EIO",
                    "error-rate=100%",
                    "error-file=" + failing());
            await("the disk's server", () -> Files.exists(socket()));
            face = start("nbdfuse", device().toString(), "nbd+unix:///?socket=" + socket());
            await("the disk", () -> device().toFile().length() > 0);
            Files.writeString(folder.resolve(CONNECTION), minor(device()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // The loop device goes with the mount.
        Commands.run("mount", "-t", "ext4", "-o", "loop", device().toString(), mount.toString());
    }

    private void await(String what, BooleanSupplier condition) {
        if (!waiting.until(Duration.ofSeconds(PATIENCE_SECONDS), condition)) {
            throw new IllegalStateException(what + " of " + machine + " did not come");
        }
    }

    private Process start(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(folder.resolve("disk.log").toFile()))
                .start();
    }

    @Override
    public void fill() {
        Ballast.fill(mount);
    }

    @Override
    public void free() {
        Ballast.free(mount);
    }

    @Override
    public void cutPower() {
        end(server);
    }

    @Override
    public void fail() {
        try {
            Files.createFile(failing());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void restore() {
        detach();
        attach();
        free();
    }

    /** The kernel's number of a file system in user space is the minor number of its device. */
    private static String minor(Path file) {
        return Integer.toString(Integer.parseInt(
                        Commands.run("stat", "-c", "%d", file.toString()).strip())
                & 0xff);
    }

    private void detach() {
        // What the kernel still wants to write must not reach the image.
        end(server);
        if (!Commands.succeeds("umount", mount.toString())) {
            Commands.run("umount", "-l", mount.toString());
        }
        Commands.succeeds("umount", "-l", device().toString());
        // What still waits for it in the kernel waits no more.
        Commands.succeeds(
                "/bin/sh",
                "-c",
                "[ -e " + CONNECTIONS + "/$1 ] || mount -t fusectl none " + CONNECTIONS + "; echo 1 > " + CONNECTIONS
                        + "/$1/abort",
                "sh",
                connection());
        end(face);
    }

    private String connection() {
        try {
            return Files.readString(folder.resolve(CONNECTION));
        } catch (IOException e) {
            return "none"; // it never came to be
        }
    }

    private static void end(@Nullable Process process) {
        if (process == null) {
            return;
        }
        process.destroyForcibly();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " doesn't end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        detach();
        try {
            Files.deleteIfExists(image());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
