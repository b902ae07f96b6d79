package io.bellwether.simulation;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.CoordinationEvents;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.simulation.SimulatedZooKeeper.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process's client of the {@link SimulatedZooKeeper}: the door as the real one behaves, with its own session,
 * connection and view. One thread; events are never called from within a call through the door.
 *
 * <p>A connection carries requests to the ensemble and answers back, each in order. When it breaks, each request under
 * way is lost, or arrives late, or is sent again; then its sender hears that nobody knows. A session that is not
 * connected for its timeout is given up here ({@code LOST}), while the ensemble may keep it for longer.
 */
public final class SimulatedCoordination implements Coordination {
    private static final int MAX_SENDINGS = 3;

    /** A request under way. */
    private static final class Operation<R> {
        final Supplier<R> atServer;
        final Consumer<R> answered;
        final Runnable lost;
        final long session;
        int sendings;
        boolean served;

        Operation(Supplier<R> atServer, Consumer<R> answered, Runnable lost, long session) {
            this.atServer = atServer;
            this.answered = answered;
            this.lost = lost;
            this.session = session;
        }

        /** It happens, and its result reaches nobody. */
        void serveUnheard() {
            Objects.requireNonNull(atServer.get());
        }
    }

    private static final long NO_SESSION = 0;

    private final SimulatedZooKeeper zooKeeper;
    private final Member self;
    private final String process;
    private final CoordinationEvents events;

    private final List<Operation<?>> inFlight = new ArrayList<>();
    private final List<Operation<?>> waiting = new ArrayList<>();
    private Session state = Session.LOST;
    private long session = NO_SESSION;
    private long connection;
    private long lastArrivalMillis;
    private long lastAnswerMillis;
    private boolean stopped;
    private boolean losesNextChange;
    private boolean losesNextAnswer;
    /** What a process saw when it was stopped, as long as it has not looked again; null while it runs. */
    private @Nullable View frozenView;

    private boolean announcing;
    private boolean wantsPlace;
    private boolean creatingPlace;
    private @Nullable String place;
    private @Nullable String heldPlace;
    private boolean holdsLatch;
    private long seenZxid;
    private @Nullable Versioned record;
    private List<Member> members = List.of();
    private boolean paused;
    private View toldView = View.NOTHING;

    SimulatedCoordination(SimulatedZooKeeper zooKeeper, Member self, String process, CoordinationEvents events) {
        this.zooKeeper = zooKeeper;
        this.self = self;
        this.process = process;
        this.events = events;
    }

    NodeId node() {
        return self.replica().node();
    }

    // The door.

    @Override
    public View view() {
        View frozen = frozenView;
        return frozen != null ? frozen : new View(state, holdsLatch, place != null, record, members, paused);
    }

    @Override
    public void queue() {
        wantsPlace = true;
        ensurePlace();
    }

    @Override
    public void leave() {
        wantsPlace = false;
        String left = place;
        forgetPlace();
        if (left != null) {
            delete(List.of(left));
        }
        tell();
    }

    @Override
    public void claim(long request, int expectedVersion, ControlRecord wanted) {
        String checked = heldPlace;
        if (checked == null) {
            later(() -> events.answered(request, Answer.LATCH_LOST));
            return;
        }
        springAmbush();
        compareAndSet(request, expectedVersion, wanted, () -> zooKeeper.claim(checked, expectedVersion, wanted));
    }

    @Override
    public void change(long request, int expectedVersion, ControlRecord wanted) {
        springAmbush();
        compareAndSet(request, expectedVersion, wanted, () -> zooKeeper.change(expectedVersion, wanted));
    }

    @Override
    public void readRecord() {
        send(zooKeeper::readSynced, this::observe, () -> {});
    }

    @Override
    public void readLatch(long request) {
        send(
                zooKeeper::readSynced,
                tree -> {
                    observe(tree);
                    events.latchRead(request, tree.queue());
                },
                () -> {});
    }

    @Override
    public void deleteLatchPlaces(List<String> paths) {
        delete(List.copyOf(paths));
    }

    /** The next claim or change of this process gets lost, and its connection with it. */
    public void loseNextChange() {
        losesNextChange = true;
    }

    /** The next claim or change of this process happens, and its answer gets lost, and its connection with it. */
    public void loseNextAnswer() {
        losesNextAnswer = true;
    }

    private void springAmbush() {
        if (state == Session.CONNECTED && zooKeeper.isAlive(session)) {
            zooKeeper.springAmbush(node());
        }
    }

    private boolean isLostOnPurpose(Supplier<Answer> atServer) {
        boolean lost = losesNextChange || losesNextAnswer;
        if (losesNextAnswer) {
            Objects.requireNonNull(atServer.get());
        }
        losesNextChange = false;
        losesNextAnswer = false;
        return lost;
    }

    private void compareAndSet(long request, int expectedVersion, ControlRecord wanted, Supplier<Answer> atServer) {
        if (isLostOnPurpose(atServer)) {
            later(() -> {
                breakConnection();
                events.answered(request, Answer.UNKNOWN);
            });
            return;
        }
        send(
                atServer,
                answer -> {
                    if (answer == Answer.DONE) {
                        see(new Versioned(expectedVersion + 1, wanted));
                    } else {
                        readRecord();
                    }
                    tell();
                    events.answered(request, answer);
                },
                () -> events.answered(request, Answer.UNKNOWN));
    }

    // The process's life.

    void started() {
        later(this::connect);
        poll();
    }

    /** The process dies: its session lives on until the ensemble ends it. */
    public void crash() {
        stopped = true;
        disconnected();
        zooKeeper.forget(this);
    }

    /** The process ends in order: its session ends with it. */
    public void close() {
        long ended = session;
        crash();
        zooKeeper.at(zooKeeper.nowMillis() + zooKeeper.latencyMillis(), () -> zooKeeper.endSession(ended));
    }

    /** The process is stopped for so long that the ensemble hears nothing of it; what it last saw it sees when it wakes. */
    public void freeze() {
        frozenView = view();
        disconnected();
    }

    /** The process runs again: it has just begun to notice. */
    public void thaw() {
        if (frozenView != null) {
            zooKeeper.at(zooKeeper.nowMillis() + zooKeeper.latencyMillis(), () -> {
                frozenView = null;
                if (!stopped) {
                    tell();
                    connect();
                }
            });
        }
    }

    private boolean reachable() {
        return frozenView == null && zooKeeper.reaches(node());
    }

    private void poll() {
        zooKeeper.at(zooKeeper.nowMillis() + zooKeeper.pollMillis(), () -> {
            if (!stopped) {
                refresh();
                poll();
            }
        });
    }

    // Connection and session.

    void reachabilityChanged() {
        if (reachable()) {
            later(this::connect);
        } else {
            disconnected();
        }
    }

    void breakConnection() {
        disconnected();
        later(this::connect);
    }

    void expire() {
        zooKeeper.expireSession(session);
        breakConnection();
    }

    private void connect() {
        if (stopped || state == Session.CONNECTED || !reachable()) {
            return;
        }
        if (session != NO_SESSION && !zooKeeper.isAlive(session)) {
            lost();
            return;
        }
        boolean newSession = session == NO_SESSION;
        if (newSession) {
            session = zooKeeper.openSession();
            seenZxid = 0;
        }
        connection++;
        lastArrivalMillis = 0;
        lastAnswerMillis = 0;
        state = Session.CONNECTED;
        if (newSession) {
            long opened = session;
            announce(opened);
        }
        List<Operation<?>> again = List.copyOf(waiting);
        waiting.clear();
        for (Operation<?> operation : again) {
            zooKeeper.countRetry();
            transmit(operation);
        }
        readRecord();
        ensurePlace();
        tell();
    }

    private void announce(long opened) {
        announcing = true;
        send(
                () -> {
                    zooKeeper.putMember(self, opened);
                    return true;
                },
                done -> announcing = false,
                () -> {
                    announcing = false;
                    if (session == opened) {
                        announce(opened);
                    }
                });
    }

    private void disconnected() {
        if (state != Session.CONNECTED) {
            return;
        }
        zooKeeper.countLostConnection();
        state = Session.SUSPENDED;
        connection++;
        long broken = connection;
        List<Operation<?>> underWay = List.copyOf(inFlight);
        inFlight.clear();
        underWay.forEach(this::lose);
        endSessionUnlessBack(session, broken, zooKeeper.nowMillis() + zooKeeper.expiryAfterMillis());
        zooKeeper.at(zooKeeper.nowMillis() + zooKeeper.sessionTimeoutMillis(), () -> {
            if (connection == broken && state == Session.SUSPENDED) {
                lost();
            }
        });
        tell();
    }

    /** The ensemble's side: a session whose client does not come back ends, but not by an outage of the ensemble. */
    private void endSessionUnlessBack(long left, long broken, long atMillis) {
        zooKeeper.at(atMillis, () -> {
            boolean back = session == left && connection != broken;
            long earliest = zooKeeper.earliestExpiryMillis();
            if (!back && earliest > zooKeeper.nowMillis()) {
                endSessionUnlessBack(left, broken, earliest);
            } else if (!back) {
                zooKeeper.expireSession(left);
            }
        });
    }

    /** The session is given up; the next one starts with nothing. */
    private void lost() {
        state = Session.LOST;
        session = NO_SESSION;
        forgetPlace();
        List<Operation<?>> givenUp = List.copyOf(waiting);
        waiting.clear();
        givenUp.forEach(operation -> later(operation.lost));
        later(this::connect);
        tell();
    }

    // Requests.

    private <R> void send(Supplier<R> atServer, Consumer<R> answered, Runnable lost) {
        Operation<R> operation = new Operation<>(atServer, answered, lost, session);
        if (state == Session.CONNECTED) {
            transmit(operation);
        } else {
            lose(operation);
        }
    }

    private <R> void transmit(Operation<R> operation) {
        operation.sendings++;
        operation.served = false;
        inFlight.add(operation);
        long over = connection;
        lastArrivalMillis = Math.max(lastArrivalMillis, zooKeeper.nowMillis() + zooKeeper.latencyMillis());
        zooKeeper.at(lastArrivalMillis, () -> {
            if (connection == over) {
                serve(operation, over);
            }
        });
        if (zooKeeper.breaksConnection()) {
            zooKeeper.at(zooKeeper.nowMillis() + 2 * zooKeeper.latencyMillis(), () -> {
                if (connection == over) {
                    breakConnection();
                }
            });
        }
    }

    private <R> void serve(Operation<R> operation, long over) {
        if (!zooKeeper.isAlive(session)) {
            breakConnection();
            return;
        }
        R result = operation.atServer.get();
        operation.served = true;
        long zxid = zooKeeper.readSynced().zxid();
        lastAnswerMillis = Math.max(lastAnswerMillis, zooKeeper.nowMillis() + zooKeeper.latencyMillis());
        zooKeeper.at(lastAnswerMillis, () -> {
            if (connection == over) {
                inFlight.remove(operation);
                answer(operation, result, zxid);
            }
        });
    }

    private <R> void answer(Operation<R> operation, R result, long zxid) {
        boolean isRead = result instanceof Tree;
        if (!isRead) {
            seenZxid = Math.max(seenZxid, zxid);
        }
        operation.answered.accept(result);
    }

    /** Its connection broke, or there is none. */
    private void lose(Operation<?> operation) {
        if (!operation.served && zooKeeper.arrivesLate()) {
            arriveLate(operation);
        }
        if (stopped) {
            return;
        }
        if (operation.sendings < MAX_SENDINGS && zooKeeper.isSentAgain()) {
            waiting.add(operation);
        } else {
            zooKeeper.at(zooKeeper.nowMillis() + zooKeeper.latencyMillis(), () -> {
                if (!stopped) {
                    operation.lost.run();
                }
            });
        }
    }

    private void arriveLate(Operation<?> operation) {
        zooKeeper.at(zooKeeper.nowMillis() + zooKeeper.latenessMillis(), () -> {
            if (zooKeeper.isAlive(operation.session) && !zooKeeper.isOut()) {
                zooKeeper.countLateArrival();
                operation.serveUnheard();
            }
        });
    }

    // The view.

    void changed(Tree before, Tree after) {
        boolean watched = state == Session.CONNECTED && zooKeeper.isAlive(session);
        if (watched && !before.equals(after) && !zooKeeper.missesWatch()) {
            later(this::refresh);
        }
    }

    private void refresh() {
        if (state == Session.CONNECTED) {
            send(() -> zooKeeper.readStale(seenZxid), this::observe, () -> {});
        }
    }

    private void observe(Tree tree) {
        see(tree.record());
        if (tree.zxid() >= seenZxid) {
            seenZxid = tree.zxid();
            members = tree.memberList();
            paused = tree.paused();
            if (!announcing && state == Session.CONNECTED && !members.contains(self)) {
                announce(session); // the node of an earlier life came late, and went with its session
            }
            observeLatch(tree);
        }
        tell();
    }

    private void see(Versioned read) {
        Versioned known = record;
        if (known == null || read.version() > known.version()) {
            record = read;
        }
    }

    private void observeLatch(Tree tree) {
        if (place != null && !tree.hasPlace(place)) {
            // Somebody deleted it: the replica decides whether to queue again, at the tail.
            wantsPlace = false;
            forgetPlace();
        }
        holdsLatch = place != null && tree.queue().get(0).path().equals(place);
        if (holdsLatch) {
            heldPlace = place;
        }
        if (!creatingPlace) {
            deleteStrays(tree);
            ensurePlace();
        }
    }

    /** Places of this replica that this process does not stand at: of an earlier life, or of a creation that came late. */
    private void deleteStrays(Tree tree) {
        List<String> strays = tree.queue().stream()
                .filter(stray ->
                        stray.replica().equals(self.replica()) && !stray.path().equals(place))
                .map(LatchPlace::path)
                .toList();
        if (!strays.isEmpty()) {
            delete(strays);
        }
    }

    private void ensurePlace() {
        if (!wantsPlace || place != null || creatingPlace || state != Session.CONNECTED) {
            return;
        }
        creatingPlace = true;
        long owner = session;
        send(() -> zooKeeper.createPlace(self, process, owner), created -> placeCreated(created, owner), () -> {
            if (session == owner) {
                creatingPlace = false;
            }
        });
    }

    private void placeCreated(String created, long owner) {
        if (session != owner) {
            return;
        }
        creatingPlace = false;
        if (wantsPlace) {
            place = created;
            readRecord();
        } else {
            delete(List.of(created));
        }
        tell();
    }

    private void forgetPlace() {
        place = null;
        heldPlace = null;
        holdsLatch = false;
        if (state != Session.CONNECTED) {
            creatingPlace = false;
        }
    }

    private void delete(List<String> paths) {
        send(
                () -> {
                    zooKeeper.deletePlaces(paths);
                    return true;
                },
                done -> {},
                () -> {});
    }

    private void tell() {
        zooKeeper.at(zooKeeper.nowMillis(), () -> {
            if (!stopped && !view().equals(toldView)) {
                toldView = view();
                events.viewChanged();
            }
        });
    }

    private void later(Runnable action) {
        zooKeeper.at(zooKeeper.nowMillis() + zooKeeper.latencyMillis(), () -> {
            if (!stopped) {
                action.run();
            }
        });
    }
}
