package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the posts of one lane to one peer, one after another, on a thread of its own. A post that fails is lost; what
 * follows is a pause, so that a peer that is away costs little, and a short one, so that one that returns is met soon.
 */
final class LaneSender implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LaneSender.class);

    private static final long FIRST_PAUSE_NANOS = 5_000_000;
    /** A server closes a connection that was idle for long; within this time it is the process that went away. */
    private static final long SURELY_KEPT_ALIVE_NANOS = 1_000_000_000;

    /** A post with as many messages as this shows that more are on their way. */
    private static final int BUSY_MESSAGES = 3;

    private static final int GATHERING_PERCENT = 150;
    private static final long MAX_GATHERING_NANOS = 3_000_000;

    private static final int MAX_QUOTED_BYTES = 300;

    private final PeerLink link;
    private final Lane lane;
    private final PeerSettings settings;
    private final Inbox inbox;
    private final RateLimitedWarning warning = new RateLimitedWarning(LOG);
    private final WireWriter writer = new WireWriter();

    private volatile @Nullable PeerConnection connection;
    private volatile long exchangeStartedNanos;
    private volatile boolean exchanging;
    private volatile boolean overdue;
    private long lastUseNanos;
    private long notBeforeNanos = System.nanoTime();
    private int failures;

    LaneSender(PeerLink link, Lane lane, PeerSettings settings, Inbox inbox) {
        this.link = link;
        this.lane = lane;
        this.settings = settings;
        this.inbox = inbox;
    }

    /** Until the link is closed. */
    @Override
    public void run() {
        try {
            Optional<PeerLink.Outgoing> work = link.awaitWork(lane, notBeforeNanos);
            while (work.isPresent()) {
                carry(work.get());
                work = link.awaitWork(lane, notBeforeNanos);
            }
        } catch (InterruptedException e) {
            LOG.debug("the {} lane to {} was interrupted and ends", lane, link.peer());
        } finally {
            disconnect();
        }
    }

    /**
     * Ends an exchange that has taken too long. A read has its own timeout, but a blocked write has none, and a peer that
     * answers a byte at a time would pass it. Called on another thread, again and again.
     */
    void endIfOverdue(long nowNanos) {
        if (exchanging
                && nowNanos - exchangeStartedNanos > settings.exchangeTimeout().toNanos()) {
            overdue = true;
            disconnectSocket();
        }
    }

    /** Ends whatever is under way: nobody waits for it any more. Called on another thread. */
    void abandon() {
        overdue = true;
        disconnectSocket();
    }

    private void carry(PeerLink.Outgoing work) {
        long idleNanos = prepareConnection(work);
        try {
            if (work.isKnock()) {
                knock(work);
                return;
            }
            PeerConnection open = connect(work);
            BatchFormat.encode(work.batch(), writer);
            accept(exchange(open));
            gatherForTheNext(work);
        } catch (HttpException e) {
            LOG.debug("{} answers what is not HTTP", link.peer(), e);
            failed();
        } catch (IOException e) {
            lost(work, idleNanos, e);
        }
    }

    /**
     * Under load the next replicating post waits for somewhat longer than this one took: what is written meanwhile travels
     * with it, and both nodes spend less on posts and more on requests. A lone write never waits.
     */
    private void gatherForTheNext(PeerLink.Outgoing work) {
        boolean busy = failures == 0 && lane == Lane.REPLICATION && work.batch().size() >= BUSY_MESSAGES;
        if (busy) {
            long tookNanos = lastUseNanos - exchangeStartedNanos;
            notBeforeNanos = lastUseNanos + Math.min(tookNanos * GATHERING_PERCENT / 100, MAX_GATHERING_NANOS);
        }
    }

    /** Gives up a connection that must not be used again. @return how long the one that remains has been unused */
    private long prepareConnection(PeerLink.Outgoing work) {
        PeerConnection current = connection;
        if (current == null) {
            return 0;
        }
        long idleNanos = System.nanoTime() - lastUseNanos;
        boolean usable = current.isReusable()
                && current.url().equals(work.url())
                && idleNanos < settings.maxIdle().toNanos();
        if (!usable) {
            disconnect();
            return 0;
        }
        return idleNanos;
    }

    /**
     * Whether anybody takes a connection. One that is in use stays: to close it would make the peer knock in its turn,
     * and so on for ever.
     */
    private void knock(PeerLink.Outgoing work) throws IOException {
        if (connection == null) {
            connect(work);
        } else {
            open(work).close();
        }
    }

    private PeerConnection connect(PeerLink.Outgoing work) throws IOException {
        PeerConnection current = connection;
        if (current == null) {
            current = open(work);
            connection = current;
            lastUseNanos = System.nanoTime();
        }
        return current;
    }

    private PeerConnection open(PeerLink.Outgoing work) throws IOException {
        return PeerConnection.open(
                work.url(), settings.connectTimeout(), settings.exchangeTimeout(), settings.maxPostBytes());
    }

    private PeerConnection.Answer exchange(PeerConnection open) throws IOException, HttpException {
        overdue = false;
        exchangeStartedNanos = System.nanoTime();
        exchanging = true;
        try {
            return open.post(lane.path(), writer.buffer(), writer.size());
        } finally {
            exchanging = false;
            lastUseNanos = System.nanoTime();
        }
    }

    private void accept(PeerConnection.Answer answer) {
        switch (answer.status()) {
            case 200 -> {
                deliver(answer);
                failures = 0;
            }
            case 204 -> failures = 0;
            case 503 -> failed(); // It is starting, or its loop is busy with the post before: nothing to tell anybody.
            default -> {
                warning.warn(
                        "{} answers status {} to a post on the {} lane; the messages in it are lost. It says: {}",
                        link.peer(),
                        answer.status(),
                        lane,
                        quote(answer));
                failed();
            }
        }
    }

    private void deliver(PeerConnection.Answer answer) {
        try {
            List<Envelope> batch =
                    BatchFormat.decode(answer.body().bytes(), answer.body().length());
            inbox.answered(link.peer(), batch);
        } catch (MalformedBatchException e) {
            warning.warn("{} answers what is no batch, which is dropped: {}", link.peer(), e.toString());
        }
    }

    private void lost(PeerLink.Outgoing work, long idleNanos, IOException e) {
        LOG.debug("a post to {} on the {} lane is lost", link.peer(), lane, e);
        boolean byUs = overdue;
        disconnect();
        failed();
        if (byUs || !tellsOfAnEnd(e)) {
            return;
        }
        if (idleNanos < SURELY_KEPT_ALIVE_NANOS) {
            inbox.unreachable(link.peer());
        } else {
            seeWhetherItIsThere(work);
        }
    }

    /** The connection may just have been idle for too long: that tells nothing. A refused one does. */
    private void seeWhetherItIsThere(PeerLink.Outgoing work) {
        try {
            connect(work);
            recovered();
        } catch (IOException e) {
            LOG.debug("{} does not take a new connection", link.peer(), e);
            if (tellsOfAnEnd(e)) {
                inbox.unreachable(link.peer());
            }
        }
    }

    /** Refused, reset, or closed in the middle, as against not answered in time. */
    private static boolean tellsOfAnEnd(IOException e) {
        return (e instanceof SocketException && !(e instanceof java.net.NoRouteToHostException))
                || e instanceof ConnectionClosedException
                || e instanceof NoHttpResponseException
                || e instanceof EOFException;
    }

    private void failed() {
        long pauseNanos = Math.min(settings.maxBackoff().toNanos(), FIRST_PAUSE_NANOS << Math.min(failures, 20));
        failures++;
        notBeforeNanos = System.nanoTime() + pauseNanos;
    }

    private void recovered() {
        failures = 0;
        notBeforeNanos = System.nanoTime();
    }

    private void disconnect() {
        disconnectSocket();
        connection = null;
    }

    private void disconnectSocket() {
        PeerConnection current = connection;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                LOG.debug("a connection to {} did not close in order", link.peer(), e);
            }
        }
    }

    private static String quote(PeerConnection.Answer answer) {
        BodyBuffer body = answer.body();
        String text = new String(body.bytes(), 0, Math.min(body.length(), MAX_QUOTED_BYTES), StandardCharsets.UTF_8);
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
