package io.bellwether.service.storage;

import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.StoreRecord;
import io.bellwether.replication.Tables;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process of its own that does with a store what nodes do with theirs, and says on its standard output what it was told
 * is durable. It ends without closing anything. What it writes follows from a seed, so that whoever watches knows it too.
 */
final class PowerCutProcess {
    static final int WRITES = 80;
    static final Position THERE = new Position(900, 700);
    /** What it says begins like this; logs do not. */
    static final String REPORT = "> ";

    static final String WHY = "to see what is left";

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private static final int WINDOW = 4;
    private static final int LONG_SECONDS = 60;
    private static final long LOG_TIME = 7_777;

    private final BlockingQueue<Long> durable = new LinkedBlockingQueue<>();
    private final Path folder;
    private Store store;
    private long latest;

    private PowerCutProcess(Path folder) {
        this.folder = folder;
        this.store = open();
    }

    /** What is done in one process. */
    enum Part {
        /** A store is made, and written to: {@link #script}. */
        WRITE,
        /** The files of another state come in, and the process ends before it has synced them. */
        FETCH,
        /** What came in becomes the state. */
        INSTALL,
        /** The store is found damaged, begins anew, and is retired. */
        RENEW,
        /** A backup is restored into an empty folder, and a store begins with it. */
        RESTORE
    }

    /** Small buffers, so that a few writes fill them; all that is cut is kept. */
    static StoreSettings settings() {
        StoreSettings normal = StoreSettings.DEFAULT;
        return new StoreSettings(
                normal.blockCacheBytes(), 64 << 10, 64 << 10, 4, 0, 4 << 10, 10_000, 1L << 30, normal.logRetention());
    }

    /** @param offer what comes from elsewhere: the files of a snapshot, or a backup */
    static List<String> command(Path folder, Part part, long seed, Path offer) {
        return StoreProcess.command(
                PowerCutProcess.class, List.of(folder.toString(), part.name(), "" + seed, offer.toString()));
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Part part = Part.valueOf(arguments[1]);
        Path offer = Path.of(arguments[3]);
        if (part == Part.RESTORE) {
            new BackupFile(offer).restore(folder);
            say("restored");
        }
        PowerCutProcess process = new PowerCutProcess(folder);
        switch (part) {
            case WRITE -> process.write(script(Long.parseLong(arguments[2])));
            case FETCH -> process.fetch(offer);
            case INSTALL -> process.install(content(offer));
            case RENEW -> process.renew();
            case RESTORE -> process.sayStore();
        }
        Runtime.getRuntime().halt(0);
    }

    /**
     * The writes, each with a record that counts them. Entry {@code i} of epoch {@code e} has the payload of {@link
     * StoreProcess#payload}; a write that compacts takes away what is {@linkplain #applied applied}.
     */
    static List<LogWrite> script(long seed) {
        Random dice = new Random(seed);
        List<LogWrite> writes = new ArrayList<>();
        long epoch = 1;
        long end = 0;
        long start = 0;
        for (int number = 1; number <= WRITES; number++) {
            long floor = applied(writes);
            long cutFrom = 0;
            long compactTo = 0;
            if (end > floor && dice.nextInt(10) == 0) {
                cutFrom = end - dice.nextInt((int) Math.min(8, end - floor));
                end = cutFrom - 1;
                epoch++;
            } else if (floor > start && floor < end && dice.nextInt(12) == 0) {
                compactTo = floor - dice.nextInt((int) Math.min(8, floor - start));
                start = compactTo;
            } else if (dice.nextInt(20) == 0) {
                epoch++;
            }
            List<Entry> entries = new ArrayList<>();
            for (int left = dice.nextInt(12); left > 0; left--) {
                end++;
                entries.add(Entry.of(end, epoch, end, Entry.Kind.COMMAND, StoreProcess.payload(end, epoch)));
            }
            StoreRecord record = new StoreRecord("id", new Promise(epoch, "claim " + number), number);
            writes.add(new LogWrite(number, cutFrom, entries, record, compactTo));
        }
        return writes;
    }

    /** Up to where the state is when these writes have been given out. */
    static long applied(List<LogWrite> given) {
        int known = given.size() / 10 * 10 - WINDOW;
        long end = 0;
        for (LogWrite write : given.subList(0, Math.max(0, known))) {
            end = endAfter(write, end);
        }
        // No later one among them may have cut it.
        for (LogWrite write : given) {
            if (write.cutFrom() > 0 && write.number() > known) {
                end = Math.min(end, write.cutFrom() - 1);
            }
        }
        return end;
    }

    private static long endAfter(LogWrite write, long before) {
        long end = write.cutFrom() > 0 ? write.cutFrom() - 1 : before;
        return write.entries().isEmpty()
                ? end
                : write.entries().get(write.entries().size() - 1).index();
    }

    private Store open() {
        return Store.open(folder, OpenStore.NODE, OpenStore.CLUSTER, settings(), this::onDurable, why -> {
            System.err.println(why.getMessage());
            Runtime.getRuntime().halt(1);
        });
    }

    private void onDurable(long number) {
        say("durable " + number);
        durable.add(number);
    }

    private static void say(String what) {
        OUT.println(REPORT + what);
    }

    private void sayStore() {
        say("store " + store.log().storeId().id());
    }

    private void write(List<LogWrite> writes) throws InterruptedException {
        sayStore();
        for (LogWrite write : writes) {
            int number = (int) write.number();
            awaitDurable(number - 1 - WINDOW);
            apply(applied(writes.subList(0, number - 1)));
            if (write.compactTo() > 0) {
                awaitState(write.compactTo());
            }
            store.log().write(write);
        }
        awaitDurable(WRITES);
    }

    private void awaitDurable(long number) throws InterruptedException {
        while (latest < number) {
            Long next = durable.poll(LONG_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new IllegalStateException("write " + number + " does not become durable");
            }
            latest = next;
        }
    }

    private void apply(long to) {
        Tables tables = store.tables();
        while (tables.applied().index() < to) {
            Position last = tables.applied();
            for (Entry entry : store.log().read(last.index() + 1, 4 << 10)) {
                if (entry.index() <= to) {
                    tables.put(StoreProcess.rowKey(entry.index()), entry.payload());
                    last = entry.position();
                }
            }
            tables.commit(last);
        }
    }

    private void awaitState(long index) {
        await().pollInSameThread()
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(LONG_SECONDS))
                .until(() -> store.tables().durableIndex(index) >= index);
        say("state " + store.tables().durableIndex(index));
    }

    /** What another store offers, as files in a folder. */
    static SnapshotContent content(Path offer) throws IOException {
        List<SnapshotFile> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(offer)) {
            for (Path path : all.sorted().toList()) {
                files.add(new SnapshotFile(path.getFileName().toString(), Files.size(path), FileSum.crc32c(path)));
            }
        }
        return new SnapshotContent("offer", THERE, files);
    }

    @SuppressWarnings("resource") // they are left open: closing them is what syncs them
    private void fetch(Path offer) throws IOException {
        SnapshotContent content = content(offer);
        store.incoming().begin(content);
        for (SnapshotFile file : content.files()) {
            byte[] bytes = Files.readAllBytes(offer.resolve(file.name()));
            store.incoming().append(file).write(bytes, bytes.length);
        }
    }

    private void install(SnapshotContent content) throws IOException, InterruptedException {
        store.incoming().begin(content);
        for (SnapshotFile file : content.files()) {
            if (!store.incoming().check(file)) {
                throw new IllegalStateException(file.name() + " has not come in");
            }
        }
        store.incoming().complete(content);
        say("installing");
        store.install(new Snapshot("id", THERE, LOG_TIME, THERE.epoch()));
        say("installed");
        StoreRecord record = new StoreRecord("id", new Promise(THERE.epoch(), "later"), WRITES + 1);
        Entry next = Entry.of(THERE.index() + 1, THERE.epoch(), LOG_TIME, Entry.Kind.COMMAND, Bytes.utf8("next"));
        store.log().write(new LogWrite(WRITES + 1, 0, List.of(next), record, 0));
        awaitDurable(WRITES + 1);
    }

    private void renew() throws InterruptedException {
        Store.suspect(folder, WHY);
        say("suspected");
        say("renewing");
        store.renew("id", WHY);
        say("renewed");
        store.close();
        store = open();
        sayStore();
        StoreRecord record = new StoreRecord("id", new Promise(THERE.epoch() + 1, ""), WRITES + 2);
        store.log().write(new LogWrite(WRITES + 2, 0, List.of(), record, 0));
        awaitDurable(WRITES + 2);
        say("retiring");
        store.retire(WHY);
        say("retired");
    }
}
