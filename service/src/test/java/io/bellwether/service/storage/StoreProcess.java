package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreRecord;
import io.bellwether.replication.Tables;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process of its own that writes to a store until somebody kills it, and says on its standard output what has become
 * durable: {@code index epoch generation} of the latest write that was reported, a line each.
 *
 * <p>What it writes can be checked afterwards: entry {@code i} of epoch {@code e} has the payload of {@link #payload}, the
 * record counts the writes in its generation, and the state holds one row for each applied entry.
 */
final class StoreProcess {
    static final int REFUSED = 3;
    static final int STOPPED = 4;

    private static final int WINDOW = 16;
    private static final byte ROW = 'r';

    private final BlockingQueue<Long> durable = new LinkedBlockingQueue<>();
    private final Store store;
    private final ReplicatedLog log;
    private final Tables tables;
    private final PrintStream out;
    private final Random dice;

    /** What a write that is on its way will have made of the log. */
    private record OnItsWay(long number, Position end, long generation) {}

    private final Deque<OnItsWay> onTheirWay = new ArrayDeque<>();
    private long number;
    private long index;
    private long epoch;
    private long generation;

    private StoreProcess(Path folder, long seed, long logBufferBytes, PrintStream out) {
        this.store = Store.open(
                folder, OpenStore.NODE, OpenStore.CLUSTER, settings(logBufferBytes), durable::add, StoreProcess::halt);
        this.log = store.log();
        this.tables = store.tables();
        this.out = out;
        this.dice = new Random(seed);
        this.index = log.end().index();
        this.epoch = log.end().epoch();
        this.generation = log.record().generation();
    }

    /** Small buffers, so that flushes and compactions are under way when the end comes. */
    static StoreSettings settings() {
        return settings(256 << 10);
    }

    private static StoreSettings settings(long logBufferBytes) {
        StoreSettings normal = StoreSettings.DEFAULT;
        return new StoreSettings(
                normal.blockCacheBytes(),
                logBufferBytes,
                256 << 10,
                4,
                normal.recentRowsBytes(),
                normal.batchBytes(),
                4,
                normal.cutFileBytes(),
                normal.logRetention());
    }

    /** Starts one. It ends by {@link Process#destroyForcibly}, or when its disk fails. */
    static Process start(Path folder, String... seedAndLogBufferBytes) throws IOException {
        return new ProcessBuilder(command(folder, seedAndLogBufferBytes)).start();
    }

    /** Starts one whose files cannot grow beyond so many bytes: to it that is a disk that fails in the middle of a write. */
    static Process startWithFilesUpTo(int bytes, Path folder, String... seedAndLogBufferBytes) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f " + bytes / 512 + "; exec \"$@\"", "sh"));
        command.addAll(command(folder, seedAndLogBufferBytes));
        return new ProcessBuilder(command).start();
    }

    private static List<String> command(Path folder, String... seedAndLogBufferBytes) {
        List<String> arguments = new ArrayList<>(List.of(folder.toString()));
        arguments.addAll(List.of(seedAndLogBufferBytes));
        return command(StoreProcess.class, arguments);
    }

    /** How to start a small process with the classes that are here. */
    static List<String> command(Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        return command;
    }

    public static void main(String[] arguments) throws InterruptedException {
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 0;
        long logBufferBytes = arguments.length > 2 ? Long.parseLong(arguments[2]) : 256 << 10;
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try {
            new StoreProcess(Path.of(arguments[0]), seed, logBufferBytes, out).writeUntilKilled();
        } catch (StoreRefused e) {
            System.err.println(e.getMessage());
            System.exit(REFUSED);
        }
    }

    static Bytes payload(long index, long epoch) {
        StringBuilder text = new StringBuilder("entry " + index + " of epoch " + epoch + " ");
        for (long i = (index * 31 + epoch) % 40; i >= 0; i--) {
            text.append("baa ");
        }
        return Bytes.utf8(text.toString());
    }

    static Bytes rowKey(long index) {
        byte[] key = new byte[1 + Long.BYTES];
        key[0] = ROW;
        System.arraycopy(EntryFormat.number(index), 0, key, 1, Long.BYTES);
        return Bytes.wrap(key);
    }

    private void writeUntilKilled() throws InterruptedException {
        applyWhatIsDurable();
        while (true) {
            while (onTheirWay.size() < WINDOW) {
                writeSomething();
            }
            Long latest = durable.poll(30, TimeUnit.SECONDS);
            if (latest == null) {
                halt(new IllegalStateException("nothing became durable for 30 s"));
                return;
            }
            tellUpTo(latest);
            applyWhatIsDurable();
        }
    }

    private void writeSomething() {
        long cutFrom = 0;
        long applied = tables.applied().index();
        if (dice.nextInt(20) == 0 && index > applied) {
            epoch++;
            cutFrom = index - dice.nextInt((int) Math.min(8, index - applied));
            index = cutFrom - 1;
        } else if (epoch == 0 || dice.nextInt(50) == 0) {
            epoch++;
        }
        List<Entry> entries = new ArrayList<>();
        for (int left = dice.nextInt(32); left >= 0; left--) {
            index++;
            entries.add(Entry.of(index, epoch, index, Entry.Kind.COMMAND, payload(index, epoch)));
        }
        generation++;
        StoreRecord record = new StoreRecord("id", new Promise(epoch, ""), generation);
        number++;
        log.write(new LogWrite(number, cutFrom, entries, record, 0));
        onTheirWay.add(new OnItsWay(number, new Position(epoch, index), generation));
    }

    private @Nullable Position reported;

    private void tellUpTo(long latest) {
        OnItsWay told = null;
        while (!onTheirWay.isEmpty() && onTheirWay.element().number() <= latest) {
            told = onTheirWay.remove();
        }
        if (told != null) {
            reported = told.end();
            out.println(told.end().index() + " " + told.end().epoch() + " " + told.generation());
        }
    }

    /** Applies up to where no cut can come any more. */
    private void applyWhatIsDurable() {
        Position end = reported == null ? log.end() : reported;
        long commit = Math.min(end.index(), index) - 16L * WINDOW;
        while (tables.applied().index() < commit) {
            List<Entry> entries = log.read(tables.applied().index() + 1, 16 << 10);
            Position last = tables.applied();
            for (Entry entry : entries) {
                if (entry.index() <= commit) {
                    tables.put(rowKey(entry.index()), entry.payload());
                    last = entry.position();
                }
            }
            tables.commit(last);
        }
    }

    private static void halt(RuntimeException why) {
        System.err.println(why.getMessage());
        Runtime.getRuntime().halt(STOPPED);
    }
}
