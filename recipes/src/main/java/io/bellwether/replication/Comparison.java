package io.bellwether.replication;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a leader finds the replica whose state differs from the others', itself included (Rules 14.2 and 14.3), and has it
 * rebuilt once nobody counts on it (Rule 14.4).
 */
final class Comparison {
    /** Of each replica; who is further behind is compared when it has caught up. */
    private static final int REMEMBERED = 16;

    private final Standing standing;
    private final Leadership leadership;
    /** What others said of their states, by index. */
    private final TreeMap<ReplicaId, TreeMap<Long, Said>> said = new TreeMap<>();

    private final TreeSet<ReplicaId> odd = new TreeSet<>();
    private boolean doubtTold;
    private long comparedAtMillis;
    private long toldAtMillis;

    /** A sum, and the version of the software that made the state: those of two versions are not compared. */
    private record Said(String software, long sum) {}

    Comparison(Standing standing, Leadership leadership) {
        this.standing = standing;
        this.leadership = leadership;
        this.comparedAtMillis = standing.now();
    }

    void onStateIs(ReplicaId from, Message.StateIs digest) {
        TreeMap<Long, Said> known = said.computeIfAbsent(from, replica -> new TreeMap<>());
        known.put(digest.index(), new Said(digest.software(), digest.sum()));
        while (known.size() > REMEMBERED) {
            known.pollFirstEntry();
        }
    }

    /** A replica has found out by itself that its state is not what it should be. */
    void onUnsound(ReplicaId from) {
        isOdd(from, "says that its state is damaged");
    }

    /** Whether the replica is to be rebuilt: it neither stays in the in-sync set nor joins it in this leadership. */
    boolean isOdd(ReplicaId replica) {
        return odd.contains(replica);
    }

    void tick() {
        if (standing.now() - comparedAtMillis >= standing.settings.compareEveryMillis() / 2) {
            comparedAtMillis = standing.now();
            TreeSet<Long> indexes = new TreeSet<>();
            said.values().forEach(known -> indexes.addAll(known.keySet()));
            indexes.forEach(this::compare);
        }
        tellWhoIsOut();
    }

    private void compare(long index) {
        Map<Said, Integer> votes = new HashMap<>();
        int voters = 0;
        for (ReplicaId replica : leadership.quorums().inSync()) {
            Said vote = at(replica, index);
            if (vote != null) {
                voters++;
                votes.merge(vote, 1, Integer::sum);
            }
        }
        int members = leadership.quorums().inSync().size();
        Said right = null;
        for (Map.Entry<Said, Integer> vote : votes.entrySet()) {
            right = 2 * vote.getValue() > members ? vote.getKey() : right;
        }
        if (right != null) {
            judge(index, right);
        } else if (voters == members && voters > 1 && differInOneVersion(votes)) {
            doubt(index);
        }
    }

    private static boolean differInOneVersion(Map<Said, Integer> votes) {
        return votes.keySet().stream().map(Said::software).distinct().count() < votes.size();
    }

    private @Nullable Said at(ReplicaId replica, long index) {
        if (replica.equals(standing.self)) {
            Long sum = standing.digests.at(index);
            return sum == null ? null : new Said(standing.software, sum);
        }
        TreeMap<Long, Said> known = said.get(replica);
        return known == null ? null : known.get(index);
    }

    /**
     * Rule 14.3: more than half of the in-sync set say the same, and the others are wrong. This replica, which would rebuild
     * them, first of all: one that has another state itself makes nobody's right.
     */
    private void judge(long index, Said right) {
        Said own = at(standing.self, index);
        if (own == null) {
            return; // it is behind with applying: the next time
        }
        if (differs(own, right)) {
            standing.distrust("its state after entry " + index + " is another than that of the others");
        } else if (own.sum() != right.sum()) {
            doubt(index);
        } else {
            for (ReplicaId replica : said.keySet()) {
                if (differs(at(replica, index), right)) {
                    isOdd(replica, "has another state than the others after entry " + index);
                }
            }
        }
    }

    private static boolean differs(@Nullable Said one, Said right) {
        return one != null && one.software().equals(right.software()) && one.sum() != right.sum();
    }

    private void isOdd(ReplicaId replica, String why) {
        if (odd.add(replica)) {
            standing.work()
                    .error("state differs replica=" + replica.node() + " epoch=" + leadership.epoch() + ": it " + why
                            + ". It leaves the in-sync set as soon as that may be, and is rebuilt from the leader");
        }
    }

    /** Rule 14.5: nobody knows which is right, or whoever is right does not lead. */
    private void doubt(long index) {
        if (!doubtTold) {
            doubtTold = true;
            standing.work()
                    .error("states differ epoch=" + leadership.epoch() + " inSync="
                            + Standing.names(leadership.quorums().inSync()) + ": their states after entry " + index
                            + " are not the same, and no majority of one version that the leader is of says which is"
                            + " right. Nothing is changed. Bring all nodes to one version; or check each with"
                            + " scripts/verify, and rebuild the wrong one");
        }
    }

    /** Rule 14.4: whose word neither counts nor will count is told to begin anew; again, since that may be lost. */
    private void tellWhoIsOut() {
        if (odd.isEmpty()
                || standing.unsound()
                || standing.now() - toldAtMillis < standing.settings.heartbeatMillis()) {
            return;
        }
        toldAtMillis = standing.now();
        for (ReplicaId replica : odd) {
            if (leadership.follower(replica) != null
                    && !leadership.quorums().voters().contains(replica)) {
                standing.send(replica.node(), new Message.BeginAnew(replica.store(), leadership.epoch()));
            }
        }
    }
}
