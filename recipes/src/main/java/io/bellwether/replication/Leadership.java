package io.bellwether.replication;

import static io.bellwether.replication.InvariantViolation.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What only a leader has: the start of its epoch, its followers' progress, the rounds that confirm reads, and the change
 * of the in-sync set that it has in mind. It ends when a higher epoch is heard of, and by nothing else (Rule 6.1).
 */
final class Leadership {
    private final Standing standing;
    private final long epoch;
    private final String claim;
    /** Index of the entry that began this epoch; nothing is committed or read before it is (Rules 4.2 and 8.1). */
    private final long startIndex;

    private final TreeMap<ReplicaId, FollowerProgress> followers = new TreeMap<>();
    /** Replicas that lost what they had acknowledged: they never count again in this leadership (Rule 3.4). */
    private final TreeSet<ReplicaId> condemned = new TreeSet<>();

    private final Rounds rounds = new Rounds();
    private final InSyncChange change;
    private final Comparison comparison;
    private @Nullable HandOff handOff;
    private long nextAppendNumber = 1;
    private boolean suspended;
    /** Whether the round that readers wait for was put to every voter, and not only to as many as it needs. */
    private boolean allAreAsked;

    private final Gathering gathering = new Gathering();
    /** Bytes of proposals that wait for their commit (Rule 4.8). */
    private long uncommittedBytes;
    /** The highest index that was told to be held by all (Rule 13.1). */
    private long heldByAll;

    private long heldToldMillis;
    /** Whether commands followed the last entry at which states are compared, and when that was written. */
    private boolean commandsToCompare;

    private long comparableAtMillis;
    private long handOverTriedMillis;

    /** Appends the entry that begins the epoch. The claimant has finished recovery: its log has all that is committed. */
    Leadership(Standing standing, long epoch, String claim, Coordination.Versioned record, EpochStart.Cause cause) {
        this.standing = standing;
        this.epoch = epoch;
        this.claim = claim;
        this.change = new InSyncChange(standing, this, record);
        this.comparison = new Comparison(standing, this);
        check(standing.promise().epoch() == epoch, "Rule 1.3: a leader has promised its own epoch, and none since");
        refreshFollowers();
        this.startIndex = append(Entry.Kind.EPOCH_STARTED, new EpochStart(standing.self.node(), cause).encode())
                .index();
        standing.work()
                .info("leading epoch=" + epoch + " inSync="
                        + Standing.names(quorums().inSync()) + " cause=" + cause.word());
    }

    long epoch() {
        return epoch;
    }

    String claim() {
        return claim;
    }

    boolean suspended() {
        return suspended;
    }

    long startIndex() {
        return startIndex;
    }

    Quorums quorums() {
        return change.quorums();
    }

    /** Whether an entry of this epoch is committed and the write quorum answers: it serves reads and takes writes. */
    boolean serving() {
        return standing.commitIndex() >= startIndex && !suspended;
    }

    // --- events ----------------------------------------------------------------------------------------------------

    Admission propose(Bytes command) {
        if (suspended || diskStalls()) {
            return new Admission.Refused(Admission.Refusal.SUSPENDED);
        }
        if (standing.unsound()) { // Rule 14.4
            return new Admission.Refused(Admission.Refusal.HANDING_OFF);
        }
        HandOff running = handOff;
        if (running != null && running.parks()) { // Rule 10.2
            return new Admission.Refused(Admission.Refusal.HANDING_OFF);
        }
        if (quorums().inSync().size() < change.record().minInSync()) { // Rule 4.3
            return new Admission.Refused(Admission.Refusal.TOO_FEW_IN_SYNC);
        }
        if (uncommittedBytes > standing.settings.maxUncommittedBytes()) { // Rule 4.8
            return new Admission.Refused(Admission.Refusal.OVERLOADED);
        }
        Entry entry = append(Entry.Kind.COMMAND, command);
        commandsToCompare = true;
        uncommittedBytes += entry.weightBytes();
        return new Admission.Appended(entry.position());
    }

    /** Something in the state has fallen due and no write came: moves log time on (Rule 9.6). */
    void appendTick() {
        if (!suspended
                && !handsOff()
                && standing.commitIndex() == standing.journal.end().index()) {
            append(Entry.Kind.TICK, Bytes.EMPTY);
        }
    }

    /** Marks in the log when the last write was taken (Rule 10.2). */
    void appendMark() {
        append(Entry.Kind.TICK, Bytes.EMPTY);
    }

    void read(Rounds.Reader reader) {
        rounds.await(reader);
    }

    void forget(Set<Long> reads) {
        rounds.forget(reads);
    }

    void onAppended(ReplicaId from, Message.Appended answer) {
        FollowerProgress follower = followers.get(from);
        if (follower == null || lostWhatItHad(follower, answer.acknowledged(), answer.durableEnd())) {
            return;
        }
        check(answer.matchIndex() <= standing.journal.end().index(), "nobody has more of this epoch than its leader");
        follower.answered(answer.number(), answer.sentMillis(), standing.now());
        follower.matched(
                answer.number(), answer.matchIndex(), standing.journal.end().index(), standing.now());
    }

    void onMismatched(ReplicaId from, Message.Mismatched answer) {
        FollowerProgress follower = followers.get(from);
        if (follower == null || lostWhatItHad(follower, answer.acknowledged(), answer.durableEnd())) {
            return;
        }
        follower.answered(answer.number(), answer.sentMillis(), standing.now());
        Position start = standing.journal.start();
        Position agreed = standing.journal.highestNotAfter(answer.hint());
        boolean behindTheLog = agreed.equals(start)
                && (answer.hint().index() < start.index() || answer.hint().epoch() < start.epoch());
        if (behindTheLog) { // Rule 13.3
            follower.isBehindTheLog(answer.number(), start.index());
        } else {
            follower.mismatched(
                    answer.number(), beyondWhatWasAsked(follower, answer.hint()).orElse(agreed.index()));
        }
    }

    /**
     * Where a log begins behind what was asked, its beginning is asked for next: that is committed there, so either the logs
     * agree at it, or the follower sees that they never will (Rule 10.12).
     */
    private OptionalLong beyondWhatWasAsked(FollowerProgress follower, Position hint) {
        return follower.probing() && hint.index() >= follower.next()
                ? OptionalLong.of(Math.min(hint.index(), standing.journal.end().index()))
                : OptionalLong.empty();
    }

    /** Rule 3.4: a store that has less than it had acknowledged before the question was sent was rolled back. */
    private boolean lostWhatItHad(FollowerProgress follower, long acknowledged, long durableEnd) {
        if (durableEnd < acknowledged) {
            condemn(follower, acknowledged, durableEnd);
        }
        return follower.condemned();
    }

    void onRolledBack(ReplicaId from, Message.RolledBack confession) {
        FollowerProgress follower = followers.get(from);
        if (follower != null) {
            condemn(follower, confession.acknowledged(), confession.durableEnd());
        }
    }

    private void condemn(FollowerProgress follower, long acknowledged, long durableEnd) {
        if (!follower.condemned()) {
            follower.condemn();
            condemned.add(follower.replica());
            standing.work()
                    .error("rolled-back replica=" + follower.replica() + " acknowledged=" + acknowledged + " has="
                            + durableEnd
                            + ": its disk lost acknowledged writes. It no longer counts; stop it, and start"
                            + " it with an empty data directory");
        }
    }

    /** The highest index that each other replica has acknowledged in this epoch; 0 for one that has none. */
    SortedMap<ReplicaId, Long> acknowledged() {
        TreeMap<ReplicaId, Long> indexes = new TreeMap<>();
        followers.forEach((replica, progress) -> indexes.put(replica, progress.match()));
        return indexes;
    }

    /** A connection to the node broke: what was under way to it may be lost. */
    void onUnreachable(NodeId node) {
        for (FollowerProgress follower : followers.values()) {
            if (follower.replica().node().equals(node)) {
                follower.connectionLost(standing.now() + standing.settings.heartbeatMillis());
            }
        }
    }

    /** The follower wants to leave the in-sync set; it says so again at least every heartbeat (Rule 10.9). */
    void onLeaving(ReplicaId from) {
        FollowerProgress follower = followers.get(from);
        if (follower != null) {
            follower.leaving(standing.now() + standing.settings.leaderTimeoutMillis());
        }
    }

    /** Leadership is to move (Rule 10.1); {@link Work#handOffs} says what became of it. */
    void handOff(long number, HandOffWish wish) {
        HandOff begun = HandOff.begin(standing, this, number, wish);
        handOff = begun == null ? handOff : begun;
    }

    @Nullable
    HandOff handOff() {
        return handOff;
    }

    void onStateIs(ReplicaId from, Message.StateIs digest) {
        comparison.onStateIs(from, digest);
    }

    void onUnsound(ReplicaId from) {
        comparison.onUnsound(from);
    }

    /** Whether the state of this replica is known to be wrong (Rule 14.3). */
    boolean isOdd(ReplicaId replica) {
        return comparison.isOdd(replica);
    }

    void onSuspected(ReplicaId from, Message.Suspected answer) {
        HandOff running = handOff;
        if (running != null) {
            running.onSuspected(from, answer);
        }
    }

    void onLatchRead(long request, List<Coordination.LatchPlace> queue) {
        HandOff running = handOff;
        if (running != null) {
            running.onLatchRead(request, queue);
        }
    }

    boolean handsOff() {
        return handOff != null;
    }

    /** The answer of ZooKeeper to a change of the set. */
    void onAnswered(long request, Coordination.Answer answer) {
        change.onAnswered(request, answer);
    }

    // --- what follows from events ----------------------------------------------------------------------------------

    /** Time has passed, or ZooKeeper's view has changed. */
    void tick() {
        refreshFollowers();
        for (FollowerProgress follower : followers.values()) {
            follower.resendIfLost(standing.now(), standing.settings.leaderTimeoutMillis() / 2);
        }
        askAllIfSlow();
        judgeSuspension();
        HandOff running = handOff;
        if (running != null) {
            running.tick();
            handOff = running.over() ? null : running;
        }
        change.tick();
        comparison.tick();
        tellWhatAllHold();
        makeComparable();
        handOverIfUnsound();
    }

    /** Rule 14.2: states that change are compared after an entry that is no command. */
    private void makeComparable() {
        boolean due = standing.now() - comparableAtMillis >= standing.settings.compareEveryMillis();
        if (due && commandsToCompare) {
            compareStates();
        }
    }

    /** See {@link Replica#compareStates}. */
    long compareStates() {
        if (!serving() || handsOff() || diskStalls()) {
            return -1;
        }
        return append(Entry.Kind.TICK, Bytes.EMPTY).index();
    }

    /** Rule 14.4: whose state is wrong does not lead, if anybody else can. */
    private void handOverIfUnsound() {
        if (standing.unsound()
                && !standing.view().paused() // Rule 15.3
                && !handsOff()
                && standing.now() - handOverTriedMillis >= standing.settings.heartbeatMillis()) {
            handOverTriedMillis = standing.now();
            handOff(HandOff.NOBODY_WAITS, HandOffWish.ANY);
        }
    }

    /** Nobody waits for it: now and then is enough, and what is lost is said again (Rule 13.1). */
    private void tellWhatAllHold() {
        if (standing.now() - heldToldMillis >= standing.settings.leaderTimeoutMillis() / 2) {
            heldToldMillis = standing.now();
            Message held = new Message.HeldByAll(epoch, heldByAll());
            followers.keySet().forEach(replica -> standing.send(replica.node(), held));
        }
    }

    /** Draws the conclusions of a step: commits, confirms rounds, and sends what is to be sent. */
    void conclude() {
        HandOff running = handOff;
        if (running != null) {
            running.proceed();
        }
        advanceCommit();
        gather();
        rounds.confirm(quorums().reachedByWriteQuorum(this::answeredNumber)).forEach(this::serve);
        if (diskStalls()) {
            return; // Rule 6.3: a leader whose own disk hangs falls silent
        }
        change.proceed();
        beginRound();
        sendAppends();
    }

    /** Rule 4.2: commit what a write quorum has, if it is of this epoch; all before it is committed with it. */
    private void advanceCommit() {
        long reached = quorums().reachedByWriteQuorum(this::match);
        if (reached <= standing.commitIndex() || standing.journal.epochAt(reached) != epoch) {
            return;
        }
        if (uncommittedBytes > 0) {
            long from = Math.max(standing.commitIndex(), startIndex) + 1;
            uncommittedBytes -= weightOf(from, reached);
        }
        long before = standing.commitIndex();
        standing.commit(reached);
        if (before >= startIndex) {
            gathering.committed(before, reached, standing.journal.end().index(), standing.now());
        } else {
            standing.work().info("serving epoch=" + epoch + " index=" + reached);
        }
    }

    private long weightOf(long from, long to) {
        long bytes = 0;
        long next = from;
        while (next <= to) {
            for (Entry entry : standing.journal.entries(next, standing.settings.maxAppendBytes())) {
                if (entry.index() <= to && entry.kind() == Entry.Kind.COMMAND) {
                    bytes += entry.weightBytes();
                }
                next = entry.index() + 1;
            }
        }
        return bytes;
    }

    private void serve(Rounds.Round round) {
        for (Rounds.Reader reader : round.readers()) {
            if (reader instanceof Rounds.Reader.Local local) {
                standing.readAt(local.read(), round.commitIndex());
            } else if (reader instanceof Rounds.Reader.Remote remote) {
                standing.send(
                        remote.follower(), new Message.ReadIndexed(epoch, remote.question(), round.commitIndex()));
            }
        }
    }

    /** Rule 8.1: a round for reads begins after they arrived, and only once an entry of this epoch is committed. */
    private void beginRound() {
        if (rounds.wanted() && serving() && !standing.unsound()) {
            rounds.begin(nextAppendNumber, standing.now(), standing.commitIndex(), true);
            allAreAsked = false;
            quickestToAnswer(quorums().othersToAsk()).forEach(this::sendHeartbeat);
            rounds.confirm(quorums().reachedByWriteQuorum(this::answeredNumber)).forEach(this::serve);
        }
    }

    /** Rule 8.1: who is asked decides nothing, only how soon a round is confirmed and what it costs all of them. */
    private List<FollowerProgress> quickestToAnswer(int count) {
        List<FollowerProgress> voters = new ArrayList<>();
        for (ReplicaId replica : quorums().voters()) {
            FollowerProgress follower = followers.get(replica);
            if (follower != null && !follower.condemned()) {
                voters.add(follower);
            }
        }
        voters.sort(Comparator.comparingLong(FollowerProgress::answeredNumber).reversed());
        return voters.subList(0, Math.min(count, voters.size()));
    }

    /** Those that were asked do not answer at once: the others may. */
    private void askAllIfSlow() {
        long since = rounds.readersWaitSinceMillis();
        if (since >= 0 && !allAreAsked && standing.now() - since >= standing.settings.heartbeatMillis() / 10) {
            allAreAsked = true;
            quickestToAnswer(followers.size()).forEach(this::sendHeartbeat);
        }
    }

    /** Rule 4.9. What fills an append has waited long enough. */
    private void gather() {
        if (uncommittedBytes >= standing.settings.maxAppendBytes()) {
            gathering.end();
        } else {
            gathering.look(standing.journal.end().index() - standing.commitIndex(), standing.now());
        }
    }

    private void sendAppends() {
        boolean roundBegun = false;
        // Under load entries take the place of heartbeats; without a round of their own all nodes would look stale.
        boolean roundDue = standing.now() - rounds.latestStartMillis() >= standing.settings.heartbeatMillis();
        for (FollowerProgress follower : followers.values()) {
            if (follower.condemned()) {
                continue;
            }
            follower.logBegins(standing.journal.start().index());
            boolean due = follower.heartbeatDue(standing.now(), standing.settings.heartbeatMillis());
            if ((due || roundDue) && !roundBegun) {
                rounds.begin(nextAppendNumber, standing.now(), standing.commitIndex(), false);
                roundBegun = true;
            }
            boolean waits = gathering.missing() > 0 && follower.next() > standing.commitIndex();
            if (!waits
                    && follower.mayTakeEntries(standing.now())
                    && follower.next() <= standing.journal.end().index()) {
                List<Entry> entries = standing.journal.entries(follower.next(), standing.settings.maxAppendBytes());
                send(follower, standing.journal.positionAt(follower.next() - 1), entries);
            } else if (due || follower.wantsCommit(standing.commitIndex(), standing.now())) {
                sendHeartbeat(follower);
            }
        }
    }

    /** See {@link Replica#gathersFor}. */
    long gathersFor() {
        return gathering.missing();
    }

    void endGathering() {
        gathering.end();
    }

    /** While probing, the heartbeat is the probe; afterwards it names what is known to match, which cannot fail. */
    private void sendHeartbeat(FollowerProgress follower) {
        follower.logBegins(standing.journal.start().index());
        long previous = follower.probing() ? follower.next() - 1 : follower.match();
        send(follower, standing.journal.positionAt(previous), List.of());
        if (follower.needsSnapshot()) {
            ReplicaId replica = follower.replica();
            standing.send(replica.node(), new Message.TakeSnapshot(replica.store(), epoch, standing.journal.start()));
        }
    }

    /** Rule 13.1: who counts has the log so far, and nobody will count who has not (Rule 13.2). */
    long heldByAll() {
        long held = standing.journal.durableEnd();
        for (ReplicaId replica : quorums().voters()) {
            held = Math.min(held, match(replica));
        }
        heldByAll = Math.max(heldByAll, held);
        return heldByAll;
    }

    /** Rule 13.2: an index below which nobody may join the in-sync set: others may have cut their logs up to there. */
    long neededToJoin() {
        return Math.max(heldByAll, startIndex);
    }

    private void send(FollowerProgress follower, Position previous, List<Entry> entries) {
        Message.Append append = new Message.Append(
                follower.replica().store(),
                epoch,
                nextAppendNumber++,
                previous,
                standing.commitIndex(),
                follower.match(),
                standing.logClock.at(standing.now()),
                suspended,
                follower.echoMillis(),
                confirmedAgeMillis(),
                entries);
        follower.sent(append, standing.now());
        standing.send(follower.replica().node(), append);
    }

    /**
     * Rule 8.4: until an entry of this epoch is committed, the commit index may be behind what an earlier leader had
     * acknowledged, and nothing here vouches for freshness.
     */
    private long confirmedAgeMillis() {
        long confirmed = confirmedStartMillis();
        boolean vouches = confirmed >= 0 && standing.commitIndex() >= startIndex;
        return vouches ? standing.now() - confirmed : -1;
    }

    private Entry append(Entry.Kind kind, Bytes payload) {
        Journal journal = standing.journal;
        long time = standing.logClock.stamp(standing.now(), standing.wall());
        Entry entry = Entry.of(journal.end().index() + 1, epoch, time, kind, payload);
        if (kind != Entry.Kind.COMMAND) {
            gathering.end(); // this is no client's write, and waits for none
            commandsToCompare = false;
            comparableAtMillis = standing.now();
        }
        journal.append(entry);
        return entry;
    }

    // --- who is there ----------------------------------------------------------------------------------------------

    /** Every voter and every live learner has a progress; who is neither has none. */
    private void refreshFollowers() {
        List<ReplicaId> wanted = new ArrayList<>(quorums().voters());
        for (Member member : standing.view().members()) {
            if (!wanted.contains(member.replica())) {
                wanted.add(member.replica());
            }
        }
        wanted.remove(standing.self);
        followers.keySet().retainAll(wanted);
        for (ReplicaId replica : wanted) {
            if (!followers.containsKey(replica)) {
                FollowerProgress follower =
                        new FollowerProgress(replica, standing.journal.end().index() + 1, standing.now());
                if (condemned.contains(replica)) {
                    follower.condemn();
                }
                followers.put(replica, follower);
            }
        }
    }

    Collection<FollowerProgress> followers() {
        return followers.values();
    }

    @Nullable
    FollowerProgress follower(ReplicaId replica) {
        return followers.get(replica);
    }

    /** Own entries count once they are on the own disk (Rule 4.2). */
    long match(ReplicaId replica) {
        if (replica.equals(standing.self)) {
            return standing.journal.durableEnd();
        }
        FollowerProgress follower = followers.get(replica);
        return follower == null ? 0 : follower.match();
    }

    private long answeredNumber(ReplicaId replica) {
        if (replica.equals(standing.self)) {
            return Long.MAX_VALUE;
        }
        FollowerProgress follower = followers.get(replica);
        return follower == null ? 0 : follower.answeredNumber();
    }

    long answeredAtMillis(ReplicaId replica) {
        if (replica.equals(standing.self)) {
            return standing.now();
        }
        FollowerProgress follower = followers.get(replica);
        return follower == null ? Long.MIN_VALUE / 2 : follower.answeredAtMillis();
    }

    /** Rule 6.1: suspended while the write quorum has not answered for the leader timeout; never deposed by that. */
    private void judgeSuspension() {
        long answered = quorums().reachedByWriteQuorum(this::answeredAtMillis);
        boolean silent = standing.now() - answered > standing.settings.leaderTimeoutMillis();
        if (silent != suspended) {
            suspended = silent;
            if (silent) {
                standing.work()
                        .warn("suspended epoch=" + epoch + " inSync="
                                + Standing.names(quorums().inSync())
                                + ": the write quorum does not answer; writes wait until it does");
            } else {
                standing.work().info("resumed epoch=" + epoch);
            }
        }
    }

    boolean diskStalls() {
        return standing.journal.diskDelayMillis(standing.now()) > standing.settings.leaderTimeoutMillis();
    }

    /** When the latest confirmed round began, by this node's clock; -1 if none was (Rule 8.4). */
    long confirmedStartMillis() {
        if (quorums().voters().equals(List.of(standing.self))) {
            return standing.now();
        }
        return rounds.confirmedStartMillis();
    }

    List<Long> localReaders() {
        return rounds.localReaders();
    }

    ControlRecord record() {
        return change.record();
    }

    /** The change of the set that is open, such as {@code +n3} or {@code -n2+n3}; empty if there is none. */
    Optional<String> openChange() {
        return change.open();
    }
}
