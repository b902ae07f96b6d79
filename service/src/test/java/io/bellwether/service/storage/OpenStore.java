package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreRecord;
import io.bellwether.replication.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A store that a test has opened, with what it reported. */
final class OpenStore implements AutoCloseable {
    static final NodeId NODE = new NodeId("n1");
    static final String CLUSTER = "flock";

    private final AtomicLong durable = new AtomicLong();
    private final AtomicLong reports = new AtomicLong();
    private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    private final Path folder;
    private final Store store;
    private long number;

    OpenStore(Path folder) {
        this(folder, StoreSettings.DEFAULT);
    }

    OpenStore(Path folder, StoreSettings settings) {
        this.folder = folder;
        this.store = Store.open(folder, NODE, CLUSTER, settings, this::onDurable, failures::add);
    }

    ReplicatedLog log() {
        return store.log();
    }

    Tables tables() {
        return store.tables();
    }

    List<RuntimeException> failures() {
        return failures;
    }

    void write(List<Entry> entries) {
        write(0, entries, null);
    }

    void write(long cutFrom, List<Entry> entries, @Nullable StoreRecord record) {
        number++;
        log().write(new LogWrite(number, cutFrom, entries, record, 0));
    }

    /** The log's front goes, up to this entry. */
    void compactTo(long index) {
        number++;
        log().write(new LogWrite(number, 0, List.of(), null, index));
    }

    /** Looks through all of it. */
    void check() {
        assertThat(check(Pace.FULL)).isTrue();
    }

    boolean check(Pace pace) {
        return store.check(pace);
    }

    /** Entries as they come: from one index to another, both inclusive. */
    static List<Entry> entries(long first, long last, long epoch) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(index -> Entry.of(index, epoch, index, Entry.Kind.COMMAND, Bytes.utf8("entry " + index)))
                .toList();
    }

    /** All rows, as {@code key=value}. */
    List<String> rows() {
        List<String> rows = new ArrayList<>();
        try (Tables.View view = tables().view()) {
            view.scan(Bytes.EMPTY, Bytes.utf8("~"), (key, value) -> rows.add(key.utf8() + "=" + value.utf8()));
        }
        return rows;
    }

    /** The entries up to this one go. */
    void compact(long to) {
        number++;
        log().write(new LogWrite(number, 0, List.of(), null, to));
    }

    Store store() {
        return store;
    }

    private void onDurable(long latest) {
        reports.incrementAndGet();
        durable.set(latest);
    }

    /** How often it was said that something is durable: the number of batches. */
    long reports() {
        return reports.get();
    }

    long durable() {
        return durable.get();
    }

    /** Waits until this write is durable. */
    void awaitDurable(long number) {
        await().pollInterval(Duration.ofMillis(1))
                .untilAsserted(() -> assertThat(durable.get()).isGreaterThanOrEqualTo(number));
    }

    /** Waits until all that was written through this object is durable. */
    void settle() {
        awaitDurable(number);
    }

    /** What {@code kill -9} would leave now, as a folder of its own. All that was written must be durable. */
    Path afterKill(Path copy) {
        return copyFolder(folder, copy);
    }

    static Path copyFolder(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path source : all.toList()) {
                Path target = to.resolve(from.relativize(source).toString());
                if (Files.isDirectory(source)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(source, target);
                }
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
