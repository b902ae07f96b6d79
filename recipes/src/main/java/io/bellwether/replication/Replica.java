package io.bellwether.replication;

import static io.bellwether.replication.InvariantViolation.check;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One node's part in the protocol of PROTOCOL.md. One method per event; each leaves its decisions in {@link Work}, which
 * {@link #work} hands out once the events of a step are in. No threads, no clock, no I/O, no dice; one thread at a time.
 *
 * <p>A replica follows, claims or leads, and legal transitions are: following to claiming (Rule 1.1); claiming to leading
 * (recovered, Rule 2.4) or to following (abandoned, or a higher epoch); leading to following (a higher epoch, and nothing
 * else, Rule 6.1). A process that starts follows: it leads only an epoch that it claimed itself since (Rule 1.3).
 */
public final class Replica {
    private final Standing standing;
    private final Following following;
    private final Silence silence;
    private final Complaint complaint;
    private @Nullable Claiming claiming;
    private @Nullable Leadership leadership;
    private final PromiseAnswers promiseAnswers;
    private final Bootstrap bootstrap;

    private long claims;
    /** The leader of this epoch resigned in this replica's favour (Rule 10.5); -1 if none did. */
    private long resignedEpoch = -1;

    private long resignedAtMillis;
    /** A hand-off whose leadership has ended, until this replica knows how it went. */
    private @Nullable HandOff leftHandOff;

    private @Nullable ForcedClaim forced;
    private @Nullable Recovery recovery;
    private @Nullable Departure departure;

    private boolean rolledBack;
    private boolean pauseTold;

    /**
     * @param self this node and the store behind {@code log}
     * @param process which life of this replica this is: unique among all its starts, at most 64 characters
     * @param software its version: states that different ones have made are not compared
     * @param bootstrap what to write into the first control record, should this replica be the one that does
     * @param appliedIndex what the state machine has applied
     * @param dice seeds the jitter of times
     */
    public Replica(
            ReplicaId self,
            String process,
            String software,
            Settings settings,
            Bootstrap bootstrap,
            ReplicatedLog log,
            long appliedIndex,
            long dice) {
        this.standing = new Standing(self, process, software, settings, log, appliedIndex, dice);
        this.following = new Following(standing);
        this.silence = new Silence(standing, following);
        this.complaint = new Complaint(standing);
        this.promiseAnswers = new PromiseAnswers(standing);
        this.bootstrap = bootstrap;
    }

    // --- events ----------------------------------------------------------------------------------------------------

    /**
     * Time has passed. Called before the other events of a step, and at least every tenth of a heartbeat or so.
     *
     * @param monotonicMillis of a clock that never goes back
     * @param wallMillis of the wall clock, which may jump; used only where Rule 9.6 says so
     */
    public void tick(long monotonicMillis, long wallMillis) {
        standing.time(monotonicMillis, wallMillis);
    }

    /** What is known of ZooKeeper, whether it changed or not: at least with every tick (level, not edge). */
    public void view(Coordination.View view) {
        standing.view(view);
        ControlRecord record = standing.record();
        if (record != null && standing.guard().isEmpty()) {
            standing.remember(record);
            standing.hearEpoch(record.epoch());
        }
    }

    /** Drives everything that waits for time or for ZooKeeper; after {@link #tick} and {@link #view}. */
    public void drive() {
        if (rolledBack) {
            return;
        }
        stepDownIfFenced();
        complaint.tick();
        tellPause();
        keepPlaceInLatch();
        Leadership leading = leadership;
        Claiming claim = claiming;
        if (leading != null) {
            leading.tick();
        } else if (claim != null) {
            claim.tick();
        }
        if (follows()) {
            following.tick();
            silence.tick(canLead());
        }
        if (leading == null && claim == null) {
            considerClaim();
        }
        tickOperators();
    }

    /** Who has only asked ZooKeeper for an epoch follows on: it may have a leader yet (Rule 1.7). */
    private boolean follows() {
        Claiming claim = claiming;
        return leadership == null && (claim == null || claim.asks());
    }

    /** A message has arrived. */
    public void received(Envelope envelope) {
        String cluster = standing.journal.record().clusterId();
        boolean stranger = cluster.isEmpty() || !cluster.equals(envelope.clusterId());
        if (stranger || !envelope.to().equals(standing.self.node()) || rolledBack) {
            return; // who has met no cluster yet follows nobody (Rule 11.2)
        }
        dispatch(envelope.from(), envelope.generation(), envelope.message());
        stepDownIfFenced();
    }

    /** A connection to this node was refused or reset. */
    public void unreachable(NodeId node) {
        following.onUnreachable(node);
        Leadership leading = leadership;
        if (leading != null) {
            leading.onUnreachable(node);
        }
        Claiming claim = claiming;
        if (claim != null) {
            claim.onUnreachable(node);
        }
    }

    /** The disk has completed this write and all before it. */
    public void written(long number) {
        standing.journal.written(number);
        if (rolledBack) {
            return;
        }
        promiseAnswers.onWritten(number);
        following.onWritten(number);
        Claiming claim = claiming;
        if (claim != null) {
            claim.onWritten(number);
        }
    }

    /** What the state was after some entry (Rule 14.2). */
    void digested(StateDigest digest) {
        standing.digests.add(digest);
    }

    /**
     * The state here was found not to be what it should be (Rule 14.4): this replica goes, and comes back anew.
     *
     * @param what was found, for the log
     */
    public void distrust(String what) {
        standing.distrust(what);
    }

    /** A client's command, to be replicated if this replica leads. */
    public Admission propose(Bytes command) {
        Leadership leading = leadership;
        return leading == null || leading.epoch() < standing.highestEpoch()
                ? new Admission.Refused(Admission.Refusal.NOT_LEADING)
                : leading.propose(command);
    }

    /** A linearizable read wants to be served here (Rules 8.1 and 8.2). {@link Work#reads} says when it may. */
    public void read(long read) {
        Leadership leading = leadership;
        if (leading != null) {
            leading.read(new Rounds.Reader.Local(read));
        } else {
            following.read(read);
        }
    }

    /** Nobody waits for these reads any more: they need not be confirmed, and may be all the same. */
    public void forgetReads(Set<Long> reads) {
        following.forget(reads);
        Leadership leading = leadership;
        if (leading != null) {
            leading.forget(reads);
        }
    }

    /** ZooKeeper's answer to {@link Coordination#claim} or {@link Coordination#change}. */
    public void answered(long request, Coordination.Answer answer) {
        Claiming claim = claiming;
        if (claim != null) {
            claim.onAnswered(request, answer);
        }
        Leadership leading = leadership;
        if (leading != null) {
            leading.onAnswered(request, answer);
        }
    }

    /** ZooKeeper's answer to {@link Coordination#readLatch}. */
    public void latchRead(long request, List<Coordination.LatchPlace> queue) {
        Leadership leading = leadership;
        Recovery recovering = recovery;
        if (recovering != null) {
            recovering.onLatchRead(request, queue);
        }
        if (leading != null) {
            leading.onLatchRead(request, queue);
        } else if (claiming == null) {
            silence.onLatchRead(request, queue, canLead());
            ForcedClaim wanted = forced;
            if (wanted != null) {
                wanted.onLatchRead(request, queue);
            }
        }
    }

    /**
     * A snapshot is here, whole and checked: it takes the place of log and state, if it is still of use (Rule 13.5).
     * Otherwise it is passed over.
     */
    public void fetched(Snapshot snapshot) {
        boolean follows = leadership == null && claiming == null && !rolledBack;
        boolean own = snapshot.clusterId().equals(standing.journal.record().clusterId());
        boolean ahead =
                snapshot.position().index() > standing.commitIndex() && !standing.journal.has(snapshot.position());
        // Otherwise an earlier leader could still be heard, which lacks what is committed in there.
        boolean promised = snapshot.promisedEpoch() <= standing.promise().epoch();
        if (follows && own && ahead && promised) {
            standing.work()
                    .info("installing snapshot=" + snapshot.position() + " over log to=" + standing.journal.end()
                            + " applied=" + standing.appliedIndex());
            standing.installed(snapshot);
            standing.work().install(snapshot);
        }
    }

    /**
     * The front of the log may go, as far as others will not miss it (Rule 13.1).
     *
     * @param dispensable as {@link ReplicatedLog#dispensable} tells
     * @param durable what the state still contains after a crash
     */
    void compact(long dispensable, long durable) {
        Leadership leading = leadership;
        long heldByAll = leading != null ? leading.heldByAll() : following.heldByAll();
        long last =
                Math.min(standing.journal.durableEnd(), standing.journal.end().index() - 1);
        long to = Math.min(Math.min(dispensable, durable), Math.min(heldByAll, last));
        if (claiming == null && to > standing.journal.start().index()) {
            standing.journal.compact(to);
        }
    }

    // --- what operators ask ----------------------------------------------------------------------------------------

    /**
     * Leadership is to move from this replica (Rule 10.1). {@link Work#handOffs} says what became of it.
     *
     * @param handOff names the answer; above 0
     */
    public void handOff(long handOff, HandOffWish wish) {
        Leadership leading = leadership;
        if (leading == null) {
            standing.work()
                    .ended(
                            handOff,
                            new HandOffOutcome.Refused(
                                    HandOffOutcome.Reason.NOT_LEADING, standing.self.node() + " does not lead."));
        } else {
            leading.handOff(handOff, wish);
        }
    }

    /**
     * This replica is to claim, whether others hear a leader or not (Rule 10.8). {@link Work#handOffs} says what became
     * of it.
     *
     * @param handOff names the answer; above 0
     * @param epoch the leadership that is to end; null for the present one
     */
    public void force(long handOff, @Nullable Long epoch) {
        Leadership leading = leadership;
        if (leading != null) {
            leading.handOff(handOff, new HandOffWish(standing.self.node(), epoch, false));
        } else if (forced != null || claiming != null) {
            ForcedClaim.refuse(
                    standing,
                    handOff,
                    HandOffOutcome.Reason.RUNS_ALREADY,
                    standing.self.node() + " is claiming already.");
        } else {
            forced = ForcedClaim.begin(standing, handOff, epoch, canLead());
        }
    }

    /**
     * This replica is to lead alone, and what only others had is given up (Rule 10.11). {@link Work#handOffs} says what
     * became of it.
     *
     * @param number names the answer; above 0
     * @param epoch the leadership that is to end; null for the present one
     * @param dryRun only find out whether it could
     */
    public void recover(long number, @Nullable Long epoch, boolean dryRun) {
        if (recovery != null || forced != null) {
            ForcedClaim.refuse(
                    standing,
                    number,
                    HandOffOutcome.Reason.RUNS_ALREADY,
                    standing.self.node() + " is claiming, or about to, already.");
        } else {
            recovery = Recovery.begin(standing, number, epoch, dryRun, ableToClaim());
        }
    }

    /**
     * This replica is to leave leadership and the in-sync set, and to stay away from both (Rules 10.9 and 10.10). {@link
     * Work#departures} says how far it got.
     *
     * @param number names the answer; above 0
     */
    public void leave(long number) {
        departure = departure == null ? new Departure(standing, List.of(number)) : departure.again(number);
    }

    /** It may return: leads again if it comes to that, and joins the in-sync set when it is level. */
    public void returnToDuty() {
        if (departure != null) {
            departure = null;
            standing.work().info("returning epoch=" + standing.highestEpoch());
        }
    }

    /**
     * States are to be compared after all that was admitted up to now (Rule 14.2).
     *
     * @return the index of the entry after which they are; -1 if this replica cannot have them compared, since it does not
     *     lead and serve
     */
    public long compareStates() {
        Leadership leading = leadership;
        return leading == null ? -1 : leading.compareStates();
    }

    /** Whether it was told to leave, and not to return. */
    public boolean leaving() {
        return departure != null;
    }

    private void tickOperators() {
        Leadership leading = leadership;
        ForcedClaim wanted = forced;
        if (wanted != null) {
            if (leading != null) {
                wanted.onLeading(leading);
            } else if (claiming == null) {
                wanted.judge();
            }
            forced = wanted.over() ? null : wanted;
        }
        Departure leaving = departure;
        if (leaving != null) {
            if (leading != null) {
                leaving.tickLeading(leading);
            } else if (claiming == null) {
                boolean settled = following.leads()
                        && standing.journal.epochAt(standing.commitIndex()) == following.leaderEpoch();
                leaving.tickFollowing(following.leads() ? following.leader() : null, settled);
            }
        }
        tickRecovery();
    }

    private void tickRecovery() {
        Recovery wanted = recovery;
        if (wanted == null) {
            return;
        }
        Leadership leading = leadership;
        if (claiming != null) {
            if (!wanted.claimed()) {
                wanted.onOtherClaim();
            }
        } else if (wanted.claimed() && leading != null) {
            wanted.onLeading(leading);
        } else {
            boolean suspendedHere = leading != null && leading.suspended();
            wanted.tick(suspendedHere ? null : leader(), ableToClaim());
            if (wanted.saysClaim()) {
                recover();
            }
        }
        recovery = wanted.over() ? null : wanted;
    }

    /** Rule 10.11: the next epoch, with this replica alone in S. A leader that nobody answers ends as such first. */
    private void recover() {
        Coordination.Versioned versioned = standing.view().record();
        ControlRecord record = versioned == null ? null : versioned.record();
        if (versioned != null && record != null) {
            endLeadership();
            claiming = new Claiming(
                    standing,
                    versioned.version(),
                    record.recoveredBy(standing.self, nextClaim()),
                    EpochStart.Cause.RECOVERED);
        }
    }

    /** Something in the state falls due at this log time (Rule 9.6). */
    public void due(long logTime) {
        Leadership leading = leadership;
        long now = standing.logClock.at(standing.now());
        if (leading != null && leading.serving() && now >= 0 && logTime <= now) {
            leading.appendTick();
        }
    }

    /**
     * What is to be done about all the events since the last call. Ask again until it is empty: large amounts come in
     * pieces.
     */
    public Work work() {
        if (!rolledBack) {
            conclude();
        }
        if (gathersFor() == 0 || !standing.journal.mayWait()) {
            standing.work().write(standing.journal.takeWrite(standing.now()));
        }
        standing.work().committed(takeCommitted());
        return standing.takeWork();
    }

    /**
     * For how many more entries a leader under load waits before it writes and sends those it has (Rule 4.9), as of the last
     * {@link #work}; 0 if it does not wait. It grows only when entries were committed, and falls with every one that comes.
     */
    public long gathersFor() {
        Leadership leading = leadership;
        return leading == null ? 0 : leading.gathersFor();
    }

    /** Those that a leader waits for do not come: the next {@link #work} has what there is. */
    public void endGathering() {
        Leadership leading = leadership;
        if (leading != null) {
            leading.endGathering();
        }
    }

    // --- messages --------------------------------------------------------------------------------------------------

    private void dispatch(ReplicaId from, long generation, Message message) {
        if (message instanceof Message.Append append) {
            onAppend(from, append);
        } else if (message instanceof Message.Appended answer) {
            Leadership leading = leadershipOf(answer.epoch());
            if (leading != null) {
                leading.onAppended(from, answer);
            }
        } else if (message instanceof Message.Mismatched answer) {
            Leadership leading = leadershipOf(answer.epoch());
            if (leading != null) {
                leading.onMismatched(from, answer);
            }
        } else if (message instanceof Message.RolledBack answer) {
            Leadership leading = leadershipOf(answer.epoch());
            if (leading != null) {
                leading.onRolledBack(from, answer);
            }
        } else if (message instanceof Message.Refused refused) {
            standing.hearEpoch(refused.promised());
        } else if (message instanceof Message.PromiseRequest request) {
            onPromiseRequest(from, request);
        } else if (message instanceof Message.Promised promised) {
            onPromised(from, generation, promised);
        } else if (message instanceof Message.Pull pull) {
            onPull(from, pull);
        } else if (message instanceof Message.Pulled pulled) {
            Claiming claim = claiming;
            if (claim != null) {
                claim.onPulled(from, pulled);
            }
        } else if (message instanceof Message.PullMismatched answer) {
            Claiming claim = claiming;
            if (claim != null) {
                claim.onPullMismatched(from, answer);
            }
        } else if (message instanceof Message.Suspect suspect) {
            standing.hearEpoch(suspect.epoch());
            stepDownIfFenced();
            silence.onSuspect(from, suspect, hearsLeader(), canLead());
        } else if (message instanceof Message.Suspected answer) {
            standing.hearEpoch(answer.epoch());
            onSuspected(from, answer);
        } else if (message instanceof Message.ReadIndex question) {
            onReadIndex(from, question);
        } else if (message instanceof Message.ReadIndexed answer) {
            following.onReadIndexed(from, answer);
        } else if (message instanceof Message.Resign resign) {
            onResign(from, resign);
        } else if (message instanceof Message.HeldByAll held) {
            following.onHeldByAll(from, held);
        } else if (message instanceof Message.TakeSnapshot take) {
            onTakeSnapshot(from, take);
        } else if (message instanceof Message.StateIs digest) {
            Leadership leading = leadershipOf(digest.epoch());
            if (leading != null) {
                leading.onStateIs(from, digest);
            }
        } else if (message instanceof Message.Unsound unsound) {
            Leadership leading = leadershipOf(unsound.epoch());
            if (leading != null) {
                leading.onUnsound(from);
            }
        } else if (message instanceof Message.BeginAnew anew) {
            onBeginAnew(from, anew);
        } else if (message instanceof Message.Leaving leaving) {
            Leadership leading = leadershipOf(leaving.epoch());
            if (leading != null) {
                leading.onLeaving(from);
            }
        }
    }

    private @Nullable Leadership leadershipOf(long epoch) {
        Leadership leading = leadership;
        return leading != null && leading.epoch() == epoch ? leading : null;
    }

    private void onAppend(ReplicaId from, Message.Append append) {
        if (!append.store().equals(standing.self.store())) {
            return; // Rule 3.1: it speaks to the store that was here before, of what that one had acknowledged
        }
        long promised = standing.promise().epoch();
        if (append.epoch() < promised) { // Rule 4.5
            standing.send(from.node(), new Message.Refused(append.epoch(), promised));
            return;
        }
        check(leadershipOf(append.epoch()) == null, "Rule 1.2: an epoch has one leader");
        standing.hearEpoch(append.epoch());
        stepDownIfFenced();
        if (append.epoch() > promised) {
            standing.promise(new Promise(append.epoch(), ""));
        }
        Claiming claim = claiming;
        if (claim != null && claim.epoch() <= append.epoch()) {
            endClaim("epoch " + append.epoch() + " is led by " + from.node());
        }
        following.onAppend(from, append, append.epoch() == promised);
        rolledBack = standing.rolledBack();
    }

    /** Rule 2.2: promises a higher epoch, or repeats its word for the same claim. */
    private void onPromiseRequest(ReplicaId from, Message.PromiseRequest request) {
        Promise asked = new Promise(request.epoch(), request.claim());
        Promise given = standing.promise();
        if (asked.epoch() < given.epoch() || (asked.epoch() == given.epoch() && !asked.equals(given))) {
            standing.send(from.node(), new Message.Refused(request.epoch(), given.epoch()));
            return;
        }
        if (asked.epoch() > given.epoch()) {
            standing.hearEpoch(asked.epoch());
            stepDownIfFenced();
            standing.promise(asked);
        }
        following.onClaimant(from, asked.epoch());
        promiseAnswers.promise(from.node(), asked);
    }

    private void onPromised(ReplicaId from, long generation, Message.Promised promised) {
        Claiming claim = claiming;
        if (claim == null || claim.stage() == Claiming.Stage.ASKING) {
            return;
        }
        ControlRecord record = claim.claimed().record();
        if (record != null && promised.epoch() == claim.epoch() && generation > record.generation()) {
            standing.hearGeneration(generation); // or further claims in vain would bring the old record up to it
            endClaim("a replica has seen generation " + generation + " of the control record"); // Rule 2.7
        } else {
            claim.onPromised(from, promised);
        }
    }

    /** Rule 2.5: serves a claimant that it has promised, and nobody below. */
    private void onPull(ReplicaId from, Message.Pull pull) {
        Promise given = standing.promise();
        if (!given.equals(new Promise(pull.epoch(), pull.claim()))) {
            if (pull.epoch() < given.epoch()) {
                standing.send(from.node(), new Message.Refused(pull.epoch(), given.epoch()));
            }
            return;
        }
        following.onClaimant(from, pull.epoch());
        Journal journal = standing.journal;
        if (!journal.has(pull.previous())) {
            Position hint = journal.highestNotAfter(pull.previous());
            standing.send(from.node(), new Message.PullMismatched(pull.epoch(), pull.claim(), hint));
            return;
        }
        List<Entry> entries = journal.entries(pull.previous().index() + 1, standing.settings.maxAppendBytes());
        standing.send(
                from.node(), new Message.Pulled(pull.epoch(), pull.claim(), pull.previous(), entries, journal.end()));
    }

    /** Rule 13.3: only the leader that it follows knows that there is no other way; it may not know yet that there is. */
    private void onTakeSnapshot(ReplicaId from, Message.TakeSnapshot take) {
        Journal journal = standing.journal;
        boolean forMe = take.store().equals(standing.self.store())
                && from.equals(following.leader())
                && take.epoch() == standing.promise().epoch();
        boolean goesOn = journal.has(take.start())
                || journal.start().index() > take.start().index();
        if (forMe && following.contradicts(take.start())) { // Rule 10.12
            following.onGivenUp(from);
        } else if (forMe && !goesOn) {
            standing.work().fetch(from.node());
        }
    }

    /**
     * Rule 14.4: only the leader of the epoch that it has promised last knows whether this store counts; in that epoch it
     * will not count again, and a later leader would have had its promise.
     */
    private void onBeginAnew(ReplicaId from, Message.BeginAnew anew) {
        boolean forMe = anew.store().equals(standing.self.store())
                && from.equals(following.leader())
                && anew.epoch() == standing.promise().epoch();
        if (forMe && leadership == null && claiming == null) {
            standing.beginAnew("the state of this replica is not what it should be, says " + from.node()
                    + ", which leads epoch " + anew.epoch() + " and no longer counts on it.");
            rolledBack = true;
        }
    }

    private void onReadIndex(ReplicaId from, Message.ReadIndex question) {
        standing.hearEpoch(question.epoch());
        stepDownIfFenced();
        Leadership leading = leadership;
        if (leading != null) {
            leading.read(new Rounds.Reader.Remote(from.node(), question.question()));
        }
    }

    private void onSuspected(ReplicaId from, Message.Suspected answer) {
        Leadership leading = leadership;
        Recovery recovering = recovery;
        if (recovering != null) {
            recovering.onSuspected(from, answer);
        }
        if (leading != null) {
            leading.onSuspected(from, answer);
        } else {
            silence.onSuspected(from, answer);
        }
    }

    private void onResign(ReplicaId from, Message.Resign resign) {
        if (from.equals(following.leader())
                && resign.epoch() == standing.promise().epoch()) {
            resignedEpoch = resign.epoch();
            resignedAtMillis = standing.now();
            if (leadership == null && claiming == null) {
                considerClaim();
            }
        }
    }

    /** Rule 10.5: for the present epoch, and repeated until just now; an old one would end a leadership that goes on. */
    private boolean resignedTo(long epoch) {
        return resignedEpoch == epoch && standing.now() - resignedAtMillis <= standing.settings.leaderTimeoutMillis();
    }

    // --- roles -----------------------------------------------------------------------------------------------------

    /** Only a higher epoch ends a leadership or a claim (Rule 6.1). */
    private void stepDownIfFenced() {
        Leadership leading = leadership;
        if (leading != null && standing.highestEpoch() > leading.epoch()) {
            standing.work().info("deposed epoch=" + leading.epoch() + " by epoch=" + standing.highestEpoch());
            endLeadership();
        }
        Claiming claim = claiming;
        if (claim != null && standing.highestEpoch() > claim.epoch()) {
            endClaim("epoch " + standing.highestEpoch() + " is known");
        }
    }

    private void endLeadership() {
        Leadership leading = leadership;
        if (leading == null) {
            return;
        }
        leadership = null;
        leftHandOff = leading.handOff();
        Departure leaving = departure;
        if (leaving != null) {
            leaving.onDeposed();
        }
        following.begin();
        leading.localReaders().forEach(following::read);
    }

    private void endClaim(String why) {
        Claiming claim = claiming;
        if (claim != null) {
            claim.abandon(why);
            dropClaim(claim);
        }
    }

    /** Of one that was only asked for nothing is left: a leader that is heard goes on being heard (Rule 1.7). */
    private void dropClaim(Claiming abandoned) {
        claiming = null;
        if (abandoned.wasMade() || !following.hearsLeader()) {
            following.begin();
        }
    }

    private void considerClaim() {
        if (!ableToClaim()) {
            return;
        }
        Coordination.Versioned versioned = standing.view().record();
        if (versioned == null) {
            return;
        }
        ControlRecord record = versioned.record();
        if (record == null) {
            claimFirst();
        } else if (resignedTo(record.epoch()) && standing.view().holdsLatch() && standing.inSync()) { // Rule 10.5
            claim(versioned.version(), record, EpochStart.Cause.HAND_OFF);
        } else if (isForced()) { // Rule 10.8
            claim(versioned.version(), record, EpochStart.Cause.FORCED);
        } else if (!standing.view().paused() && silence.tickSaysClaim()) { // Rule 15.1
            boolean everLed = following.leader() != null;
            claim(versioned.version(), record, everLed ? EpochStart.Cause.SILENT_LEADER : EpochStart.Cause.ELECTION);
        }
    }

    private boolean ableToClaim() {
        boolean able =
                standing.view().connected() && diskAnswers() && standing.guard().isEmpty(); // Rule 1.4
        return able && departure == null && !standing.unsound(); // Rules 10.10 and 14.4
    }

    private boolean isForced() {
        ForcedClaim wanted = forced;
        return wanted != null && wanted.tickSaysClaim();
    }

    /**
     * No record exists: who holds the latch writes the first, with a store that has met no cluster, and alone in the set
     * (Rule 1.1). Epochs go on above those in a restored store (Rule 11.3); 0 is before all of an empty one.
     */
    private void claimFirst() {
        if (standing.view().holdsLatch() && clusterId().isEmpty()) {
            String claim = nextClaim();
            ControlRecord first = new ControlRecord(
                    bootstrap.clusterId(),
                    1,
                    standing.promise().epoch() + 1,
                    standing.self.node(),
                    claim,
                    bootstrap.writeQuorum(),
                    bootstrap.minInSync(),
                    List.of(standing.self));
            claiming = new Claiming(standing, Coordination.ABSENT, first, EpochStart.Cause.BOOTSTRAP);
        }
    }

    private void claim(int version, ControlRecord record, EpochStart.Cause cause) {
        claiming = new Claiming(standing, version, record.claimedBy(standing.self.node(), nextClaim()), cause);
    }

    private String nextClaim() {
        return standing.process + "-" + ++claims;
    }

    /** In-sync replicas whose disk answers queue for the latch; all do while there is no record (Rule 7.4). */
    private void keepPlaceInLatch() {
        Coordination.View view = standing.view();
        if (view.record() == null || !view.connected()) {
            return;
        }
        boolean away = (departure != null || standing.unsound()) && leadership == null; // Rules 10.10 and 14.4
        Recovery recovering = recovery;
        boolean recovers = recovering != null && recovering.wantsLatch();
        boolean wanted = (standing.record() == null || standing.inSync() || recovers) && diskAnswers() && !away;
        boolean complains = standing.guard().isPresent();
        if (wanted && !complains && !view.queued()) {
            standing.work().ask(new Work.Request.Queue());
        } else if ((!wanted || (complains && complaint.lasts())) && view.queued()) {
            standing.work().ask(new Work.Request.Leave());
        }
    }

    private void tellPause() {
        boolean paused = standing.view().paused();
        if (paused != pauseTold) {
            pauseTold = paused;
            if (paused) {
                standing.work()
                        .warn("paused epoch=" + standing.highestEpoch() + ": nobody claims, is removed from the in-sync"
                                + " set or hands over by itself, until an operator ends the pause");
            } else {
                standing.work().info("the pause is over epoch=" + standing.highestEpoch());
            }
        }
    }

    private void conclude() {
        Claiming claim = claiming;
        if (claim != null) {
            if (claim.asks()) {
                claim.onRecord();
            }
            claim.conclude();
            if (claim.stage() == Claiming.Stage.ABANDONED) {
                dropClaim(claim);
                standing.work().ask(new Work.Request.Leave()); // and queue again, at the tail
            } else if (claim.stage() == Claiming.Stage.RECOVERED) {
                lead(claim);
            }
        }
        Leadership leading = leadership;
        if (leading != null) {
            leading.conclude();
        } else if (follows()) {
            following.advanceCommit();
            following.askForReads();
            HandOff left = leftHandOff;
            if (left != null && left.onFollowing(following.leader(), following.leaderEpoch())) {
                leftHandOff = null;
            }
        }
    }

    private void lead(Claiming recovered) {
        claiming = null;
        resignedEpoch = -1;
        HandOff left = leftHandOff;
        if (left != null) {
            left.onLeadingAgain();
            leftHandOff = null;
        }
        hearOwnLog();
        leadership =
                new Leadership(standing, recovered.epoch(), recovered.claim(), recovered.claimed(), recovered.cause());
        for (long read : following.takeReads()) {
            leadership.read(new Rounds.Reader.Local(read));
        }
    }

    /** Rule 9.6: log time never goes back behind the last entry; a wall clock counts only if none was heard. */
    private void hearOwnLog() {
        long now = standing.logClock.at(standing.now());
        long floor = now >= 0 ? now : Math.max(0, standing.wall());
        standing.hearLogTime(Math.max(floor, lastLogTime()));
    }

    /** Whether entries are committed and durable here that {@link Work#committed} has not handed out yet. */
    boolean hasMoreToApply() {
        return standing.appliedIndex() < readyToApply();
    }

    private long readyToApply() {
        return Math.min(standing.commitIndex(), standing.journal.durableEnd());
    }

    private List<Entry> takeCommitted() {
        long ready = readyToApply();
        long applied = standing.appliedIndex();
        List<Entry> committed = List.of();
        if (applied < ready) {
            List<Entry> entries = standing.journal.entries(applied + 1, standing.settings.maxAppendBytes());
            int count = (int) Math.min(entries.size(), ready - applied);
            committed = List.copyOf(entries.subList(0, count));
            standing.applied(applied + count);
        }
        standing.releaseReads();
        following.onApplied(standing.appliedIndex());
        return committed;
    }

    // --- what others may know --------------------------------------------------------------------------------------

    private boolean diskAnswers() {
        return standing.journal.diskDelayMillis(standing.now()) <= standing.settings.leaderTimeoutMillis();
    }

    /** Rule 7.3: the latch is of no use to a process that could not claim with it. */
    private boolean canLead() {
        Leadership leading = leadership;
        Claiming claim = claiming;
        return standing.view().connected()
                && diskAnswers()
                && standing.guard().isEmpty()
                && departure == null
                && !standing.unsound()
                && (claim == null || !claim.stuck()) // Rule 1.7
                && (leading == null || !leading.suspended());
    }

    private boolean hearsLeader() {
        Leadership leading = leadership;
        if (leading != null) {
            return !leading.suspended() && !leading.diskStalls();
        }
        Claiming claim = claiming;
        return (claim != null && claim.made()) || following.hearsLeader();
    }

    /** Whether this replica leads and serves: an entry of its epoch is committed and its write quorum answers. */
    public boolean serving() {
        Leadership leading = leadership;
        return leading != null && leading.serving();
    }

    /** As the leader: the highest index that each other replica has acknowledged in this epoch. Empty on all others. */
    public SortedMap<ReplicaId, Long> acknowledged() {
        return leadership == null ? new TreeMap<>() : leadership.acknowledged();
    }

    /** Whether this replica leads, serving or not. */
    public boolean leading() {
        return leadership != null;
    }

    /** The leader as far as this replica knows, itself included; null while it hears none. */
    public @Nullable NodeId leader() {
        if (leadership != null) {
            return standing.self.node();
        }
        ReplicaId known = following.leader();
        return known != null && following.leads() && following.hearsLeader() ? known.node() : null;
    }

    /** The epoch of {@link #leader}; of the last one while there is none. */
    public long leaderEpoch() {
        Leadership leading = leadership;
        return leading != null ? leading.epoch() : following.leaderEpoch();
    }

    /** Puts this replica's return address on a message. */
    public Envelope address(NodeId to, Message message) {
        return standing.address(to, message);
    }

    /** The highest epoch that this replica has promised: nothing was committed here in a later one. */
    public long promisedEpoch() {
        return standing.promise().epoch();
    }

    /** The highest epoch that this replica knows of. */
    public long epoch() {
        return standing.highestEpoch();
    }

    /** The cluster that the store belongs to; empty until it has met one. */
    public String clusterId() {
        return standing.journal.record().clusterId();
    }

    public ReplicaId self() {
        return standing.self;
    }

    public long lastIndex() {
        return standing.journal.end().index();
    }

    /** The last entry's position. */
    public Position last() {
        return standing.journal.end();
    }

    /** The last entry's log time, in milliseconds; that of the state before the log if it has no entry. */
    public long lastLogTime() {
        return standing.journal.endLogTime();
    }

    /** For how long no leader was heard, in milliseconds; -1 if none was since the start. */
    public long leaderHeardMillisAgo() {
        long heard = following.leaderHeardAtMillis();
        return heard < 0 ? -1 : standing.now() - heard;
    }

    public long commitIndex() {
        return standing.commitIndex();
    }

    public long appliedIndex() {
        return standing.appliedIndex();
    }

    /** The latest digests of the state here, oldest first (Rule 14.2). */
    public List<StateDigest> digests(int most) {
        return standing.digests.latest(most);
    }

    /** Whether the state here is what it should be, as far as anybody knows (Rule 14.4). */
    public boolean sound() {
        return !standing.unsound();
    }

    /** The highest promise, durable or about to be. */
    public Promise promise() {
        return standing.promise();
    }

    /** Log time now, in milliseconds; -1 if none was heard since the start (Rule 9.6). */
    public long logTime() {
        return standing.logClock.at(standing.now());
    }

    /**
     * The applied state contains all that was committed at this moment of the monotonic clock, in milliseconds (Rule 8.4);
     * -1 if no such moment is known. How stale it is tells a clock that is read after the question arrived.
     */
    public long freshAsOfMillis() {
        Leadership leading = leadership;
        if (standing.unsound()) {
            return -1; // Rule 14.4
        }
        if (leading == null) {
            return following.freshAsOfMillis();
        }
        boolean applied =
                standing.appliedIndex() >= standing.commitIndex() && standing.commitIndex() >= leading.startIndex();
        return applied ? leading.confirmedStartMillis() : -1;
    }

    /** The control record that this replica goes by; null if it has seen none. */
    public @Nullable ControlRecord record() {
        Leadership leading = leadership;
        return leading != null ? leading.record() : standing.record();
    }

    /** Why this node must not claim or propose, and what to do; empty if all is well (Rule 11.1). */
    public Optional<String> complaint() {
        return standing.guard();
    }
}
