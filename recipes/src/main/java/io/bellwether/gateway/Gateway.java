package io.bellwether.gateway;

import io.bellwether.replication.Admission;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.MalformedBytes;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A node towards its clients: it gives each write a request id and a deadline, takes it to the leader, keeps it while
 * there is none, and takes it to the next one with the same id when leadership changes (Part 9). At the other end, on the
 * leader, it offers what arrives to the replica and carries the verdicts back. Events in, effects out; as pure as the
 * replica beside it.
 */
final class Gateway implements OutcomeListener {
    /** What a write weighs on its way beside its command: ids, a client's key, terms. */
    static final int BESIDE_A_COMMAND_BYTES = 256;

    /** How often deadlines and lost attempts are looked for among the held writes. */
    private static final long LOOK_AFTER_MILLIS = 5;

    private final String session;
    private final long life;
    private final GatewaySettings settings;
    private final Function<Bytes, Admission> replica;
    private final BiConsumer<NodeId, Message> mail;

    /** By ticket, in the order in which they came. */
    private final LinkedHashMap<Long, Held> held = new LinkedHashMap<>();
    /** Held writes that nobody is working on, by their turns: what was lost goes before what was refused (Rule 9.8). */
    private final TreeMap<Long, Held> waiting = new TreeMap<>();

    private long waitingBytes;

    /** What stands in the own log, while this node leads. */
    private final Attempts attempts = new Attempts();

    private final TreeMap<Attempts.Home, List<Bytes>> verdicts = new TreeMap<>();

    private long nextTicket = 1;
    private long nextTurn = 1;
    private long heldBytes;
    private long nowMillis;
    private long logTime = -1;
    private @Nullable NodeId leader;
    private long leaderEpoch;
    private boolean leading;
    private long offerAtMillis = Long.MIN_VALUE / 2;
    private long lookedAfterMillis = Long.MIN_VALUE / 2;

    /**
     * @param session names this life of this gateway, unique for good
     * @param life a number that tells this life from the node's others
     * @param replica offers a request to the own replica
     * @param mail sends a message to another node's gateway
     */
    Gateway(
            String session,
            long life,
            GatewaySettings settings,
            Function<Bytes, Admission> replica,
            BiConsumer<NodeId, Message> mail) {
        this.session = session;
        this.life = life;
        this.settings = settings;
        this.replica = replica;
        this.mail = mail;
    }

    // --- clients ---------------------------------------------------------------------------------------------------

    /** A client's write has arrived. {@code whenDone} is called once, at the deadline at the latest. */
    void submit(Bytes command, Optional<RequestId.Keyed> key, long timeoutMillis, Consumer<WriteOutcome> whenDone) {
        if (heldBytes + command.size() > settings.maxHeldBytes() || held.size() >= settings.maxHeldRequests()) {
            whenDone.accept(new WriteOutcome.Refused(WriteOutcome.Reason.OVERLOADED));
            return;
        }
        long timeout = Math.min(timeoutMillis, settings.maxTimeoutMillis());
        Held write = new Held(nextTicket++, nextTurn++, key, command, nowMillis + timeout, whenDone);
        held.put(write.ticket(), write);
        heldBytes += command.size();
        toWaiting(write);
    }

    private void toWaiting(Held write) {
        if (waiting.put(write.turn(), write) == null) {
            waitingBytes += write.command().size();
        }
    }

    private void fromWaiting(Held write) {
        if (waiting.remove(write.turn()) != null) {
            waitingBytes -= write.command().size();
        }
    }

    private void end(Held write, WriteOutcome outcome) {
        fromWaiting(write);
        held.remove(write.ticket());
        heldBytes -= write.command().size();
        write.done(outcome);
    }

    /** This node stops: what it still holds ends here, truthfully. */
    void stop() {
        for (Held write : List.copyOf(held.values())) {
            end(write, write.stopped());
        }
    }

    int heldRequests() {
        return held.size();
    }

    /** Those of the held that nobody is working on. */
    int parkedRequests() {
        return waiting.size();
    }

    // --- time and leadership ---------------------------------------------------------------------------------------

    /** What time it is when the next write arrives: its deadline is reckoned from that. */
    void time(long monotonicMillis) {
        nowMillis = monotonicMillis;
    }

    /**
     * Time has passed.
     *
     * @param logTimeNow log time as this node reckons it; -1 while it has heard none
     */
    void tick(long monotonicMillis, long logTimeNow) {
        nowMillis = monotonicMillis;
        logTime = logTimeNow;
        if (nowMillis - lookedAfterMillis >= LOOK_AFTER_MILLIS) {
            lookedAfterMillis = nowMillis;
            sendAgainWhatIsLost();
            expire();
        }
    }

    private void expire() {
        List<Held> expired = new ArrayList<>();
        for (Held write : held.values()) {
            if (write.deadlineMillis() <= nowMillis) {
                expired.add(write);
            }
        }
        expired.forEach(write -> end(write, write.undecided()));
    }

    /**
     * Whom the replica takes for the leader now. What is under way to an older leadership goes to the new one, with the
     * same ids.
     *
     * @param leaderNow null for nobody
     * @param epoch of that leader
     */
    void observe(@Nullable NodeId leaderNow, long epoch, boolean self) {
        if (leading && (!self || epoch != leaderEpoch)) {
            attempts.clear();
        }
        if (leaderNow != null && (!leaderNow.equals(leader) || epoch != leaderEpoch)) {
            held.values().forEach(this::toWaiting);
            offerAtMillis = nowMillis;
            leaderEpoch = epoch;
        }
        leader = leaderNow;
        leading = self;
    }

    /** The connection to this node broke: mail to it may be lost, and its answers too. */
    void unreachable(NodeId node) {
        if (node.equals(leader) && !leading) {
            long soon = nowMillis - settings.patienceMillis() + 2 * settings.retryMillis();
            held.values().forEach(write -> write.suspectLoss(soon));
        }
    }

    /** The leader knows a write that it has in its log; the state machine knows one that it has applied (Rule 9.2). */
    private void sendAgainWhatIsLost() {
        if (leader == null || leading) {
            return;
        }
        for (Held write : held.values()) {
            if (nowMillis - write.offeredMillis() >= settings.patienceMillis()) {
                toWaiting(write);
            }
        }
    }

    // --- towards the leader ----------------------------------------------------------------------------------------

    /** Whether {@link #flush} would do anything now. */
    boolean wantsFlush() {
        return !verdicts.isEmpty() || mayOffer();
    }

    private boolean mayOffer() {
        return leader != null
                && logTime >= 0
                && !waiting.isEmpty()
                && nowMillis >= offerAtMillis
                && (leading || hasWay(waiting.firstEntry().getValue()));
    }

    /** Else so much is under way to the leader that this one would be thrown away on its way, or another for it. */
    private boolean hasWay(Held write) {
        int writes = held.size() - waiting.size();
        long bytes = heldBytes - waitingBytes + write.command().size() + (writes + 1L) * BESIDE_A_COMMAND_BYTES;
        return writes == 0 || bytes <= settings.maxUnderWayBytes();
    }

    /** Takes what waits to the leader, and verdicts to the gateways that wait for them. */
    void flush() {
        NodeId to = leader;
        if (to != null && mayOffer()) {
            if (leading) {
                List<Held> all = new ArrayList<>(waiting.values());
                all.forEach(this::fromWaiting);
                all.forEach(this::offerHere);
            } else {
                forward(to, nextThatHaveWay());
            }
        }
        verdicts.forEach((home, answers) -> mail.accept(home.node(), new Message.Forwarded(home.life(), answers)));
        verdicts.clear();
    }

    private List<Held> nextThatHaveWay() {
        List<Held> all = new ArrayList<>();
        while (!waiting.isEmpty() && hasWay(waiting.firstEntry().getValue())) {
            Held next = waiting.firstEntry().getValue();
            fromWaiting(next);
            all.add(next);
        }
        return all;
    }

    private void offerHere(Held write) {
        Attempts.Origin origin = new Attempts.Origin(null, write.ticket(), 0);
        if (attempts.has(origin)) {
            return;
        }
        long attempt = write.attempt(nowMillis);
        Admission admission = replica.apply(encoded(write));
        if (admission instanceof Admission.Appended appended) {
            attempts.add(appended.position(), new Attempts.Origin(null, write.ticket(), attempt));
        } else if (admission instanceof Admission.Refused refused) {
            onVerdict(write.ticket(), attempt, new Verdict.Postponed(refused.reason()));
        }
    }

    private void forward(NodeId to, List<Held> batch) {
        List<Bytes> requests = new ArrayList<>();
        long bytes = 0;
        for (Held write : batch) {
            Bytes request = new Attempt(write.ticket(), write.attempt(nowMillis), encoded(write)).encode();
            if (bytes + request.size() > settings.maxForwardBytes() && !requests.isEmpty()) {
                mail.accept(to, new Message.Forward(life, requests));
                requests = new ArrayList<>();
                bytes = 0;
            }
            requests.add(request);
            bytes += request.size();
        }
        mail.accept(to, new Message.Forward(life, requests));
    }

    /** Encoded once: every attempt carries the same id, and the same time after which it does not count. */
    private Bytes encoded(Held write) {
        Bytes known = write.encoded();
        if (known != null) {
            return known;
        }
        Request.Terms terms = new Request.Terms(
                logTime + settings.maxTimeoutMillis(), settings.maxTimeoutMillis(), settings.keyRetentionMillis());
        Request request = write.key().isPresent()
                ? new Request(write.key().get(), 0, terms, write.command())
                : new Request(new RequestId.Sequenced(session, write.ticket()), floor(), terms, write.command());
        Bytes encoded = request.encode();
        write.encoded(encoded);
        return encoded;
    }

    /** The oldest write that is held: nothing of the session below it is outstanding any more (Rule 9.5). */
    private long floor() {
        return held.keySet().iterator().next();
    }

    /** The leader's verdicts on what this gateway forwarded, in this life or an earlier one. */
    void onForwarded(Message.Forwarded answer) {
        if (answer.life() != life) {
            return;
        }
        for (Bytes encoded : answer.answers()) {
            try {
                Verdict.Ticketed ticketed = Verdict.Ticketed.decode(encoded);
                onVerdict(ticketed.ticket(), ticketed.attempt(), ticketed.verdict());
            } catch (MalformedBytes e) {
                throw new InvariantViolation("a leader's verdict cannot be read: " + e.getMessage());
            }
        }
    }

    private void onVerdict(long ticket, long attempt, Verdict verdict) {
        Held write = held.get(ticket);
        if (write == null) {
            return;
        }
        if (verdict instanceof Verdict.Decided decided) {
            end(write, new WriteOutcome.Decided(decided.index(), decided.epoch(), decided.result()));
        } else if (verdict instanceof Verdict.KeyReused) {
            end(write, new WriteOutcome.KeyReused());
        } else if (verdict instanceof Verdict.Late late) {
            end(write, write.late(late.never()));
        } else if (verdict instanceof Verdict.Postponed postponed) {
            write.refused(attempt, postponed.reason());
            if (postponed.reason() == Admission.Refusal.NO_ROOM && !write.hasOpenAttempt()) {
                end(write, write.undecided()); // Rule 12.5: waiting would not help
            } else {
                fromWaiting(write);
                write.turn(nextTurn++);
                offerAgain(write, settings.retryMillis());
            }
        } else if (verdict instanceof Verdict.Lost) {
            write.superseded(attempt);
            offerAgain(write, 0);
        }
    }

    private void offerAgain(Held write, long restMillis) {
        toWaiting(write);
        offerAtMillis = Math.max(offerAtMillis, nowMillis + restMillis);
    }

    // --- at the leader ---------------------------------------------------------------------------------------------

    /** Writes of another node's clients. What arrives at a node that does not lead is refused, never forwarded again. */
    void onForward(NodeId from, Message.Forward forward) {
        Attempts.Home home = new Attempts.Home(from, forward.life());
        for (Bytes encoded : forward.requests()) {
            try {
                Attempt attempt = Attempt.decode(encoded);
                Attempts.Origin origin = new Attempts.Origin(home, attempt.ticket(), attempt.attempt());
                if (!attempts.has(origin)) {
                    offer(origin, attempt.request());
                }
            } catch (MalformedBytes e) {
                throw new InvariantViolation("a forwarded write of " + from + " cannot be read: " + e.getMessage());
            }
        }
    }

    private void offer(Attempts.Origin origin, Bytes request) {
        Admission admission = replica.apply(request);
        if (admission instanceof Admission.Appended appended) {
            attempts.add(appended.position(), origin);
        } else if (admission instanceof Admission.Refused refused) {
            tell(origin, new Verdict.Postponed(refused.reason()));
        }
    }

    @Override
    public void applied(Position position, Verdict verdict) {
        attempts.applied(position, verdict, this::tell);
    }

    private void tell(Attempts.Origin origin, Verdict verdict) {
        Attempts.Home home = origin.home();
        if (home == null) {
            onVerdict(origin.ticket(), origin.attempt(), verdict);
        } else {
            verdicts.computeIfAbsent(home, unseen -> new ArrayList<>())
                    .add(new Verdict.Ticketed(origin.ticket(), origin.attempt(), verdict).encode());
        }
    }
}
