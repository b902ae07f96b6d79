package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Tables;
import io.bellwether.service.http.SendingRate;
import io.bellwether.service.http.peer.HttpPeers;
import io.bellwether.service.http.peer.PeerEvents;
import io.bellwether.service.http.peer.PeerSettings;
import io.bellwether.service.http.peer.SnapshotManifest;
import io.bellwether.service.http.peer.SnapshotSource;
import io.bellwether.service.storage.SnapshotContent;
import io.bellwether.service.storage.Store;
import io.bellwether.service.storage.StoreSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The state of n1, some 4 MiB, goes over a real server on loopback to n2, whatever happens to it on the way. */
@Timeout(60)
class SnapshotFetchingTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final NodeId N2 = new NodeId("n2");
    private static final String CLUSTER_ID = "cluster-1";
    private static final Position THERE = new Position(3, 400);
    private static final int ROWS = 400;
    private static final int ROW_BYTES = 10_000;
    private static final int PIECE_BYTES = 64 << 10;

    @TempDir
    private Path scratch;

    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final List<Snapshot> arrived = new CopyOnWriteArrayList<>();
    /** To be called when the one that arrived last has been looked at: until then nothing else is fetched. */
    private volatile Runnable lookedAt = () -> {};

    private final Source source = new Source();
    private final ThreadPoolExecutor senders =
            new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "sender");
                thread.setUncaughtExceptionHandler((where, why) -> {}); // cut off on purpose
                return thread;
            });
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final HttpPeers peers = new HttpPeers(N1, PeerSettings.DEFAULT, Map.of(), Runnable::run);
    private Store from;
    private Store to;
    private SnapshotFetching fetching;

    /** The store's copies, with troubles. */
    private final class Source implements SnapshotSource {
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger pieces = new AtomicInteger();
        volatile int cutAtPiece = -1;
        volatile boolean damagesFirst;
        volatile boolean announcesTooMuch;
        volatile boolean makesNone;
        volatile int goneAfterFiles = Integer.MAX_VALUE;
        final AtomicInteger refusedAsGone = new AtomicInteger();
        volatile CountDownLatch held = new CountDownLatch(0);

        @Override
        public void manifest(Consumer<Optional<SnapshotManifest>> whenDone) {
            Optional<SnapshotManifest> manifest =
                    makesNone ? Optional.empty() : from.outgoing().offer().map(SnapshotFetchingTest::manifest);
            whenDone.accept(announcesTooMuch ? manifest.map(SnapshotFetchingTest::withMoreThanAnyDiskHolds) : manifest);
        }

        @Override
        public Optional<FileChannel> open(String id, String file) throws IOException {
            if (opened.get() >= goneAfterFiles) {
                refusedAsGone.incrementAndGet();
                return Optional.empty();
            }
            Optional<FileChannel> real = from.outgoing().open(id, file);
            if (real.isPresent() && opened.getAndIncrement() == 0 && damagesFirst) {
                try (FileChannel whole = real.get()) {
                    return Optional.of(damagedCopy(whole));
                }
            }
            return real;
        }

        private FileChannel damagedCopy(FileChannel whole) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate((int) whole.size());
            whole.read(bytes);
            bytes.put(bytes.capacity() / 2, (byte) ~bytes.get(bytes.capacity() / 2));
            Path copy = scratch.resolve("damaged");
            try (FileChannel written = FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                written.write(bytes.flip());
            }
            return FileChannel.open(copy, StandardOpenOption.READ);
        }

        @Override
        public void inUse(String id) {
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (pieces.incrementAndGet() == cutAtPiece) {
                throw new IllegalStateException("cut off");
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        from = open(N1);
        to = open(N2);
        Random random = new Random(5);
        for (int row = 0; row < ROWS; row++) {
            byte[] value = new byte[ROW_BYTES];
            random.nextBytes(value);
            from.tables().put(key(row), Bytes.wrap(value));
        }
        from.tables().commit(THERE);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        ServletHolder holder =
                new ServletHolder(peers.snapshotServlet(source, senders, new SendingRate(1L << 30, System::nanoTime)));
        holder.setAsyncSupported(true);
        context.addServlet(holder, HttpPeers.SNAPSHOTS);
        server.setHandler(context);
        server.start();
        peers.clusterId(CLUSTER_ID);
        peers.start(new PeerEvents() {
            @Override
            public void received(List<Envelope> batch, Runnable whenProcessed) {
                whenProcessed.run();
            }

            @Override
            public void unreachable(NodeId other) {}
        });
        fetching = fetching(CLUSTER_ID);
    }

    private SnapshotFetching fetching(String clusterId) {
        return new SnapshotFetching(
                to.incoming(),
                to::install,
                node -> Optional.of(url("")),
                () -> clusterId,
                Duration.ofSeconds(2),
                (snapshot, whenLookedAt) -> {
                    lookedAt = whenLookedAt;
                    arrived.add(snapshot);
                },
                failures::add);
    }

    private Store open(NodeId node) {
        return Store.open(
                scratch.resolve("data-" + node), node, "cluster", StoreSettings.DEFAULT, number -> {}, failures::add);
    }

    @AfterEach
    void end() throws Exception {
        source.held.countDown();
        fetching.close();
        peers.close();
        server.stop();
        senders.shutdownNow();
        from.close();
        to.close();
        assertThat(failures).isEmpty();
    }

    @Test
    void theStateArrivesAndIsInstalled() {
        fetchAndInstall();
        assertIsThere();
    }

    @Test
    void whatIsCutOffGoesOnWhereItStands() {
        source.cutAtPiece = 30;
        fetchAndInstall();
        assertIsThere();
        assertThat(source.pieces.get()).isLessThan(ROWS * ROW_BYTES / PIECE_BYTES + 25);
    }

    @Test
    void aFileThatWasDamagedOnTheWayIsFetchedAgain() {
        source.damagesFirst = true;
        fetchAndInstall();
        assertIsThere();
    }

    @Test
    void withoutRoomForAllOfItNothingIsFetched() {
        source.announcesTooMuch = true;
        fetching.fetch(N1);
        await().until(fetching::isPaused);
        assertThat(source.opened.get()).isZero();
        assertThat(arrived).isEmpty();
        source.announcesTooMuch = false;
        fetchAndInstallWhenAskedAgain();
    }

    @Test
    void aCopyThatWasGivenUpMeanwhileIsAskedForAnew() {
        source.goneAfterFiles = 1;
        fetching.fetch(N1);
        await().until(fetching::isPaused);
        assertThat(source.refusedAsGone.get()).isEqualTo(1);
        assertThat(arrived).isEmpty();
        source.goneAfterFiles = Integer.MAX_VALUE;
        fetchAndInstallWhenAskedAgain();
    }

    @Test
    void aSourceThatMakesNoCopyIsLeftForAnotherOne() {
        source.makesNone = true;
        fetching.fetch(N1);
        fetching.fetch(N1);
        assertThat(fetching.isPaused()).isFalse();
        fetching.fetch(N2);
        await().until(fetching::isPaused);
        source.makesNone = false;
        fetchAndInstallWhenAskedAgain();
    }

    @Test
    void whatWasBegunAndIsNotAskedForIsRemoved() {
        Path incoming = scratch.resolve("data-" + N2).resolve("incoming");
        source.goneAfterFiles = 1;
        fetching.fetch(N1);
        await().until(fetching::isPaused);
        fetching.forgetWhatIsIdle(SnapshotFetching.IDLE);
        assertThat(incoming).exists();
        await().untilAsserted(
                        () -> { // the thread that fetched may be about to end
                            fetching.forgetWhatIsIdle(Duration.ZERO);
                            assertThat(incoming).doesNotExist();
                        });
        source.goneAfterFiles = Integer.MAX_VALUE;
        fetchAndInstallWhenAskedAgain();
    }

    @Test
    void aSecondQuestionFetchesNothingAgain() {
        fetching.fetch(N1);
        await().until(() -> arrived.size() == 1);
        lookedAt.run();
        int opened = source.opened.get();
        fetching.fetch(N1);
        await().until(() -> arrived.size() == 2);
        assertThat(source.opened.get()).isEqualTo(opened);
        assertThat(arrived.get(1)).isEqualTo(arrived.get(0));
    }

    @Test
    void anotherClusterGivesNothing() throws Exception {
        HttpResponse<String> refused = get("", "Bellwether-Cluster-Id", "another");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("foreign-cluster", CLUSTER_ID);
        assertThat(get("", "X", "y").statusCode()).isEqualTo(403);
        SnapshotFetching stranger = fetching("another");
        stranger.fetch(N1);
        stranger.fetch(N1);
        stranger.close();
        assertThat(source.opened.get()).isZero();
        assertThat(arrived).isEmpty();
    }

    @Test
    void onlyWhatTheManifestNamesIsGiven() throws Exception {
        String id = awaitContent().id();
        for (String path : List.of(
                "/" + id + "/LOCK", "/" + id + "/identity", "/nobody/CURRENT", "/" + id, "/" + id + "/a/b", "/")) {
            assertThat(get(path, "Bellwether-Cluster-Id", CLUSTER_ID).statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        for (String path : List.of("/" + id + "/..%2f..%2fidentity", "/" + id + "/../../identity")) {
            assertThat(get(path, "Bellwether-Cluster-Id", CLUSTER_ID).statusCode())
                    .as(path)
                    .isBetween(400, 404);
        }
    }

    @Test
    void aFileIsGivenFromAnyByteOn() throws Exception {
        SnapshotContent content = awaitContent();
        String path = "/" + content.id() + "/CURRENT";
        String whole = get(path, "Bellwether-Cluster-Id", CLUSTER_ID).body();
        assertThat(whole).startsWith("MANIFEST-");
        HttpResponse<String> rest = get(path, "Bellwether-Cluster-Id", CLUSTER_ID, "Range", "bytes=9-");
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.body()).isEqualTo(whole.substring(9));
        for (String wrong : List.of("bytes=99999-", "bytes=-5", "bytes=0-1", "lines=1-")) {
            assertThat(get(path, "Bellwether-Cluster-Id", CLUSTER_ID, "Range", wrong)
                            .statusCode())
                    .as(wrong)
                    .isEqualTo(416);
        }
    }

    @Test
    void noMoreThanTwoAreServedAtOnce() throws Exception {
        String path = "/" + awaitContent().id() + "/CURRENT";
        source.held = new CountDownLatch(1);
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = request(path, "Bellwether-Cluster-Id", CLUSTER_ID);
        var first = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        var second = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        await().until(() -> senders.getActiveCount() == 2);
        HttpResponse<String> third = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(third.statusCode()).isEqualTo(503);
        assertThat(third.headers().firstValue("Retry-After")).contains("1");
        source.held.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(second.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    // ---- the parts

    private void fetchAndInstall() {
        fetching.fetch(N1);
        await().atMost(Duration.ofSeconds(30)).until(() -> !arrived.isEmpty());
        assertThat(arrived).containsExactly(new Snapshot(CLUSTER_ID, THERE, 77, 7));
        install();
    }

    private void install() {
        fetching.install(arrived.get(0));
        lookedAt.run();
    }

    /** The node asks with each heartbeat. */
    private void fetchAndInstallWhenAskedAgain() {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            fetching.fetch(N1);
            return !arrived.isEmpty();
        });
        install();
        assertIsThere();
    }

    private void assertIsThere() {
        try (Tables.View here = to.tables().view();
                Tables.View there = from.tables().view()) {
            assertThat(here.applied()).isEqualTo(THERE);
            for (int row = 0; row < ROWS; row++) {
                assertThat(here.get(key(row))).isEqualTo(there.get(key(row)));
            }
        }
        assertThat(to.log().start()).isEqualTo(THERE);
        assertThat(to.log().startLogTime()).isEqualTo(77);
    }

    private SnapshotContent awaitContent() {
        return await().until(() -> from.outgoing().offer(), Optional::isPresent).orElseThrow();
    }

    private static SnapshotManifest manifest(SnapshotContent content) {
        return new SnapshotManifest(
                CLUSTER_ID,
                content.id(),
                content.position().epoch(),
                content.position().index(),
                77,
                7,
                content.bytes(),
                content.files().stream()
                        .map(file -> new SnapshotManifest.File(
                                file.name(), file.bytes(), Integer.toUnsignedLong(file.crc32c())))
                        .toList());
    }

    private static SnapshotManifest withMoreThanAnyDiskHolds(SnapshotManifest manifest) {
        List<SnapshotManifest.File> files = new ArrayList<>(manifest.files());
        files.add(new SnapshotManifest.File("999999.sst", 1L << 60, 0));
        return new SnapshotManifest(
                manifest.clusterId(),
                manifest.id(),
                manifest.epoch(),
                manifest.index(),
                manifest.logTime(),
                manifest.promisedEpoch(),
                manifest.totalBytes() + (1L << 60),
                files);
    }

    /** Whoever sends is done a moment after what was sent has come: until then it counts as one of two. */
    private HttpResponse<String> get(String path, String... headers) throws Exception {
        await().until(() -> senders.getActiveCount() == 0);
        return HttpClient.newHttpClient().send(request(path, headers), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String... headers) {
        return HttpRequest.newBuilder(url("/peer/v1/snapshot" + path))
                .headers(headers)
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort() + path);
    }

    private static Bytes key(int row) {
        return Bytes.utf8("r" + row);
    }
}
