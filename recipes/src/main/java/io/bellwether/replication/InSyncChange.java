package io.bellwether.replication;

import static io.bellwether.replication.InvariantViolation.check;
import static io.bellwether.replication.InvariantViolation.present;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a leader changes the in-sync set (Rules 5.1 to 5.7): one replica at a time, never itself, under the joint rule from
 * the moment it has a change in mind, and by compare-and-set on the control record once the new set has all that counts.
 *
 * <p>Legal transitions of the change in mind: none to INTENDED; INTENDED to none (dropped) or to SENT; SENT to none, when
 * the record shows what became of it, and only then (Rule 3.3).
 */
final class InSyncChange {
    private static final long NOT_SENT = 0;
    /** The longest rest after failed changes of the same replica, in leader timeouts. */
    private static final int MAX_RESTS = 8;

    private final Standing standing;
    private final Leadership leadership;
    private Coordination.Versioned versioned;
    private ControlRecord record;
    private Quorums quorums;
    private @Nullable Intention intention;
    /** Replicas whose change failed, and when it may be tried again (Rule 5.6). */
    private final TreeMap<ReplicaId, Rest> resting = new TreeMap<>();

    private record Rest(long untilMillis, long lengthMillis) {}

    /** The set that the leader has in mind. */
    private static final class Intention {
        final List<ReplicaId> set;
        final ReplicaId replica;
        final String what;
        final long sinceMillis;
        long request = NOT_SENT;
        long sentAtMillis;

        private Intention(List<ReplicaId> set, ReplicaId replica, String what, long sinceMillis) {
            this.set = set;
            this.replica = replica;
            this.what = what;
            this.sinceMillis = sinceMillis;
        }

        static Intention toAdd(ReplicaId replica, List<ReplicaId> set, long sinceMillis) {
            return new Intention(set, replica, "+" + replica.node(), sinceMillis);
        }

        static Intention toRemove(ReplicaId replica, List<ReplicaId> set, long sinceMillis) {
            return new Intention(set, replica, "-" + replica.node(), sinceMillis);
        }

        /** What fails is tried again with another one, or later. */
        static Intention toReplace(ReplicaId gone, ReplicaId by, List<ReplicaId> set, long sinceMillis) {
            return new Intention(set, by, "-" + gone.node() + "+" + by.node(), sinceMillis);
        }
    }

    InSyncChange(Standing standing, Leadership leadership, Coordination.Versioned versioned) {
        this.standing = standing;
        this.leadership = leadership;
        this.versioned = versioned;
        this.record = present(versioned.record(), "a leader has claimed a record");
        this.quorums = Quorums.of(record);
    }

    Quorums quorums() {
        return quorums;
    }

    ControlRecord record() {
        return record;
    }

    /** The change in mind, such as {@code +n3} or {@code -n2+n3}; empty if there is none. */
    Optional<String> open() {
        return Optional.ofNullable(intention).map(open -> open.what);
    }

    // --- events ----------------------------------------------------------------------------------------------------

    void tick() {
        readRecord();
        Intention open = intention;
        if (open == null) {
            if (standing.view().connected() && !leadership.handsOff()) { // Rule 10.1
                intend();
            }
        } else if (open.request == NOT_SENT) {
            dropIfStuck(open);
        } else if (standing.view().connected()
                && standing.now() - open.sentAtMillis >= standing.settings.leaderTimeoutMillis()) {
            // Rule 3.3: only the same compare-and-set again, on the same version, brings certainty.
            submit(open);
        }
    }

    void onAnswered(long request, Coordination.Answer answer) {
        Intention open = intention;
        if (open == null || open.request != request) {
            return;
        }
        if (answer == Coordination.Answer.UNKNOWN) {
            open.sentAtMillis = standing.now() - standing.settings.leaderTimeoutMillis() * 3 / 4;
        } else {
            standing.work().ask(new Work.Request.ReadRecord());
            readRecord();
        }
    }

    /** What the record shows settles what was sent; a higher epoch in it ends this leadership elsewhere. */
    private void readRecord() {
        Coordination.Versioned seen = standing.view().record();
        if (seen == null || seen.version() <= versioned.version()) {
            return;
        }
        ControlRecord now = seen.record();
        if (now == null || now.epoch() != leadership.epoch() || !now.claim().equals(leadership.claim())) {
            return; // Replica steps down on a higher epoch; anything else is a guard's business (Rule 11.1)
        }
        Intention open = intention;
        boolean asked = open != null && open.request != NOT_SENT && open.set.equals(now.inSync());
        check(asked || now.inSync().equals(record.inSync()), "only its leader changes the in-sync set of an epoch");
        versioned = seen;
        record = now;
        if (open != null && open.request != NOT_SENT) {
            intention = null;
            quorums = Quorums.of(now);
            if (asked) {
                resting.remove(open.replica);
                standing.work()
                        .info("in-sync set changed epoch=" + leadership.epoch() + " inSync="
                                + Standing.names(now.inSync()) + " change=" + open.what);
            }
        } else if (open == null) {
            quorums = Quorums.of(now);
        }
    }

    /** Sends the intention as soon as the new set has all that counts (Rule 5.3). */
    void proceed() {
        Intention open = intention;
        if (open != null && open.request == NOT_SENT && standing.view().connected() && hasWhatCounts(open.set)) {
            open.request = standing.nextRequest();
            submit(open);
        }
    }

    private void submit(Intention open) {
        open.sentAtMillis = standing.now();
        standing.work().ask(new Work.Request.Change(open.request, versioned.version(), record.withInSync(open.set)));
    }

    /** Rule 5.3: W(S') of S' have everything up to the larger of the commit index and the epoch's start. */
    private boolean hasWhatCounts(List<ReplicaId> set) {
        long needed = Math.max(standing.commitIndex(), leadership.startIndex());
        return Quorums.reachedByWriteQuorum(record.writeQuorum(), set, leadership::match) >= needed;
    }

    /** Rule 5.5: no intention while ZooKeeper is away. Rule 5.6: none that goes on for ever. Rule 15.2: none against a pause. */
    private void dropIfStuck(Intention open) {
        boolean late = standing.now() - open.sinceMillis > standing.settings.leaderTimeoutMillis();
        boolean unwanted =
                record.inSync().stream().anyMatch(replica -> !open.set.contains(replica) && isKeptByPause(replica));
        if (late || unwanted || !standing.view().connected()) {
            intention = null;
            quorums = Quorums.of(record);
            if (late) {
                rest(open.replica);
            }
        }
    }

    private void rest(ReplicaId replica) {
        Rest last = resting.get(replica);
        long shortest = standing.settings.leaderTimeoutMillis();
        long length = last == null ? shortest : Math.min(2 * last.lengthMillis(), MAX_RESTS * shortest);
        resting.put(replica, new Rest(standing.now() + length, length));
    }

    private boolean rests(ReplicaId replica) {
        Rest rest = resting.get(replica);
        return rest != null && standing.now() < rest.untilMillis();
    }

    // --- whom to add, whom to remove -------------------------------------------------------------------------------

    private void intend() {
        if (standing.guard().isPresent()) {
            return; // Rule 11.1
        }
        addition().or(this::removal).or(this::replacement).ifPresent(chosen -> {
            intention = chosen;
            quorums = quorums.intending(chosen.set); // Rule 5.2: from now on both sets count
        });
    }

    /** A live learner within one batch of the end (Rule 5.1). */
    private Optional<Intention> addition() {
        for (ReplicaId learner : whoMayJoin()) {
            List<ReplicaId> larger = with(learner, record.inSync());
            if (answers(larger)) {
                return Optional.of(Intention.toAdd(learner, larger, standing.now()));
            }
        }
        return Optional.empty();
    }

    private List<ReplicaId> whoMayJoin() {
        return leadership.followers().stream()
                .filter(learner ->
                        !record.inSync().contains(learner.replica()) && !rests(learner.replica()) && level(learner))
                .map(FollowerProgress::replica)
                .toList();
    }

    private static List<ReplicaId> with(ReplicaId replica, List<ReplicaId> set) {
        List<ReplicaId> larger = new ArrayList<>(set);
        larger.add(replica);
        larger.sort(null);
        return larger;
    }

    /**
     * Rule 5.7: at the floor nobody may go, and where all must store each write nobody can come while one does not. So one
     * that may join takes the place of one that would have to go.
     */
    private Optional<Intention> replacement() {
        if (record.inSync().size() > record.minInSync()) {
            return Optional.empty();
        }
        for (ReplicaId gone : record.inSync()) {
            if (gone.equals(standing.self) || isKeptByPause(gone) || !(failing(gone) || isReplaced(gone))) {
                continue;
            }
            for (ReplicaId learner : whoMayJoin()) {
                List<ReplicaId> changed = with(learner, without(gone));
                if (answers(changed)) {
                    return Optional.of(Intention.toReplace(gone, learner, changed, standing.now()));
                }
            }
        }
        return Optional.empty();
    }

    private boolean level(FollowerProgress learner) {
        boolean live =
                standing.view().members().stream().anyMatch(m -> m.replica().equals(learner.replica()));
        // One that would be removed again at once stays a learner until it has begun to store what it lacks.
        return live
                && !failing(learner.replica())
                && !learner.probing()
                && standing.now() - learner.answeredAtMillis() < standing.settings.leaderTimeoutMillis()
                && learner.match() >= leadership.neededToJoin() // Rule 13.2
                && withinOneBatch(learner);
    }

    private boolean withinOneBatch(FollowerProgress learner) {
        List<Entry> batch = standing.journal.entries(learner.next(), standing.settings.maxAppendBytes());
        return batch.isEmpty()
                || batch.get(batch.size() - 1).index() == standing.journal.end().index();
    }

    /**
     * Who has been silent, or stored nothing, for too long; at once when the leader is suspended, when the replica says that
     * it leaves (Rules 5.4 and 10.9), or when its node is there with another store, if the others have all that counts. That
     * one goes first, and no other goes if it could not go afterwards: it never answers again.
     */
    private Optional<Intention> removal() {
        List<ReplicaId> lost = record.inSync().stream().filter(this::isReplaced).toList();
        return removal(lost, 0, replica -> failing(replica) || hasWhatCounts(without(replica)))
                .or(() -> removal(record.inSync(), lost.size(), this::failing));
    }

    /** @param toGo how many others must be able to go afterwards */
    private Optional<Intention> removal(List<ReplicaId> candidates, int toGo, Predicate<ReplicaId> goes) {
        if (record.inSync().size() - toGo <= record.minInSync()) {
            return Optional.empty(); // Rule 4.3
        }
        for (ReplicaId replica : candidates) {
            if (replica.equals(standing.self) || rests(replica) || !goes.test(replica) || isKeptByPause(replica)) {
                continue;
            }
            List<ReplicaId> smaller = without(replica);
            if (answers(smaller)) {
                return Optional.of(Intention.toRemove(replica, smaller, standing.now()));
            }
        }
        return Optional.empty();
    }

    private List<ReplicaId> without(ReplicaId replica) {
        List<ReplicaId> smaller = new ArrayList<>(record.inSync());
        smaller.remove(replica);
        return smaller;
    }

    /** Whether its node is there, but with another store. */
    private boolean isReplaced(ReplicaId replica) {
        boolean another = false;
        for (Member member : standing.view().members()) {
            if (member.replica().equals(replica)) {
                return false;
            }
            another |= member.replica().node().equals(replica.node());
        }
        return another;
    }

    /** Rule 15.2: while automation is off, nobody is removed but who leaves. */
    private boolean isKeptByPause(ReplicaId replica) {
        FollowerProgress follower = leadership.follower(replica);
        boolean leaves = follower != null && follower.isLeaving(standing.now());
        return standing.view().paused() && !leaves;
    }

    private boolean failing(ReplicaId replica) {
        FollowerProgress follower = leadership.follower(replica);
        boolean takenOut = leadership.isOdd(replica); // Rule 14.4
        if (takenOut || follower == null || follower.condemned() || follower.isLeaving(standing.now())) {
            return true;
        }
        long silentMillis = standing.now() - follower.answeredAtMillis();
        long idleMillis = standing.now() - follower.progressAtMillis();
        return silentMillis > standing.settings.evictAfterMillis()
                || idleMillis > standing.settings.evictAfterMillis()
                || (leadership.suspended() && silentMillis > standing.settings.leaderTimeoutMillis());
    }

    private boolean answers(List<ReplicaId> set) {
        long answered = Quorums.reachedByWriteQuorum(record.writeQuorum(), set, leadership::answeredAtMillis);
        return standing.now() - answered <= standing.settings.leaderTimeoutMillis();
    }
}
