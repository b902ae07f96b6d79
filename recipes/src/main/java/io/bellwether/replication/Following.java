package io.bellwether.replication;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What only a follower has: its leader and when it last heard it, acknowledgements that wait for the disk, reads that
 * wait for an index, and how fresh its state is. A replica that neither leads nor claims follows, if only in waiting.
 */
final class Following {
    private static final int MAX_FRESHNESS_MARKS = 64;
    /** Numbers that tell one life from another begin at random below this. */
    private static final long ANYWHERE = 1L << 46;

    private final Standing standing;
    private @Nullable ReplicaId leader;
    private long leaderEpoch;
    /** Whether it leads: a claimant that is only recovering is heard, but asked for nothing. */
    private boolean leads;

    private long heardAtMillis;
    /** When a leader was last heard, whichever; -1 if none was since the start. */
    private long leaderHeardAtMillis = -1;

    /** When it first heard that its leader is suspended; -1 while it is not (Rule 7.1). */
    private long suspendedSinceMillis = -1;

    private long silenceAfterMillis;
    /** The highest index that an append of {@link #leaderEpoch} proved equal to the leader's log (Rule 4.7). */
    private long provenIndex;
    /** The highest commit index that the leader of {@link #leaderEpoch} told. */
    private long toldCommit;
    /** The highest index that a leader said all of the in-sync set have (Rule 13.1). */
    private long heldByAll;

    private final ArrayDeque<Waiting> acknowledgements = new ArrayDeque<>();
    private final ArrayDeque<FreshnessMark> marks = new ArrayDeque<>();
    /** The state here contains all that was committed at this moment of the own clock; -1 for none (Rule 8.4). */
    private long freshAsOfMillis = -1;

    private long stateToldMillis;
    private List<Long> readsToAsk = new ArrayList<>();
    /** Reads that were asked for, under the first question that left after they had arrived (Rule 8.2). */
    private final TreeMap<Long, List<Long>> readsAsked = new TreeMap<>();
    /** Begins anywhere: a late answer to an earlier life of this node must not pass for one to this (Rule 8.2). */
    private long nextQuestion;
    /** The first question to the present leader. */
    private long firstQuestion;

    private long questionSentMillis;
    /** What this life adds to its clock when it tells it, so that it knows its own echo (Rule 8.4). */
    private final long clockMark;

    /** When this life first told its clock; -1 until it did. */
    private long clockToldAtMillis = -1;

    /** An answer that leaves when a write is durable; {@code proven} belongs to the append that it answers. */
    private record Waiting(long write, NodeId to, long epoch, long number, long acknowledged, long proven) {}

    /** Once this index is applied, the state is as fresh as this moment. */
    private record FreshnessMark(long commitIndex, long asOfMillis) {}

    Following(Standing standing) {
        this.standing = standing;
        this.nextQuestion = 1 + standing.random(ANYWHERE);
        this.firstQuestion = nextQuestion;
        this.clockMark = standing.random(ANYWHERE);
        forgetLeader();
    }

    // --- its leader ------------------------------------------------------------------------------------------------

    @Nullable
    ReplicaId leader() {
        return leader;
    }

    long leaderEpoch() {
        return leaderEpoch;
    }

    /** When a leader was last heard, on the own clock; -1 if none was since the start. */
    long leaderHeardAtMillis() {
        return leaderHeardAtMillis;
    }

    /** Whether the one it follows leads, or is only recovering. */
    boolean leads() {
        return leads;
    }

    /** Nobody is followed for now; silence is counted from here. */
    private void forgetLeader() {
        leader = null;
        leads = false;
        suspendedSinceMillis = -1;
        heardAtMillis = standing.now();
        drawPatience();
    }

    private void drawPatience() {
        long timeout = standing.settings.leaderTimeoutMillis();
        silenceAfterMillis = timeout + standing.random(timeout / 5);
    }

    /** The replica has stopped leading or claiming: it waits to hear from somebody. */
    void begin() {
        forgetLeader();
        acknowledgements.clear();
    }

    /** A leader, or a claimant of this epoch, was heard. */
    private void heard(ReplicaId from, long epoch, boolean suspended) {
        if (!from.equals(leader) || epoch != leaderEpoch) {
            leader = from;
            leads = false;
            if (epoch != leaderEpoch) {
                leaderEpoch = epoch;
                provenIndex = 0;
                toldCommit = 0;
            }
            askAgain();
        }
        heardAtMillis = standing.now();
        if (!suspended) {
            suspendedSinceMillis = -1;
        } else if (suspendedSinceMillis < 0) {
            suspendedSinceMillis = standing.now();
        }
    }

    /** Rule 7.1: not heard for the leader timeout; a suspended leader counts for as long as it may need to change S. */
    boolean hearsLeader() {
        if (standing.now() - heardAtMillis >= silenceAfterMillis) {
            return false;
        }
        long suspensionLimit = standing.settings.evictAfterMillis() + standing.settings.leaderTimeoutMillis();
        return suspendedSinceMillis < 0 || standing.now() - suspendedSinceMillis < suspensionLimit;
    }

    /** Not heard for longer than its heartbeats take: time to knock. */
    boolean missesHeartbeat() {
        return standing.now() - heardAtMillis > standing.settings.heartbeatMillis() * 3 / 2;
    }

    /** Rule 7.1: a refused or reset connection to the leader is silence at once. */
    void onUnreachable(NodeId node) {
        ReplicaId known = leader;
        if (known != null && known.node().equals(node)) {
            heardAtMillis = Math.min(heardAtMillis, standing.now() - silenceAfterMillis);
        }
    }

    void onClaimant(ReplicaId claimant, long epoch) {
        heard(claimant, epoch, false);
    }

    // --- appends ---------------------------------------------------------------------------------------------------

    /** The epoch of the append is the one that this replica has promised. */
    void onAppend(ReplicaId from, Message.Append append, boolean promisedBefore) {
        Journal journal = standing.journal;
        boolean forgotPromise = !promisedBefore && append.acknowledged() > 0;
        if (forgotPromise || append.acknowledged() > journal.durableEnd()) { // Rule 3.4
            standing.rollBack("the leader has acknowledgements of this store up to index " + append.acknowledged()
                    + ", but it holds only " + journal.durableEnd()
                    + ": the disk lost acknowledged writes. Start this node with an empty data directory");
            standing.send(
                    from.node(), new Message.RolledBack(append.epoch(), append.acknowledged(), journal.durableEnd()));
            return;
        }
        heard(from, append.epoch(), append.suspended());
        leaderHeardAtMillis = standing.now();
        if (!leads) {
            leads = true;
            standing.work().info("following epoch=" + append.epoch() + " leader=" + from.node());
        }
        standing.hearLogTime(append.logTime());
        if (contradicts(append.previous())) { // Rule 10.12
            onGivenUp(from);
            return;
        }
        if (!journal.has(append.previous())) { // Rule 4.1
            standing.send(
                    from.node(),
                    new Message.Mismatched(
                            append.epoch(),
                            append.number(),
                            append.acknowledged(),
                            journal.highestNotAfter(append.previous()),
                            journal.durableEnd(),
                            tellClock()));
            return;
        }
        long proven = append.previous().index() + append.entries().size();
        takeOver(from, append.entries());
        if (standing.rolledBack()) {
            return;
        }
        provenIndex = Math.max(provenIndex, proven);
        toldCommit = Math.max(toldCommit, append.commitIndex());
        noteFreshness(append);
        acknowledge(new Waiting(
                writeToWaitFor(append), from.node(), append.epoch(), append.number(), append.acknowledged(), proven));
    }

    /** Rule 4.4: skips what is here, cuts what conflicts, appends what is new. */
    private void takeOver(ReplicaId from, List<Entry> entries) {
        Journal journal = standing.journal;
        for (Entry entry : entries) {
            if (journal.has(entry.position())) {
                continue;
            }
            if (entry.index() <= journal.end().index()) {
                if (entry.index() <= standing.commitIndex()) { // Rule 4.4
                    onGivenUp(from);
                    return;
                }
                journal.cut(entry.index());
                standing.work()
                        .info("cut epoch=" + entry.epoch() + " from=" + entry.index()
                                + ": entries that the leader does not have gave way");
            }
            journal.append(entry);
        }
    }

    /**
     * Whether no log that has this position can have what is committed here. Epochs never fall along a log: that tells even
     * where this one has been cut in front.
     */
    boolean contradicts(Position position) {
        Journal journal = standing.journal;
        Position start = journal.start();
        Position committed = journal.positionAt(standing.commitIndex());
        if (position.index() > committed.index()) {
            return position.epoch() < committed.epoch();
        }
        return position.index() < start.index() ? position.epoch() > start.epoch() : !journal.has(position);
    }

    /**
     * Rule 10.12: a leader without what is committed here leads since a recovery gave it up. Nothing is cut: this store may be
     * the only one that has it.
     */
    void onGivenUp(ReplicaId from) {
        standing.rollBack("what is committed here up to " + standing.journal.positionAt(standing.commitIndex())
                + " is not in the log of " + from.node() + ", which leads epoch " + leaderEpoch
                + ": that happens only when an operator has recovered the cluster without this store. What it has is kept"
                + " as it is. Keep the directory if its last writes are of use, and start this node with an empty one");
    }

    /**
     * An append without entries needs no disk, once the epoch is durable (Rule 4.6); nor does a repeated one whose entries
     * are all durable: no write would ever complete for it. 0 for nothing to wait for.
     */
    private long writeToWaitFor(Message.Append append) {
        Journal journal = standing.journal;
        boolean heartbeat = append.entries().isEmpty() && journal.recordDurable();
        return heartbeat || journal.allDurable() ? 0 : journal.numberOfAll();
    }

    private void acknowledge(Waiting waiting) {
        if (waiting.write() == 0) {
            answer(waiting);
        } else {
            acknowledgements.add(waiting);
        }
    }

    private void answer(Waiting waiting) {
        long durableEnd = standing.journal.durableEnd();
        standing.send(
                waiting.to(),
                new Message.Appended(
                        waiting.epoch(),
                        waiting.number(),
                        waiting.acknowledged(),
                        Math.min(durableEnd, waiting.proven()),
                        durableEnd,
                        tellClock()));
    }

    /** Everything up to this write is durable. */
    void onWritten(long number) {
        while (!acknowledgements.isEmpty() && acknowledgements.peekFirst().write() <= number) {
            Waiting waiting = acknowledgements.removeFirst();
            if (waiting.epoch() == standing.promise().epoch()) { // Rule 2.2: nothing for a lower epoch leaves
                answer(waiting);
            }
        }
    }

    void onHeldByAll(ReplicaId from, Message.HeldByAll held) {
        if (from.equals(leader) && held.epoch() == leaderEpoch) {
            heldByAll = Math.max(heldByAll, held.index());
        }
    }

    /** The highest index that a leader said all of the in-sync set have; stays true, whoever leads (Rules 13.1 and 13.2). */
    long heldByAll() {
        return heldByAll;
    }

    /**
     * Whether the leader's log was proven to hold what is applied here, in its epoch. It always does, but after a recovery
     * (Rule 10.12): until then nothing here may be served as its state.
     */
    private boolean agrees() {
        return provenIndex >= standing.appliedIndex() && !standing.unsound(); // Rule 14.4
    }

    /**
     * Rule 4.7: committed here is what the leader committed, as far as it is proven equal and durable; the promise too: no
     * earlier leader is heard any more, even after a crash.
     */
    void advanceCommit() {
        if (leaderEpoch != standing.promise().epoch() || !standing.journal.recordDurable()) {
            return;
        }
        long commit = Math.min(toldCommit, Math.min(provenIndex, standing.journal.durableEnd()));
        if (commit > standing.commitIndex()) {
            standing.commit(commit);
        }
    }

    // --- staleness -------------------------------------------------------------------------------------------------

    private long tellClock() {
        if (clockToldAtMillis < 0) {
            clockToldAtMillis = standing.now();
        }
        return clockMark + standing.now();
    }

    /**
     * Rule 8.4: the leader led at the start of its confirmed round, which it dates by its age at a moment after it had
     * heard the echo. What another life of this node told means nothing on this one's clock.
     */
    private void noteFreshness(Message.Append append) {
        if (!agrees()) {
            return;
        }
        long toldMillis = append.echoMillis() - clockMark;
        boolean own = clockToldAtMillis >= 0 && toldMillis >= clockToldAtMillis && toldMillis <= standing.now();
        if (append.echoMillis() < 0 || !own || append.confirmedAgeMillis() < 0) {
            return;
        }
        if (marks.size() >= MAX_FRESHNESS_MARKS) {
            marks.removeLast();
        }
        marks.add(new FreshnessMark(append.commitIndex(), toldMillis - append.confirmedAgeMillis()));
    }

    /** The state contains all that was committed at this moment of the own clock; -1 for none. */
    long freshAsOfMillis() {
        return freshAsOfMillis;
    }

    // --- reads -----------------------------------------------------------------------------------------------------

    void read(long read) {
        readsToAsk.add(read);
    }

    void forget(Set<Long> reads) {
        readsToAsk.removeIf(reads::contains);
        readsAsked.values().forEach(asked -> asked.removeIf(reads::contains));
        readsAsked.values().removeIf(List::isEmpty);
    }

    void onReadIndexed(ReplicaId from, Message.ReadIndexed answer) {
        if (answer.question() < firstQuestion || answer.question() >= nextQuestion) {
            return;
        }
        if (from.equals(leader) && answer.epoch() == leaderEpoch) {
            toldCommit = Math.max(toldCommit, answer.commitIndex());
        }
        Map<Long, List<Long>> served = readsAsked.headMap(answer.question(), true);
        served.values().forEach(reads -> reads.forEach(read -> standing.readAt(read, answer.commitIndex())));
        served.clear();
    }

    /** All reads that wait for an answer are asked again, and no answer to what was asked before counts any more. */
    private void askAgain() {
        readsAsked.values().forEach(readsToAsk::addAll);
        readsAsked.clear();
        firstQuestion = nextQuestion;
    }

    /** All reads that wait, taken out: they go on with another role. */
    List<Long> takeReads() {
        askAgain();
        List<Long> reads = readsToAsk;
        readsToAsk = new ArrayList<>();
        return reads;
    }

    // --- what follows from events ----------------------------------------------------------------------------------

    void tick() {
        tellState();
        if (!readsAsked.isEmpty() && standing.now() - questionSentMillis >= 2 * standing.settings.heartbeatMillis()) {
            ask(); // the question or the answer may be lost, or slow: then it still counts
        }
    }

    /** Nobody waits for it: now and then is enough (Rule 14.2). Who knows its state to be wrong says that (Rule 14.4). */
    private void tellState() {
        ReplicaId known = leader;
        long pause =
                standing.unsound() ? standing.settings.heartbeatMillis() : standing.settings.compareEveryMillis() / 2;
        if (known == null || !leads || standing.now() - stateToldMillis < pause) {
            return;
        }
        stateToldMillis = standing.now();
        StateDigest latest = standing.digests.latest();
        if (standing.unsound()) {
            standing.send(known.node(), new Message.Unsound(leaderEpoch));
        } else if (latest != null && latest.index() <= provenIndex) { // Rule 10.12
            standing.send(
                    known.node(), new Message.StateIs(leaderEpoch, standing.software, latest.index(), latest.sum()));
        }
    }

    /** A question takes along all reads that wait when it leaves; the next one waits for its answer (Rule 8.2). */
    void askForReads() {
        if (!readsToAsk.isEmpty() && readsAsked.isEmpty()) {
            ask();
        }
    }

    private void ask() {
        ReplicaId known = leader;
        if (known == null || !leads || !agrees()) {
            return;
        }
        long question = nextQuestion++;
        if (!readsToAsk.isEmpty()) {
            readsAsked.put(question, readsToAsk);
            readsToAsk = new ArrayList<>();
        }
        questionSentMillis = standing.now();
        standing.send(known.node(), new Message.ReadIndex(leaderEpoch, question));
    }

    /** The state has reached this index. */
    void onApplied(long appliedIndex) {
        while (!marks.isEmpty() && marks.peekFirst().commitIndex() <= appliedIndex) {
            freshAsOfMillis = Math.max(freshAsOfMillis, marks.removeFirst().asOfMillis());
        }
    }
}
