package io.bellwether.coordination;

import static io.bellwether.coordination.Requests.code;
import static io.bellwether.coordination.Requests.succeeded;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.Member;
import io.bellwether.replication.Pausing;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * The door to a real ZooKeeper. Every call only enqueues; all state lives on one thread of its own, on which the
 * callbacks of Curator and ZooKeeper arrive as well, so that nothing here locks and nobody outside waits.
 *
 * <p>The view is kept up to date by watches and by asking again at an interval, so a lost watch costs a poll. A lost
 * session ends nothing by itself: in the next one the member node, the place in the latch's queue and the watches are
 * made again. Requests are not repeated behind the replica's back; what a lost connection leaves open is {@link
 * io.bellwether.replication.Coordination.Answer#UNKNOWN}.
 */
public final class ZooKeeperCoordination implements Coordination, AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    private final CoordinationSettings settings;
    private final CoordinationEvents events;
    private final ScheduledThreadPoolExecutor scheduler;
    private final Executor thread = this::enqueue;
    private final CuratorFramework client;
    private final Requests requests;
    private final ControlRecordStore records;
    private final LeaderElection election;
    private final NodeDirectory directory;
    private final PauseMark pauseMark;
    private final Troubles troubles;

    private Session session = Session.LOST;
    private boolean prepared;
    private boolean closed;
    private @Nullable ScheduledFuture<?> polling;
    private volatile View view = View.NOTHING;

    /**
     * @param process which of this replica's lives this is
     * @param probe finds out whether an earlier owner of this node's id is still alive
     * @param events are called on the thread of this room
     */
    public ZooKeeperCoordination(
            CoordinationSettings settings, Member self, String process, StoreProbe probe, CoordinationEvents events) {
        this.settings = settings;
        this.events = events;
        this.troubles = new Troubles(events);
        this.scheduler = new ScheduledThreadPoolExecutor(
                1, task -> CuratorClients.daemon(task, "coordination"), new ThreadPoolExecutor.DiscardPolicy());
        this.client = CuratorClients.client(settings, task -> CuratorClients.daemon(task, "curator"));
        this.requests = new Requests(client, thread);
        this.records = new ControlRecordStore(
                requests,
                settings.root() + "/quorum",
                event -> watched(event, this::readRecordAgain),
                this::tell,
                troubles);
        this.election = new LeaderElection(
                requests,
                thread,
                settings.root() + "/latch",
                self.replica(),
                process,
                event -> watched(event, this::readLatchAgain),
                this::tell,
                troubles);
        this.directory = new NodeDirectory(
                requests,
                thread,
                settings.root() + "/members",
                self,
                probe,
                event -> watched(event, this::readMembersAgain),
                this::tell,
                troubles);
        this.pauseMark = new PauseMark(
                requests,
                settings.root() + "/paused",
                self.replica().node().name(),
                event -> watched(event, this::readPauseAgain),
                this::tell,
                troubles);
    }

    /** Begins to connect, and goes on trying until {@link #close}. */
    public void start() {
        client.getConnectionStateListenable().addListener((ignored, state) -> thread.execute(() -> connection(state)));
        client.start();
        long pollMillis = settings.pollInterval().toMillis();
        polling = scheduler.scheduleWithFixedDelay(guarded(this::poll), pollMillis, pollMillis, TimeUnit.MILLISECONDS);
    }

    /**
     * Completes when this node stands in the directory of members for the first time, which needs a ZooKeeper; with a
     * {@link NodeIdTakenException} when another live process has its id: then this one must not go on.
     */
    public CompletionStage<Void> announced() {
        return directory.announced();
    }

    /** How many requests this process has sent to ZooKeeper, but for those that Curator's latch sends by itself. */
    public long requestsSent() {
        return requests.sent();
    }

    /** Ends the session, and with it this process's place in the queue and in the directory. */
    @Override
    public void close() {
        if (polling != null) {
            polling.cancel(false);
        }
        enqueue(() -> {
            election.leave();
            closed = true;
            client.close();
            scheduler.shutdown();
        });
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!scheduler.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                scheduler.shutdownNow();
            }
        } catch (InterruptedException e) {
            scheduler.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Switches automation off for the whole cluster, or on again (Rules 15.1 to 15.3); what is so already stays so.
     *
     * @return what became of it; completed on the thread of this room, and never with a failure
     */
    public CompletionStage<Pausing> pause(boolean wanted) {
        CompletableFuture<Pausing> done = new CompletableFuture<>();
        enqueue(() -> {
            if (session != Session.CONNECTED || !prepared) {
                done.complete(Pausing.AWAY);
            } else if (wanted) {
                pauseMark.make(done::complete);
            } else {
                pauseMark.remove(done::complete);
            }
        });
        return done.minimalCompletionStage();
    }

    // The door.

    @Override
    public View view() {
        return view;
    }

    @Override
    public void queue() {
        enqueue(election::queue);
    }

    @Override
    public void leave() {
        enqueue(election::leave);
    }

    @Override
    public void claim(long request, int expectedVersion, ControlRecord wanted) {
        enqueue(() -> {
            String latchNode = election.heldPath();
            if (latchNode == null) {
                events.answered(request, Answer.LATCH_LOST);
            } else {
                records.claim(latchNode, expectedVersion, wanted, answer -> answered(request, answer));
            }
        });
    }

    @Override
    public void change(long request, int expectedVersion, ControlRecord wanted) {
        enqueue(() -> records.change(expectedVersion, wanted, answer -> answered(request, answer)));
    }

    @Override
    public void readRecord() {
        enqueue(records::readSynced);
    }

    @Override
    public void readLatch(long request) {
        enqueue(() -> election.readSynced(queue -> events.latchRead(request, queue)));
    }

    @Override
    public void deleteLatchPlaces(List<String> paths) {
        List<String> deleted = List.copyOf(paths);
        enqueue(() -> election.delete(deleted));
    }

    private void answered(long request, Answer answer) {
        tell();
        events.answered(request, answer);
        if (answer == Answer.LATCH_LOST) {
            readLatchAgain();
        }
    }

    // Connection and session.

    private void connection(ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> connected();
            case SUSPENDED, READ_ONLY -> session = Session.SUSPENDED;
            case LOST -> lost();
        }
        tell();
    }

    private void connected() {
        session = Session.CONNECTED;
        if (prepared) {
            readAll();
        } else {
            prepare();
        }
    }

    private void lost() {
        session = Session.LOST;
        prepared = false;
        election.sessionLost();
        directory.sessionLost();
    }

    /** Both parents are persistent and made in advance: a container would be reaped, and its numbers start again. */
    private void prepare() {
        create(settings.root() + "/members", () -> create(settings.root() + "/latch", this::ready));
    }

    private void create(String path, Runnable next) {
        requests.send(
                (client, callback) -> client.create()
                        .creatingParentsIfNeeded()
                        .inBackground(callback)
                        .forPath(path, new byte[0]),
                event -> {
                    if (succeeded(event) || code(event) == Code.NODEEXISTS) {
                        troubles.gone(path);
                        next.run();
                    } else if (code(event) == Code.NOAUTH) {
                        goOnIfThere(path, next);
                    }
                });
    }

    /** ZooKeeper looks at the right to create before it looks whether there is anything to create. */
    private void goOnIfThere(String path, Runnable next) {
        requests.send(
                (client, callback) ->
                        client.checkExists().inBackground(callback).forPath(path),
                event -> {
                    if (succeeded(event)) {
                        troubles.gone(path);
                        next.run();
                    } else if (code(event) == Code.NONODE || code(event) == Code.NOAUTH) {
                        troubles.tell(
                                path,
                                "ZooKeeper does not let this node create " + path
                                        + ". Create it, or give the node the credentials that it needs.");
                    }
                });
    }

    private void ready() {
        if (session == Session.CONNECTED && !prepared) {
            prepared = true;
            directory.sessionReady();
            election.sessionReady();
            readAll();
        }
    }

    private void poll() {
        if (session != Session.CONNECTED) {
            return;
        }
        if (prepared) {
            election.poll();
            records.read();
            directory.read();
            pauseMark.read();
        } else {
            prepare();
        }
    }

    private void readAll() {
        records.readSynced();
        election.read();
        directory.read();
        pauseMark.read();
    }

    // Watches.

    /** On ZooKeeper's thread. A watch is also told of every change of the connection; that comes another way. */
    private void watched(WatchedEvent event, Runnable readAgain) {
        if (event.getType() != Watcher.Event.EventType.None) {
            enqueue(readAgain);
        }
    }

    private void readRecordAgain() {
        if (session == Session.CONNECTED) {
            records.read();
        }
    }

    private void readLatchAgain() {
        if (session == Session.CONNECTED && prepared) {
            election.read();
        }
    }

    private void readMembersAgain() {
        if (session == Session.CONNECTED && prepared) {
            directory.read();
        }
    }

    private void readPauseAgain() {
        if (session == Session.CONNECTED && prepared) {
            pauseMark.read();
        }
    }

    // The view.

    private void tell() {
        View now = new View(
                session,
                election.holdsLatch(),
                election.isQueued(),
                records.known(),
                directory.members(),
                pauseMark.isThere());
        if (!now.equals(view)) {
            view = now;
            events.viewChanged();
        }
    }

    // The thread.

    private void enqueue(Runnable task) {
        scheduler.execute(guarded(task));
    }

    /** A mistake of our own must not end in a future that nobody reads. After the close nothing runs any more. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                if (!closed) {
                    task.run();
                }
            } catch (RuntimeException | Error e) {
                events.trouble("The coordination with ZooKeeper failed by a mistake of its own (" + e
                        + "). Restart this node, and report it.");
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, e);
            }
        };
    }
}
