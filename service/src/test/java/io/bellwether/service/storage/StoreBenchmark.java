package io.bellwether.service.storage;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the disk's room costs on this machine: {@code main} takes an empty folder and prints figures. With {@code -Xmx512m}
 * its resident memory stands for that of a node.
 */
final class StoreBenchmark {
    private static final int VALUE_BYTES = 256;
    private static final int KEYS = 1_000_000;
    private static final int IN_FLIGHT = 2;

    private final Random dice = new Random(1);
    private final byte[] noise = new byte[1 << 20];
    private long index;
    private long number;

    private StoreBenchmark() {
        dice.nextBytes(noise);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[0]);
        StoreBenchmark benchmark = new StoreBenchmark();
        benchmark.write(folder);
        benchmark.restart(folder);
        benchmark.restart(folder);
    }

    private void write(Path folder) throws IOException, InterruptedException {
        Semaphore room = new Semaphore(IN_FLIGHT);
        AtomicLong reported = new AtomicLong();
        AtomicLong reports = new AtomicLong();
        try (Store store = Store.open(
                folder,
                OpenStore.NODE,
                OpenStore.CLUSTER,
                StoreSettings.DEFAULT,
                latest -> {
                    reports.incrementAndGet();
                    room.release((int) (latest - reported.getAndSet(latest)));
                },
                failure -> {
                    throw failure;
                })) {
            for (int entries : new int[] {1, 32, 64, 64, 256}) {
                long writes = entries == 1 ? 3_000 : 200_000 / entries;
                long reportsBefore = reports.get();
                long begin = System.nanoTime();
                for (long i = 0; i < writes; i++) {
                    room.acquire();
                    number++;
                    store.log().write(new LogWrite(number, 0, entries(entries), null, 0));
                }
                room.acquire(IN_FLIGHT);
                room.release(IN_FLIGHT);
                double seconds = (System.nanoTime() - begin) / 1e9;
                long batches = reports.get() - reportsBefore;
                System.out.printf(
                        "log: %d entries a write, %d writes in flight: %.0f entries/s, %.0f syncs/s, %.0f us a sync%n",
                        entries, IN_FLIGHT, writes * entries / seconds, batches / seconds, seconds * 1e6 / batches);
            }
            apply(store.tables());
            read(store.tables());
            memory("after " + index + " entries and " + KEYS + " keys");
        }
    }

    private void restart(Path folder) throws IOException {
        long begin = System.nanoTime();
        try (Store store = Store.open(
                folder, OpenStore.NODE, OpenStore.CLUSTER, StoreSettings.DEFAULT, latest -> {}, failure -> {})) {
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.printf(
                    "open: %.3f s, log to %s, state at %s%n",
                    seconds, store.log().end(), store.tables().applied());
            read(store.tables());
            long readBegin = System.nanoTime();
            long next = 1;
            while (next <= store.log().end().index()) {
                next += store.log().read(next, 1 << 20).size();
            }
            System.out.printf("log read: %.0f entries/s%n", next / ((System.nanoTime() - readBegin) / 1e9));
            memory("after a restart");
        }
    }

    private List<Entry> entries(int count) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            index++;
            entries.add(Entry.of(index, 1, index, Entry.Kind.COMMAND, value()));
        }
        return entries;
    }

    private Bytes value() {
        return Bytes.copyOf(noise, dice.nextInt(noise.length - VALUE_BYTES), VALUE_BYTES);
    }

    private static Bytes key(long number) {
        return Bytes.utf8(String.format("kkey/%010d", number * 7919 % KEYS));
    }

    private void apply(Tables tables) {
        int batch = 64;
        long begin = System.nanoTime();
        long longest = 0;
        for (int i = 0; i < KEYS; i += batch) {
            long batchBegin = System.nanoTime();
            for (int row = i; row < Math.min(KEYS, i + batch); row++) {
                Bytes key = key(row);
                if (tables.get(key) == null) {
                    tables.put(key, value());
                }
            }
            tables.commit(new Position(1, Math.min(index, i + batch)));
            longest = Math.max(longest, System.nanoTime() - batchBegin);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "apply: %d rows in batches of %d, each read first: %.2f us a row, longest batch %.1f ms%n",
                KEYS, batch, seconds * 1e6 / KEYS, longest / 1e6);
    }

    private void read(Tables tables) {
        int reads = 300_000;
        for (int keys : new int[] {KEYS, KEYS, 10_000, 10_000}) {
            long found = 0;
            long begin = System.nanoTime();
            for (int i = 0; i < reads; i++) {
                try (Tables.View view = tables.view()) {
                    Bytes value = view.get(key(dice.nextInt(keys)));
                    found += value == null ? 0 : 1;
                }
            }
            System.out.printf(
                    "view and get, one of %d keys: %.2f us, %d of %d found%n",
                    keys, (System.nanoTime() - begin) / 1e3 / reads, found, reads);
        }
        long begin = System.nanoTime();
        int views = 100_000;
        for (int i = 0; i < views; i++) {
            tables.view().close();
        }
        System.out.printf("view alone: %.3f us%n", (System.nanoTime() - begin) / 1e3 / views);
        begin = System.nanoTime();
        int commits = 100_000;
        for (int i = 0; i < commits; i++) {
            tables.commit(tables.applied());
            tables.view().close();
        }
        System.out.printf("empty commit and its first view: %.2f us%n", (System.nanoTime() - begin) / 1e3 / commits);
        begin = System.nanoTime();
        int scans = 3_000;
        for (int i = 0; i < scans; i++) {
            int[] left = {100};
            try (Tables.View view = tables.view()) {
                view.scan(key(dice.nextInt(KEYS)), Bytes.utf8("l"), (key, value) -> {
                    left[0]--;
                    return left[0] > 0;
                });
            }
        }
        System.out.printf("view and scan of 100: %.1f us%n", (System.nanoTime() - begin) / 1e3 / scans);
    }

    private static void memory(String when) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS") || line.startsWith("VmHWM")) {
                System.out.println(when + ": " + line.replaceAll("\\s+", " "));
            }
        }
    }
}
