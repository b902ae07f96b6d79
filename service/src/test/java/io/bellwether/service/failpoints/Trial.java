package io.bellwether.service.failpoints;

import io.bellwether.checking.Operation;
import io.bellwether.replication.HandOffOutcome;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One pair, tried on a cluster that is well, and is to be well again afterwards. */
final class Trial {
    private static final int SOME_WRITES = 20;
    private static final long HARM_MILLIS = 10_000;
    private static final int MOST_LEADERS_LOST = 3;

    private final TriedCluster cluster;
    private final Pair pair;
    private final Failpoint failpoint;
    private final Load load;
    private @Nullable CompletableFuture<HandOffOutcome> handOff;

    /** @param prefix of all keys, of this trial alone */
    Trial(TriedCluster cluster, String prefix, Pair pair) {
        this.cluster = cluster;
        this.pair = pair;
        this.failpoint = new Failpoint(pair);
        this.load = new Load(cluster, prefix);
    }

    /** @return what was found to be broken */
    List<String> run() throws InterruptedException {
        cluster.journal().say("trial of " + pair);
        try {
            return runUnderLoad();
        } finally {
            load.stop();
        }
    }

    private List<String> runUnderLoad() throws InterruptedException {
        load.start().awaitMore(SOME_WRITES);
        cluster.arm(failpoint);
        bringAbout();
        cluster.until("the failpoint strikes", failpoint::hasStruck);
        if (!failpoint.awaitOver(HARM_MILLIS)) {
            throw new IllegalStateException(pair + " does not come to its end");
        }
        heal();
        load.awaitMore(SOME_WRITES);
        load.finish();
        return Inquest.of(cluster, load);
    }

    boolean hasStruck() {
        return failpoint.hasStruck();
    }

    List<Operation> operations() {
        return load.operations();
    }

    private void bringAbout() {
        switch (pair.occasion()) {
            case LOAD -> {}
            case LEADER_LOST -> loseLeaders(false);
            case LEADER_LOST_WITH_A_TAIL -> loseLeaders(true);
            case CLAIM_FROM_BEHIND -> claim(true);
            case CLAIM_WITH_ANOTHER_BEHIND -> claim(false);
            case FOLLOWER_LOST -> {
                Machine follower = cluster.awaitFollower();
                follower.kill();
                cluster.until(
                        follower + " out of the in-sync set",
                        () -> failpoint.hasStruck() || cluster.isEvicted(follower));
                follower.start(failpoint);
            }
            case FOLLOWER_LEFT_FAR_BEHIND -> {
                Machine follower = cluster.awaitFollower();
                long end = follower.lastIndex();
                follower.kill();
                cluster.until(
                        follower + " far behind",
                        () -> failpoint.hasStruck()
                                || cluster.running().stream().allMatch(other -> other.logStart() > end));
                follower.start(failpoint);
            }
            case DEPARTURE -> {
                Life follower = cluster.awaitFollower().life();
                if (follower != null) {
                    follower.depart();
                }
            }
            case HAND_OFF -> cluster.until("a hand-off", this::handsOff);
        }
    }

    /**
     * Not every change of leadership takes every step: who leads need not stand first in the latch's queue, and then nobody
     * deletes its place there. Nor need its disk keep, when it is killed, a tail that others would have it cut off. The next one
     * who leads does.
     */
    private void loseLeaders(boolean withATail) {
        for (int lost = 0; lost < MOST_LEADERS_LOST && !failpoint.hasStruck(); lost++) {
            Machine leader = cluster.awaitLeader();
            if (withATail) {
                awaitEntriesWithheldFrom(cluster.others(leader), leader);
            }
            leader.kill();
            cluster.until(
                    "another leader",
                    () -> failpoint.hasStruck() || cluster.leader().isPresent());
            leader.start(failpoint);
            cluster.until(leader + " stands in the queue again", () -> failpoint.hasStruck() || leader.isQueued());
        }
    }

    /** Who is left behind for longer than a moment leaves the set, and may claim nothing: then another one is. */
    private void claim(boolean fromBehind) {
        for (int claims = 0; claims < MOST_LEADERS_LOST && !failpoint.hasStruck(); claims++) {
            Machine leader = cluster.awaitLeader();
            List<Machine> followers = cluster.others(leader);
            Machine behind = followers.get(0);
            Machine claimant = followers.get(fromBehind ? 0 : 1);
            awaitEntriesWithheldFrom(List.of(behind), leader);
            Life claiming = claimant.life();
            if (claiming != null) {
                claiming.force();
            }
            cluster.until(
                    claimant + " leads",
                    () -> failpoint.hasStruck()
                            || cluster.leader().filter(claimant::equals).isPresent());
        }
    }

    /** From now on the leader's entries don't reach them; waits until it has some that they lack. */
    private void awaitEntriesWithheldFrom(List<Machine> followers, Machine leader) {
        Life leading = leader.life();
        if (leading != null) {
            leading.withholdEntriesFrom(followers.stream().map(Machine::id).collect(Collectors.toSet()));
        }
        cluster.until(
                followers + " lack entries of " + leader,
                () -> failpoint.hasStruck() || followers.stream().allMatch(follower -> lacksEntries(follower, leader)));
    }

    private static boolean lacksEntries(Machine follower, Machine leader) {
        long last = follower.lastIndex();
        return last > 0 && last < leader.lastIndex();
    }

    /** Whether the failpoint has struck; else leadership is handed over once more. */
    private boolean handsOff() {
        CompletableFuture<HandOffOutcome> asked = handOff;
        if (!failpoint.hasStruck() && (asked == null || asked.isDone())) {
            handOff = cluster.handOff();
        }
        return failpoint.hasStruck();
    }

    /** Whoever is gone is started again, and all are well. */
    private void heal() {
        if (pair.occasion() == Occasion.LOAD) {
            cluster.awaitLeader(); // those who live on can go on without whoever is gone
        }
        for (Machine machine : cluster.running()) {
            Life running = machine.life();
            if (running != null) {
                running.withholdEntriesFrom(Set.of());
                running.returnToDuty();
            }
        }
        cluster.startAll();
        cluster.awaitWell();
    }
}
