package io.bellwether.service;

import io.bellwether.gateway.Room;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks how much space the disk has left, and sees to it that the cluster does not run into its end (Rule 12.5). One
 * thread runs it again and again.
 */
final class RoomWatch implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(RoomWatch.class);
    /** So much more than the least must be there again before it counts as room: one part in so many. */
    private static final long MARGIN = 10;

    private final Path data;
    private final long minFreeBytes;
    private final FreeSpace free;
    private final Supplier<CompletionStage<Optional<Room>>> moveToRoom;
    private final Consumer<Room> tell;
    private volatile boolean low;

    // Answers come late, and not in the order of their questions: what is told is in order, under the lock.
    private final ReentrantLock lock = new ReentrantLock();
    private long asked;
    /** Answers to this question and to those before it say nothing new any more. */
    private long settled;

    private Room told = Room.HERE;

    /**
     * @param data where the space is needed
     * @param minFreeBytes with less than that it is low on space
     * @param moveToRoom asked each time while it is low; empty while an earlier attempt is under way
     * @param tell hears how it stands; on any thread
     */
    RoomWatch(
            Path data,
            long minFreeBytes,
            FreeSpace free,
            Supplier<CompletionStage<Optional<Room>>> moveToRoom,
            Consumer<Room> tell) {
        this.data = data;
        this.minFreeBytes = minFreeBytes;
        this.free = free;
        this.moveToRoom = moveToRoom;
        this.tell = tell;
    }

    /** What the disk has left, in bytes. */
    interface FreeSpace {
        long bytes() throws IOException;
    }

    /** Any thread. */
    boolean low() {
        return low;
    }

    @Override
    public void run() {
        long bytes;
        try {
            bytes = free.bytes();
        } catch (IOException e) {
            LOG.warn("Nobody knows how much space is left for {}", data, e);
            return;
        }
        if (!low && bytes < minFreeBytes) {
            low = true;
            LOG.warn(
                    "The disk of {} has {} MiB left, less than store.minFreeSize ({} MiB): nothing is stored through this"
                            + " node while it leads; reads and deletes go on. Make room",
                    data,
                    bytes >> 20,
                    minFreeBytes >> 20);
        } else if (low && bytes >= minFreeBytes + minFreeBytes / MARGIN) {
            low = false;
            LOG.info("The disk of {} has room again: {} MiB", data, bytes >> 20);
            tell(asked, Optional.of(Room.HERE));
        }
        if (low) {
            long question = ++asked;
            moveToRoom.get().thenAccept(room -> tell(question, room));
        }
    }

    private void tell(long question, Optional<Room> answer) {
        lock.lock();
        try {
            if (answer.isPresent() && (question > settled || answer.get() == Room.HERE)) {
                settled = question;
                tellNow(answer.get());
            } else if (answer.isEmpty() && question > settled && told == Room.HERE) {
                tellNow(Room.ELSEWHERE); // until it is known: the answer to an earlier question says that
            }
        } finally {
            lock.unlock();
        }
    }

    private void tellNow(Room room) {
        told = room;
        tell.accept(room);
    }
}
