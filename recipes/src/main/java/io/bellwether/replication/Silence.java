package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the in-sync set agrees that its leader is silent, and who is to claim then (Rules 7.1 to 7.4). Deciding wrongly
 * costs a change of leader, never data.
 */
final class Silence {
    private static final int MAX_DOUBLINGS = 6;
    /** The number of a question that wants no answer, only a connection. */
    private static final long KNOCK = 0;

    private final Standing standing;
    private final Following following;
    private long question;
    private long askedAtMillis = Long.MIN_VALUE / 2;
    private long knockedAtMillis = Long.MIN_VALUE / 2;
    private final TreeMap<ReplicaId, Message.Suspected> answers = new TreeMap<>();
    /** Who was told of late that a leader is heard here, and may soon have to be told otherwise. */
    private final TreeMap<NodeId, Told> told = new TreeMap<>();

    private final LatchReads latchReads;
    private long restUntilMillis = Long.MIN_VALUE / 2;
    private long restedForEpoch = -1;

    private record Told(long question, long atMillis) {}

    Silence(Standing standing, Following following) {
        this.standing = standing;
        this.following = following;
        this.latchReads = new LatchReads(standing);
        this.question = 1 + standing.random(1L << 46); // an answer to an earlier life is none to this
    }

    /** Time has passed: an answer that is no longer true is given again, so that the asker need not ask again. */
    void tick(boolean canLead) {
        if (following.missesHeartbeat()) {
            knock();
        }
        if (told.isEmpty() || following.hearsLeader()) {
            return;
        }
        told.forEach((asker, answered) -> {
            if (standing.now() - answered.atMillis() <= standing.settings.heartbeatMillis()) {
                answer(asker, answered.question(), false, canLead);
            }
        });
        told.clear();
    }

    /** What a follower does when time passes; {@code mayClaim} when it is to claim now, out of agreed silence. */
    boolean tickSaysClaim() {
        if (following.hearsLeader() || !standing.inSync()) {
            answers.clear();
            return false;
        }
        ask();
        return agreed() && rested() && takeTheLatch();
    }

    /** A process that is gone refuses the connection: quicker than waiting. */
    private void knock() {
        ReplicaId leader = following.leader();
        if (leader != null && standing.now() - knockedAtMillis >= standing.settings.heartbeatMillis()) {
            knockedAtMillis = standing.now();
            standing.send(leader.node(), new Message.Suspect(standing.promise().epoch(), KNOCK));
        }
    }

    /** Asks all others of S whether they hear a leader. Answers to older questions say nothing new. */
    private void ask() {
        ControlRecord record = standing.record();
        if (record == null || standing.now() - askedAtMillis < standing.settings.heartbeatMillis()) {
            return;
        }
        askedAtMillis = standing.now();
        question++;
        for (ReplicaId replica : record.inSync()) {
            if (!replica.equals(standing.self)) {
                standing.send(
                        replica.node(), new Message.Suspect(standing.promise().epoch(), question));
            }
        }
    }

    /** @param canLead whether this replica could claim now */
    void onSuspect(ReplicaId from, Message.Suspect suspect, boolean hearsLeader, boolean canLead) {
        answer(from.node(), suspect.question(), hearsLeader, canLead);
        if (hearsLeader && suspect.question() != KNOCK) {
            told.put(from.node(), new Told(suspect.question(), standing.now()));
        }
        if (following.missesHeartbeat()) {
            knock();
        }
    }

    private void answer(NodeId asker, long asked, boolean hearsLeader, boolean canLead) {
        long epoch = standing.promise().epoch();
        standing.send(asker, new Message.Suspected(epoch, asked, hearsLeader, canLead, standing.process));
    }

    void onSuspected(ReplicaId from, Message.Suspected answer) {
        if (answer.question() == question) {
            answers.put(from, answer);
        } else if (answer.question() + 1 == question && !answers.containsKey(from)) {
            answers.put(from, answer); // one question old: not older than a heartbeat
        }
    }

    /** Rule 7.2: R(S) replicas of S, itself included, hear no leader. */
    private boolean agreed() {
        ControlRecord record = standing.record();
        return record != null
                && Quorums.of(record).recoveryQuorum(replica -> {
                    if (replica.equals(standing.self)) {
                        return true;
                    }
                    Message.Suspected answer = freshAnswer(replica);
                    return answer != null && !answer.hearsLeader();
                });
    }

    /** An answer to the latest question or to the one before; an older one may be of a replica that is gone. */
    private Message.@Nullable Suspected freshAnswer(ReplicaId replica) {
        Message.Suspected answer = answers.get(replica);
        return answer != null && answer.question() + 1 >= question ? answer : null;
    }

    /**
     * Rule 1.6: twice as long for each epoch that was claimed and has committed nothing that this node knows of, at
     * random, so that two that cannot win do not duel.
     */
    private boolean rested() {
        long epoch = standing.highestEpoch();
        if (restedForEpoch != epoch) {
            restedForEpoch = epoch;
            long committedEpoch = Math.max(0, standing.journal.epochAt(standing.commitIndex()));
            long fruitless = Math.min(MAX_DOUBLINGS, epoch - committedEpoch);
            long longest = (standing.settings.heartbeatMillis() << fruitless) - standing.settings.heartbeatMillis();
            restUntilMillis = standing.now() + standing.random(longest + 1);
        }
        return standing.now() >= restUntilMillis;
    }

    /** Whether this replica holds the latch; otherwise it sees to it that a live one does (Rule 7.3). */
    private boolean takeTheLatch() {
        if (standing.view().holdsLatch()) {
            return true;
        }
        if (standing.view().connected()) {
            latchReads.ask();
        } else {
            latchReads.lost();
        }
        return false;
    }

    /** Rule 7.3: deletes the places ahead of the first in-sync process that answered and could lead. */
    void onLatchRead(long request, List<Coordination.LatchPlace> queue, boolean canLead) {
        if (!latchReads.answers(request) || following.hearsLeader() || !agreed()) {
            return;
        }
        List<String> ahead = new ArrayList<>();
        for (Coordination.LatchPlace place : queue) {
            if (couldLead(place, canLead)) {
                if (!ahead.isEmpty()) {
                    standing.work()
                            .info("leader silent epoch=" + standing.highestEpoch() + ": the latch passes to "
                                    + place.replica().node());
                    standing.work().ask(new Work.Request.DeleteLatchPlaces(ahead));
                }
                return;
            }
            ahead.add(place.path());
        }
    }

    private boolean couldLead(Coordination.LatchPlace place, boolean canLead) {
        ControlRecord record = standing.record();
        if (record == null || !record.inSync().contains(place.replica())) {
            return false;
        }
        if (place.replica().equals(standing.self)) {
            return canLead && place.process().equals(standing.process);
        }
        Message.Suspected answer = freshAnswer(place.replica());
        return answer != null && answer.canLead() && answer.process().equals(place.process());
    }
}
