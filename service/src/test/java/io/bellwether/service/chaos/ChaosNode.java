package io.bellwether.service.chaos;

import io.bellwether.service.cluster.Link;
import io.bellwether.service.cluster.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A node on its machine, with its disk, its ways to others, and the way that half of the clients take to it. */
final class ChaosNode implements AutoCloseable {
    /** What a store says that must not be opened again. */
    private static final String DAMAGED = "Move the directory away";

    private static final Duration GONE = Duration.ofSeconds(20);

    private final NodeProcess process;
    private final Disk disk;
    private final Links links;
    private final Link clients;
    private final Path clock;
    private volatile boolean mayEnd;
    private volatile boolean mayBeDamaged;

    ChaosNode(NodeProcess process, Disk disk, Links links, Link clients, Path clock) {
        this.process = process;
        this.disk = disk;
        this.links = links;
        this.clients = clients;
        this.clock = clock;
    }

    String id() {
        return process.id();
    }

    NodeProcess process() {
        return process;
    }

    Disk disk() {
        return disk;
    }

    Links links() {
        return links;
    }

    Link clients() {
        return clients;
    }

    /** The file that says by how much its wall clock is wrong. */
    Path clock() {
        return clock;
    }

    void start() {
        process.start();
    }

    /** It is gone when this returns. */
    void kill() {
        if (process.runs()) {
            process.process().kill();
        }
    }

    boolean endedWithin(Duration patience) {
        try {
            process.ended(patience);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    void awaitGone() {
        process.ended(GONE);
    }

    /** A fault that is under way may end it. */
    void mayEnd(boolean may) {
        mayEnd = may;
    }

    boolean mayEnd() {
        return mayEnd;
    }

    /** Its files were changed behind its back, until they are wiped. */
    void mayBeDamaged(boolean may) {
        mayBeDamaged = may;
    }

    boolean mayBeDamaged() {
        return mayBeDamaged;
    }

    /** Whether it ended since its store must not be used any more. */
    boolean foundDamage() {
        return process.process().output().contains(DAMAGED);
    }

    /** Why it ended, in its own words. */
    String lastWords() {
        String output = process.process().output();
        Optional<String> reason = output.lines()
                .filter(line -> line.contains("stopped: ") || line.startsWith("ERROR") || line.contains(DAMAGED))
                .reduce((earlier, later) -> later);
        return reason.or(() -> output.lines().reduce((earlier, later) -> later)).orElse("(it said nothing)");
    }

    @Override
    public void close() {
        process.close();
        links.close();
        clients.close();
        disk.close();
    }

    @Override
    public String toString() {
        return id();
    }
}
