package io.bellwether.replication;

import static io.bellwether.replication.InvariantViolation.check;
import static io.bellwether.replication.InvariantViolation.present;

import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A claim on its way (Rules 1.1 to 2.7).
 *
 * <p>Legal transitions: ASKING (ZooKeeper has not said whether the epoch is ours) to COLLECTING (promises of the in-sync
 * set) to PULLING (entries that we lack) to RECOVERED; from COLLECTING straight to RECOVERED if the own log is the best;
 * from PULLING back to COLLECTING if the source is lost; from anywhere to ABANDONED.
 */
final class Claiming {
    /** How far a claim has come. */
    enum Stage {
        ASKING,
        COLLECTING,
        PULLING,
        RECOVERED,
        ABANDONED
    }

    private final Standing standing;
    private final EpochStart.Cause cause;
    private final int expectedVersion;
    private final ControlRecord wanted;
    private final long request;
    private Stage stage = Stage.ASKING;
    private long askedAtMillis;
    private final long begunAtMillis;
    /** The record as claimed; from then on nobody but this claimant changes it in this epoch. */
    private Coordination.@Nullable Versioned claimed;

    private long promiseWrite = Long.MAX_VALUE;
    private boolean ownPromiseDurable;
    private final TreeMap<ReplicaId, Position> promises = new TreeMap<>();
    private final TreeMap<ReplicaId, Long> answeredAtMillis = new TreeMap<>();
    private final TreeSet<ReplicaId> lostSources = new TreeSet<>();
    /** Replicas whose log begins behind the end of this one's: no pull from them can go on here (Rule 2.6). */
    private final TreeSet<ReplicaId> beginTooLate = new TreeSet<>();

    private @Nullable ReplicaId source;
    private Position target = Position.ZERO;
    /** Where the first pull from this source began; later ones begin further in front until both logs agree. */
    private Position pullStart = Position.ZERO;

    private Position pullFrom = Position.ZERO;
    private long pulledAtMillis;
    private long sourceHeardAtMillis;
    private long heartbeatAtMillis = Long.MIN_VALUE / 2;
    private long progressAtMillis;

    /** Asks ZooKeeper for the next epoch: one transaction with the check of the own latch node (Rule 1.2). */
    Claiming(Standing standing, int expectedVersion, ControlRecord wanted, EpochStart.Cause cause) {
        this.standing = standing;
        this.expectedVersion = expectedVersion;
        this.wanted = wanted;
        this.cause = cause;
        this.request = standing.nextRequest();
        this.begunAtMillis = standing.now();
        standing.work().info("claiming epoch=" + wanted.epoch() + " cause=" + cause.word());
        ask();
    }

    private void ask() {
        askedAtMillis = standing.now();
        standing.work().ask(new Work.Request.Claim(request, expectedVersion, wanted));
    }

    Stage stage() {
        return stage;
    }

    long epoch() {
        return wanted.epoch();
    }

    String claim() {
        return wanted.claim();
    }

    EpochStart.Cause cause() {
        return cause;
    }

    /** Whether ZooKeeper has not said yet what became of it: until then there is no claim (Rule 1.7). */
    boolean asks() {
        return stage == Stage.ASKING;
    }

    /** Whether ZooKeeper has not answered for so long that others had better claim (Rule 1.7). */
    boolean stuck() {
        return asks() && standing.now() - begunAtMillis > standing.settings.leaderTimeoutMillis();
    }

    /** Whether ZooKeeper's record names this claim, and it has not been given up. */
    boolean made() {
        return wasMade() && stage != Stage.ABANDONED;
    }

    /** Whether ZooKeeper's record names this claim, given up or not. */
    boolean wasMade() {
        return claimed != null;
    }

    Coordination.Versioned claimed() {
        return present(claimed, "a claim is made before it recovers");
    }

    private Quorums quorums() {
        return Quorums.of(present(claimed().record(), "a claim has a record"));
    }

    void abandon(String why) {
        if (stage != Stage.ABANDONED) {
            stage = Stage.ABANDONED;
            standing.work().info("claim abandoned epoch=" + epoch() + ": " + why);
        }
    }

    // --- ZooKeeper -------------------------------------------------------------------------------------------------

    void onAnswered(long answered, Coordination.Answer answer) {
        if (answered != request || stage != Stage.ASKING) {
            return;
        }
        switch (answer) {
            case DONE, CONFLICT -> standing.work().ask(new Work.Request.ReadRecord());
            case LATCH_LOST -> abandon("the place in the latch is gone");
            case UNKNOWN ->
                askedAtMillis = standing.now() - standing.settings.leaderTimeoutMillis() * 3 / 4; // ask again soon
        }
    }

    /** Rule 3.3: only a record of a later version tells what became of the claim. */
    void onRecord() {
        Coordination.Versioned seen = standing.view().record();
        if (stage != Stage.ASKING || seen == null || seen.version() <= expectedVersion) {
            return;
        }
        ControlRecord record = seen.record();
        if (record == null || !record.claim().equals(wanted.claim())) {
            abandon("somebody else claimed");
            return;
        }
        if (record.epoch() <= standing.promise().epoch()) {
            abandon("a higher epoch is promised already");
            return;
        }
        claimed = seen;
        stage = Stage.COLLECTING;
        progressAtMillis = standing.now();
        standing.remember(record);
        standing.promise(new Promise(record.epoch(), record.claim()));
        promiseWrite = standing.journal.numberOfAll();
        heartbeat();
    }

    // --- promises --------------------------------------------------------------------------------------------------

    void onWritten(long number) {
        if (number >= promiseWrite && !ownPromiseDurable) {
            ownPromiseDurable = true;
            promises.put(standing.self, standing.journal.end());
            progressAtMillis = standing.now();
        }
    }

    /** Only the in-sync set of the record counts (Rule 2.3). */
    void onPromised(ReplicaId from, Message.Promised promised) {
        if (!concerns(promised.epoch(), promised.claim()) || !quorums().inSync().contains(from)) {
            return;
        }
        answeredAtMillis.put(from, standing.now());
        lostSources.remove(from);
        if (promises.put(from, promised.last()) == null) {
            progressAtMillis = standing.now();
        }
    }

    private boolean concerns(long epoch, String claim) {
        return (stage == Stage.COLLECTING || stage == Stage.PULLING) && epoch == epoch() && claim.equals(claim());
    }

    void onUnreachable(NodeId node) {
        ReplicaId current = source;
        if (current != null && current.node().equals(node)) {
            loseSource(current);
        }
    }

    /** Rule 2.6: the source is gone; choose again among those that promised and can be reached. */
    private void loseSource(ReplicaId lost) {
        lostSources.add(lost);
        source = null;
        stage = Stage.COLLECTING;
    }

    // --- entries ---------------------------------------------------------------------------------------------------

    /** Rule 2.4: of R(S) promises, its own among them, the log with the greatest last position. */
    private void chooseLog() {
        if (!ownPromiseDurable || !quorums().recoveryQuorum(this::promisedAndReachable)) {
            return;
        }
        ReplicaId best = standing.self;
        Position greatest = standing.journal.end();
        for (ReplicaId replica : quorums().inSync()) {
            Position last = promises.get(replica);
            if (last != null && promisedAndReachable(replica) && last.compareTo(greatest) > 0) {
                best = replica;
                greatest = last;
            }
        }
        if (best.equals(standing.self)) {
            stage = Stage.RECOVERED;
            return;
        }
        source = best;
        target = greatest;
        pullStart = standing.journal.end();
        pullFrom = pullStart;
        stage = Stage.PULLING;
        sourceHeardAtMillis = standing.now();
        pull(best);
    }

    private boolean promisedAndReachable(ReplicaId replica) {
        return promises.containsKey(replica) && !lostSources.contains(replica) && !beginTooLate.contains(replica);
    }

    private void pull(ReplicaId from) {
        pulledAtMillis = standing.now();
        standing.send(from.node(), new Message.Pull(epoch(), claim(), pullFrom));
    }

    /** Rule 2.5: entries of the source follow a position that both logs have; what diverges behind it is cut. */
    void onPulled(ReplicaId from, Message.Pulled pulled) {
        if (!concerns(pulled.epoch(), pulled.claim())
                || !from.equals(source)
                || !pulled.previous().equals(pullFrom)) {
            return;
        }
        heardSource(from);
        Journal journal = standing.journal;
        check(journal.has(pullFrom), "a pull names a position of the own log");
        for (Entry entry : pulled.entries()) {
            if (!journal.has(entry.position())) {
                cutFrom(entry.index());
                journal.append(entry);
            }
            standing.hearLogTime(entry.logTime());
        }
        long reached = pulled.previous().index() + pulled.entries().size();
        if (reached >= target.index()) {
            cutFrom(reached + 1);
            check(journal.end().compareTo(target) >= 0, "the source has what it promised");
            stage = Stage.RECOVERED;
            return;
        }
        pullFrom = journal.positionAt(reached);
        pull(from);
    }

    private void heardSource(ReplicaId from) {
        answeredAtMillis.put(from, standing.now());
        sourceHeardAtMillis = standing.now();
        progressAtMillis = standing.now();
    }

    private void cutFrom(long index) {
        if (index <= standing.journal.end().index()) {
            check(index > standing.commitIndex(), "Rule 4.4: a committed entry is never cut");
            standing.journal.cut(index);
        }
    }

    void onPullMismatched(ReplicaId from, Message.PullMismatched answer) {
        if (!concerns(answer.epoch(), answer.claim()) || !from.equals(source)) {
            return;
        }
        answeredAtMillis.put(from, standing.now());
        if (isBeyond(answer.hint(), pullStart)) { // Rule 2.6
            beginTooLate.add(from);
            loseSource(from);
            return;
        }
        Position agreed = standing.journal.highestNotAfter(answer.hint());
        if (!isBeyond(answer.hint(), pullFrom) && agreed.index() < pullFrom.index()) {
            heardSource(from);
            pullFrom = agreed;
            pull(from);
        }
    }

    /**
     * Whether a log that does not have {@code asked} names this only because nothing of it is before: a place that both may
     * have is neither behind what was asked for, nor of a later epoch. The answer may be to an earlier question than the
     * latest, for a place further on.
     */
    private static boolean isBeyond(Position hint, Position asked) {
        return hint.index() > asked.index() || hint.epoch() > asked.epoch();
    }

    // --- time ------------------------------------------------------------------------------------------------------

    void tick() {
        switch (stage) {
            case ASKING -> askAgainOrGiveUp();
            case COLLECTING, PULLING -> recoverOrFallSilent();
            case RECOVERED, ABANDONED -> {}
        }
    }

    private void askAgainOrGiveUp() {
        onRecord();
        if (stage == Stage.ASKING && standing.now() - askedAtMillis >= standing.settings.leaderTimeoutMillis()) {
            if (!standing.view().holdsLatch()) {
                abandon("the latch went to somebody else");
            } else if (standing.view().connected()) {
                ask();
            }
        }
    }

    /** Rule 1.5: it heartbeats while R(S) answer and there is progress; without either it falls silent. */
    private void recoverOrFallSilent() {
        long timeout = standing.settings.leaderTimeoutMillis();
        boolean stuck = standing.now() - progressAtMillis > timeout;
        boolean alone =
                standing.now() - progressAtMillis > timeout / 2 && !quorums().recoveryQuorum(this::answers);
        boolean diskStalls = standing.journal.diskDelayMillis(standing.now()) > timeout;
        if (stuck || diskStalls) {
            abandon(alone ? "too few of the in-sync set answer" : "recovery makes no progress");
            return;
        }
        ReplicaId current = source;
        if (current != null && standing.now() - sourceHeardAtMillis > timeout / 2) {
            loseSource(current);
        } else if (current != null && standing.now() - pulledAtMillis > timeout / 5) {
            pull(current); // the question or the answer may be lost
        }
        if (standing.now() - heartbeatAtMillis >= standing.settings.heartbeatMillis()) {
            heartbeat();
        }
    }

    private boolean answers(ReplicaId replica) {
        if (replica.equals(standing.self)) {
            return true;
        }
        Long answered = answeredAtMillis.get(replica);
        return answered != null && standing.now() - answered <= standing.settings.leaderTimeoutMillis();
    }

    /** Rule 2.1: asks all of S, again and again: that is its heartbeat too. */
    private void heartbeat() {
        heartbeatAtMillis = standing.now();
        for (ReplicaId replica : quorums().inSync()) {
            if (!replica.equals(standing.self)) {
                standing.send(replica.node(), new Message.PromiseRequest(epoch(), claim()));
            }
        }
    }

    void conclude() {
        if (stage == Stage.COLLECTING) {
            chooseLog();
        }
    }
}
