package io.bellwether.service;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import io.bellwether.service.http.peer.SnapshotClient;
import io.bellwether.service.http.peer.SnapshotManifest;
import io.bellwether.service.http.peer.SnapshotRefused;
import io.bellwether.service.storage.IncomingSnapshot;
import io.bellwether.service.storage.SnapshotContent;
import io.bellwether.service.storage.SnapshotFile;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the state from another node when this one is too far behind, on a thread of its own, one fetch at a time. What
 * was interrupted goes on where it stands; a fetch that fails is tried again when the node asks for it again, after a pause
 * that grows.
 */
final class SnapshotFetching implements Snapshots, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFetching.class);

    /** Left free on the disk beside a snapshot: the log goes on growing meanwhile. */
    private static final long SPARE_BYTES = 64 << 20;

    private static final int ATTEMPTS_WITHOUT_PROGRESS = 5;
    private static final long PAUSE_MILLIS = 1_000;
    /** Another node makes a copy of its state within about a second. */
    private static final long OFFER_POLL_MILLIS = 100;

    /** A large state takes longer: then the next question finds the copy that this one has begun. */
    private static final long OFFER_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    /** What was begun and is not asked for any more is of no use when its source has given the copy up. */
    static final Duration IDLE = Duration.ofMinutes(10);

    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Its connection is closed by then: what is left is at most a piece on its way to the disk. */
    private static final long CLOSING_MILLIS = 10_000;

    private final IncomingSnapshot incoming;
    private final Consumer<Snapshot> installer;
    private final Function<NodeId, Optional<URI>> urls;
    private final Supplier<String> clusterId;
    private final Duration connectTimeout;
    private final Arrival arrival;
    private final Consumer<Throwable> broken;

    /** From the beginning of a fetch until the node has looked at what it brought. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable SnapshotClient client;
    private volatile @Nullable Thread fetcher;

    // Of the owning thread, and of the fetching one while it is busy.
    private volatile long pauseMillis = PAUSE_MILLIS;
    private volatile long pausedUntilNanos = System.nanoTime();
    private volatile long idleSinceNanos = System.nanoTime();
    /** The node that was named last: the one to wait for. */
    private volatile @Nullable NodeId wanted;

    /** Takes a snapshot that is here to the node. */
    interface Arrival {
        /** @param whenLookedAt called when the node has installed it, or passed it over */
        void fetched(Snapshot snapshot, Runnable whenLookedAt);
    }

    /**
     * @param installer makes what has come in the state of this node
     * @param urls where nodes are
     * @param clusterId this node's; asked on the owning thread
     * @param broken hears why the process must stop
     */
    SnapshotFetching(
            IncomingSnapshot incoming,
            Consumer<Snapshot> installer,
            Function<NodeId, Optional<URI>> urls,
            Supplier<String> clusterId,
            Duration connectTimeout,
            Arrival arrival,
            Consumer<Throwable> broken) {
        this.incoming = incoming;
        this.installer = installer;
        this.urls = urls;
        this.clusterId = clusterId;
        this.connectTimeout = connectTimeout;
        this.arrival = arrival;
        this.broken = broken;
    }

    @Override
    public void fetch(NodeId from) {
        wanted = from;
        Optional<URI> url = urls.apply(from);
        if (isPaused() || url.isEmpty() || isClosing() || !busy.compareAndSet(false, true)) {
            return;
        }
        String cluster = clusterId.get();
        Thread thread = new Thread(() -> fetchAndTell(from, url.get(), cluster), "bellwether-fetch");
        thread.setDaemon(true);
        fetcher = thread;
        thread.start();
    }

    /** After a fetch that failed. */
    boolean isPaused() {
        return pausedUntilNanos - System.nanoTime() > 0;
    }

    /** Nothing is fetched meanwhile: {@link #busy} ends when the node has looked at the snapshot. */
    @Override
    public void install(Snapshot snapshot) {
        long began = System.nanoTime();
        installer.accept(snapshot);
        LOG.info(
                "snapshot installed position={} tookMillis={}",
                snapshot.position(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    /**
     * Removes what was begun and has not been asked for so long: the node was filled by other means. On any thread.
     */
    void forgetWhatIsIdle(Duration idle) {
        if (System.nanoTime() - idleSinceNanos < idle.toNanos() || isClosing() || !busy.compareAndSet(false, true)) {
            return;
        }
        try {
            incoming.forget();
        } catch (IOException e) {
            LOG.warn("What is left of a snapshot that was not needed any more could not be removed: {}", e.toString());
        } finally {
            end();
        }
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    /**
     * Ends the fetch that is under way; what it has got stays for the next process. Nothing is written to the folder of what
     * comes in when this returns, unless the disk hangs.
     */
    @Override
    public void close() {
        closing.countDown();
        hangUp();
        Thread last = fetcher;
        if (last == null || last == Thread.currentThread()) {
            return;
        }
        try {
            last.join(CLOSING_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (last.isAlive()) {
            LOG.warn("The fetch of a snapshot has not ended: its disk does not answer");
        }
    }

    // ---- the thread that fetches

    private void fetchAndTell(NodeId from, URI url, String cluster) {
        Snapshot snapshot;
        try {
            snapshot = fetch(from, url, cluster);
            pauseMillis = PAUSE_MILLIS;
        } catch (IOException e) {
            if (!isClosing()) {
                LOG.warn("The state was not fetched from {} and is asked for again: {}", from, e.toString());
                LOG.debug("why the state was not fetched", e);
            }
            pausedUntilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            end();
            return;
        } catch (RuntimeException | Error e) {
            broken.accept(e);
            return;
        } finally {
            hangUp();
        }
        arrival.fetched(snapshot, this::end);
    }

    private void end() {
        idleSinceNanos = System.nanoTime();
        busy.set(false);
    }

    private Snapshot fetch(NodeId from, URI url, String cluster) throws IOException {
        SnapshotManifest manifest = manifest(from, url, cluster);
        if (!manifest.clusterId().equals(cluster)) {
            throw new IOException("it is the state of cluster " + manifest.clusterId() + ", and this node belongs to "
                    + cluster + ": check the advertised URL of " + from + " and BELLWETHER_PEER_URLS");
        }
        SnapshotContent content = content(manifest);
        incoming.begin(content);
        checkSpace(content);
        Progress progress = new Progress(from, content, incoming.presentBytes(content));
        for (SnapshotFile file : content.files()) {
            fetch(url, cluster, content, file, progress);
        }
        incoming.complete(content);
        progress.ended();
        return new Snapshot(cluster, content.position(), manifest.logTime(), manifest.promisedEpoch());
    }

    /** Waits while the other node makes one, unless the state is to come from elsewhere by now. */
    private SnapshotManifest manifest(NodeId from, URI url, String cluster) throws IOException {
        long untilNanos = System.nanoTime() + OFFER_PATIENCE_NANOS;
        while (true) {
            Optional<SnapshotManifest> manifest = client(url, cluster).manifest();
            if (manifest.isPresent()) {
                return manifest.get();
            }
            if (!from.equals(wanted)) {
                throw new IOException("it has no copy of its state yet, and " + wanted + " is to be asked by now");
            }
            if (System.nanoTime() - untilNanos >= 0) {
                throw new IOException("it has made no copy of its state within "
                        + TimeUnit.NANOSECONDS.toSeconds(OFFER_PATIENCE_NANOS) + " s: its log may tell why");
            }
            pause(OFFER_POLL_MILLIS);
        }
    }

    /** @throws IOException if what it names can be no files of a state */
    static SnapshotContent content(SnapshotManifest manifest) throws IOException {
        try {
            List<SnapshotFile> files = manifest.files().stream()
                    .map(file -> new SnapshotFile(file.name(), file.bytes(), (int) file.crc32c()))
                    .toList();
            return new SnapshotContent(manifest.id(), new Position(manifest.epoch(), manifest.index()), files);
        } catch (IllegalArgumentException e) {
            throw new IOException("it offers what is no state: " + e.getMessage(), e);
        }
    }

    private void checkSpace(SnapshotContent content) throws IOException {
        long wanted = content.bytes() - incoming.presentBytes(content) + SPARE_BYTES;
        long usable = incoming.usableBytes();
        if (usable < wanted) {
            throw new IOException("the disk has " + (usable >> 20) + " MiB left, and the snapshot takes "
                    + (wanted >> 20) + " MiB with what is to stay free: make room");
        }
    }

    private void fetch(URI url, String cluster, SnapshotContent content, SnapshotFile file, Progress progress)
            throws IOException {
        int attempts = 0;
        while (!incoming.check(file)) {
            long present = incoming.presentBytes(file);
            try (IncomingSnapshot.Appending end = incoming.append(file)) {
                client(url, cluster).file(content.id(), file.name(), present, (bytes, length) -> {
                    end.write(bytes, length);
                    progress.came(length);
                });
            } catch (IOException e) {
                hangUp();
                boolean gone = e instanceof SnapshotRefused refused && refused.isGone();
                attempts = incoming.presentBytes(file) > present ? 0 : attempts + 1;
                if (gone || isClosing() || attempts == ATTEMPTS_WITHOUT_PROGRESS) {
                    throw e;
                }
                LOG.debug("a file of a snapshot was cut off and is continued", e);
                pause(PAUSE_MILLIS);
                continue;
            }
            if (!incoming.check(file)) {
                attempts++;
                if (attempts == ATTEMPTS_WITHOUT_PROGRESS) {
                    throw new IOException("its file " + file.name() + " does not arrive as it was announced");
                }
            }
        }
    }

    private SnapshotClient client(URI url, String cluster) throws IOException {
        SnapshotClient open = client;
        if (open == null) {
            open = SnapshotClient.open(url, cluster, connectTimeout);
            client = open;
            if (isClosing()) {
                hangUp();
            }
        }
        return open;
    }

    private void hangUp() {
        SnapshotClient open = client;
        client = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("closing a connection failed", e);
            }
        }
    }

    private void pause(long millis) throws IOException {
        try {
            if (closing.await(millis, TimeUnit.MILLISECONDS)) {
                throw new IOException("this node is stopping");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("this node is stopping", e);
        }
    }

    /** Says now and then how far it is. */
    private static final class Progress {
        private final NodeId from;
        private final SnapshotContent content;
        private final long beganNanos = System.nanoTime();
        private final long foundBytes;
        private long cameBytes;
        private long saidNanos = beganNanos;

        Progress(NodeId from, SnapshotContent content, long foundBytes) {
            this.from = from;
            this.content = content;
            this.foundBytes = foundBytes;
            LOG.info(
                    "fetching snapshot id={} position={} from={} mib={} present={}",
                    content.id(),
                    content.position(),
                    from,
                    content.bytes() >> 20,
                    foundBytes >> 20);
        }

        void came(int bytes) {
            cameBytes += bytes;
            long now = System.nanoTime();
            if (now - saidNanos >= PROGRESS_NANOS) {
                saidNanos = now;
                LOG.info(
                        "fetching snapshot id={} mib={} of={}",
                        content.id(),
                        (foundBytes + cameBytes) >> 20,
                        content.bytes() >> 20);
            }
        }

        void ended() {
            LOG.info(
                    "fetched snapshot id={} from={} mib={} seconds={}",
                    content.id(),
                    from,
                    cameBytes >> 20,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos) / 1e3);
        }
    }
}
