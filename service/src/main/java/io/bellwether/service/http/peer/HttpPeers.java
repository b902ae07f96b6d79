package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Peers;
import io.bellwether.service.http.SendingRate;
import jakarta.servlet.http.HttpServlet;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other nodes, over HTTP/1.1. A node makes one, registers {@link #servlet} of each {@link Lane} at its {@link
 * Lane#path} (async supported), then {@linkplain #start starts} it with the loop that the mail is for.
 */
public final class HttpPeers implements Peers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPeers.class);

    /** Where {@link #snapshotServlet} stands. */
    public static final String SNAPSHOTS = SnapshotServlet.PATH + "/*";

    private static final int MAX_PORT = 0xffff;

    static final long WATCH_INTERVAL_MILLIS = 25;

    private final NodeId self;
    private final PeerSettings settings;
    private final Map<NodeId, URI> fixedUrls;
    private final Executor answers;
    private final Inbox inbox;
    private final ConcurrentMap<NodeId, PeerLink> links = new ConcurrentHashMap<>();
    private final ConcurrentMap<NodeId, String> advertised = new ConcurrentHashMap<>();
    private final List<LaneSender> senders = new CopyOnWriteArrayList<>();
    private final RateLimitedWarning warning = new RateLimitedWarning(LOG);
    private final ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "peer-watch"));

    private final LongAdder tooLargeMessages = new LongAdder();
    private @Nullable Future<?> watching;

    /**
     * @param fixedUrls where nodes are, whatever they say of themselves ({@code BELLWETHER_PEER_URLS})
     * @param answers runs, soon and one after another, what never blocks: short answers are written there
     * @throws IllegalArgumentException if one of them is not spoken to by plain HTTP
     */
    public HttpPeers(NodeId self, PeerSettings settings, Map<NodeId, URI> fixedUrls, Executor answers) {
        this.self = self;
        this.settings = settings;
        this.answers = answers;
        this.fixedUrls = Map.copyOf(fixedUrls);
        this.inbox = new Inbox(self);
        this.fixedUrls.forEach((node, url) -> {
            if (!isSpoken(url)) {
                throw new IllegalArgumentException("BELLWETHER_PEER_URLS says that " + node + " is at " + url
                        + ", but nodes speak plain HTTP to each other: write http://host:port");
            }
        });
    }

    /** From now on mail is taken in and sent; before, posts are answered 503 and what is sent is lost. */
    public void start(PeerEvents events) {
        inbox.start(events);
        fixedUrls.forEach(this::address);
        watching = watch.scheduleWithFixedDelay(
                this::watchOrEnd, WATCH_INTERVAL_MILLIS, WATCH_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The cluster that this node belongs to; mail of another one is refused. Empty until it is known. Any thread. */
    public void clusterId(String clusterId) {
        inbox.clusterId(clusterId);
    }

    /**
     * Where the live nodes say that they are. A node that is not named keeps its last address: its session with
     * ZooKeeper may be gone while it is well. One thread at a time.
     */
    public void members(List<Member> members) {
        for (Member member : members) {
            NodeId node = member.replica().node();
            boolean ours = !node.equals(self) && !fixedUrls.containsKey(node);
            if (ours && !member.url().equals(advertised.put(node, member.url()))) {
                moved(node, member.url());
            }
        }
    }

    private void moved(NodeId node, String text) {
        try {
            URI url = new URI(text);
            if (isSpoken(url)) {
                address(node, url);
                return;
            }
        } catch (URISyntaxException e) {
            LOG.debug("{} advertises what is no URL", node, e);
        }
        warning.warn(
                "{} advertises the URL '{}', which is not http://host:port: set its BELLWETHER_ADVERTISED_URL",
                node,
                text);
    }

    private static boolean isSpoken(URI url) {
        return "http".equals(url.getScheme()) && url.getHost() != null && url.getPort() <= MAX_PORT;
    }

    /** The receiving end of a lane. */
    public HttpServlet servlet(Lane lane) {
        return new PeerServlet(lane, settings, inbox, this, answers);
    }

    /**
     * Gives snapshots to nodes that are too far behind; registered at {@link #SNAPSHOTS}, async supported.
     *
     * @param senders runs a few tasks at once, which may block, and rejects what is beyond
     * @param rate of what they send, all together
     */
    public HttpServlet snapshotServlet(SnapshotSource source, Executor senders, SendingRate rate) {
        return new SnapshotServlet(inbox, source, senders, rate);
    }

    /** Where a peer is; empty if that is not known. */
    public Optional<URI> url(NodeId peer) {
        PeerLink link = links.get(peer);
        return link == null ? Optional.empty() : link.url();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a text in the message is longer than the format can carry
     */
    @Override
    public void send(Envelope envelope) {
        PeerLink link = links.get(envelope.to());
        if (link == null) {
            return;
        }
        int weightBytes = Weight.of(envelope);
        if (weightBytes <= settings.maxBatchBytes()) {
            link.send(envelope, weightBytes);
        } else {
            tooLargeMessages.increment();
            warning.warn(
                    "a message of {} bytes for {} is larger than maxPostBytes {} allows, and dropped: raise it on all nodes",
                    weightBytes,
                    envelope.to(),
                    settings.maxPostBytes());
        }
    }

    /** Messages that were dropped, because a queue was full, a message too large or the peer's address is not known. */
    public long droppedMessages() {
        return tooLargeMessages.sum()
                + links.values().stream().mapToLong(PeerLink::droppedMessages).sum();
    }

    /** What waits for a peer, on both lanes together, by weight. */
    public long queuedBytes(NodeId peer) {
        PeerLink link = links.get(peer);
        return link == null ? 0 : link.queuedBytes();
    }

    /** Ends the threads and the connections; what is queued is lost. */
    @Override
    public void close() {
        inbox.stop();
        if (watching != null) {
            watching.cancel(false);
        }
        watch.shutdown();
        links.values().forEach(PeerLink::close);
        senders.forEach(LaneSender::abandon);
    }

    /** The link to a peer, made when it is first heard of; null when there are as many as there may be. */
    @Nullable
    PeerLink link(NodeId peer) {
        PeerLink link = links.get(peer);
        if (link != null) {
            return link;
        }
        if (links.size() >= settings.maxPeers()) {
            warning.warn("{} is a stranger, and {} peers are the most: its mail is refused", peer, settings.maxPeers());
            return null;
        }
        return links.computeIfAbsent(peer, node -> new PeerLink(node, settings));
    }

    private void address(NodeId peer, URI url) {
        PeerLink link = link(peer);
        if (link != null && !peer.equals(self) && link.moveTo(url)) {
            for (Lane lane : Lane.values()) {
                LaneSender sender = new LaneSender(link, lane, settings, inbox);
                senders.add(sender);
                daemon(sender, "peer-" + peer + "-" + lane.word()).start();
            }
        }
    }

    /** A mistake of our own must not end in a future that nobody reads. */
    private void watchOrEnd() {
        try {
            watch();
        } catch (RuntimeException | Error e) {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, e);
        }
    }

    private void watch() {
        long nowNanos = System.nanoTime();
        links.values().forEach(link -> link.watch(nowNanos));
        senders.forEach(sender -> sender.endIfOverdue(nowNanos));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
