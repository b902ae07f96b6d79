package io.bellwether.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.gateway.ServingNode;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.HandOffWish;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.WriteQuorum;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How leadership is moved on purpose, in worlds where all else is well: messages of up to 5 ms, disks of up to 4. */
class HandOffTest {
    private static final int SEEDS = 40;
    private static final long SOON_MILLIS = 10_000;

    private final List<HandOffOutcome> outcomes = new ArrayList<>();
    private final List<DepartureOutcome> departures = new ArrayList<>();
    private final List<WriteOutcome> writes = new ArrayList<>();

    @Test
    void aHandOffTakesAMomentAndNoWriteFails() {
        for (int nodes : new int[] {3, 5}) {
            List<Long> millis = new ArrayList<>();
            for (long seed = 1; seed <= SEEDS; seed++) {
                World world = World.scene(seed, nodes, WriteQuorum.MAJORITY, 2);
                SimulatedNode leader = leader(world);
                outcomes.clear();
                handOff(leader, HandOffWish.ANY);
                for (int i = 0; i < 50; i++) {
                    world.nodes().forEach(node -> write(world, node));
                    world.runFor(5);
                }
                awaitWrites(world, 50 * nodes);
                HandOffOutcome.Moved moved = (HandOffOutcome.Moved) outcomes.get(0);
                assertThat(moved.from()).isEqualTo(leader.id());
                assertThat(moved.to()).isEqualTo(leader(world).id()).isNotEqualTo(leader.id());
                millis.add(moved.millis());
            }
            Collections.sort(millis);
            System.out.printf(
                    "%d nodes, hand-off: median %d ms, worst %d ms%n",
                    nodes, millis.get(SEEDS / 2), millis.get(SEEDS - 1));
            assertThat(millis.get(SEEDS / 2)).isLessThan(150);
            assertThat(millis.get(SEEDS - 1)).isLessThan(300);
        }
    }

    /** Rule 10.7: whoever hears that leadership has moved finds nobody else who says that it leads. */
    @Test
    void whenItIsToldTheOldLeaderServesNoMore() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = World.scene(seed, 3, WriteQuorum.MAJORITY, 2);
            SimulatedNode leader = leader(world);
            boolean[] told = {false};
            operate(leader, serving -> serving.operators().handOff(HandOffWish.ANY, outcome -> {
                told[0] = true;
                assertThat(serving.replica().leading()).isFalse();
                assertThat(leader(world).id()).isEqualTo(((HandOffOutcome.Moved) outcome).to());
            }));
            world.runUntil(() -> told[0], SOON_MILLIS, "the hand-off is over");
        }
    }

    /** Rule 10.6. */
    @Test
    void aTargetThatDiesInTheMiddleLeavesTheLeaderWhereItWas() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = World.scene(seed, 3, WriteQuorum.MAJORITY, 2);
            SimulatedNode leader = leader(world);
            SimulatedNode target = others(world, leader).get(0);
            long epoch = epoch(leader);
            outcomes.clear();
            handOff(leader, new HandOffWish(target.id(), epoch, false));
            world.runUntil(() -> isParked(world, leader), SOON_MILLIS, "writes are parked");
            target.pause(20_000_000);
            write(world, leader);
            awaitWrites(world, 1);
            assertThat(outcomes).hasSize(1).noneMatch(outcome -> outcome instanceof HandOffOutcome.Moved);
            assertThat(leader(world)).isEqualTo(leader);
            assertThat(epoch(leader)).isEqualTo(epoch);
        }
    }

    /** A write that is offered to the leader itself stays in its gateway. */
    private boolean isParked(World world, SimulatedNode leader) {
        return world.zooKeeper().queueOfLatch().stream()
                        .noneMatch(place -> place.replica().equals(leader.replicaId()))
                || !outcomes.isEmpty();
    }

    /** Rule 10.8. */
    @Test
    void aLeaderThatHangsIsReplacedByForce() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = World.scene(seed, 3, WriteQuorum.MAJORITY, 2);
            SimulatedNode leader = leader(world);
            SimulatedNode chosen = others(world, leader).get(1);
            outcomes.clear();
            leader.pause(20_000_000);
            operate(chosen, serving -> serving.operators().force(epoch(chosen), outcomes::add));
            long millis = world.runUntil(() -> !outcomes.isEmpty(), SOON_MILLIS, "the claim is over");
            assertThat(millis).isLessThan(300);
            assertThat(outcomes.get(0)).isInstanceOf(HandOffOutcome.Moved.class);
            assertThat(leader(world)).isEqualTo(chosen);
        }
    }

    /** Rules 10.9 and 10.10. */
    @Test
    void aLeaderThatLeavesHandsOverAndIsOutUntilItReturns() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = World.scene(seed, 3, WriteQuorum.MAJORITY, 2);
            SimulatedNode leader = leader(world);
            departures.clear();
            operate(leader, serving -> serving.operators().leave(departures::add));
            long millis = world.runUntil(() -> !departures.isEmpty(), SOON_MILLIS, "it has left");
            assertThat(departures.get(0)).isEqualTo(new DepartureOutcome.Left());
            assertThat(millis).isLessThan(600);
            assertThat(inSync(world)).hasSize(2).doesNotContain(leader.replicaId());
            world.runFor(SOON_MILLIS);
            assertThat(inSync(world)).hasSize(2).doesNotContain(leader.replicaId());
            write(world, leader);
            awaitWrites(world, 1);
            operate(leader, serving -> serving.operators().returnToDuty());
            world.runUntil(() -> inSync(world).size() == 3, SOON_MILLIS, "it is in sync again");
        }
    }

    /** Rules 4.3 and 10.9: it hands over all the same. */
    @Test
    void atTheFloorALeaderThatLeavesStaysInTheSet() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = World.scene(seed, 3, WriteQuorum.MAJORITY, 3);
            SimulatedNode leader = leader(world);
            departures.clear();
            operate(leader, serving -> serving.operators().leave(departures::add));
            world.runUntil(() -> !departures.isEmpty(), SOON_MILLIS, "it has said so");
            assertThat(departures.get(0))
                    .isInstanceOfSatisfying(DepartureOutcome.Stays.class, stays -> assertThat(stays.leads())
                            .isFalse());
            assertThat(leader(world)).isNotEqualTo(leader);
            assertThat(inSync(world)).hasSize(3);
        }
    }

    /** A process told to end must not hold up the others, nor they it. */
    @Test
    void allThatLeaveAtOnceEndTheirDepartureSoon() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            World world = World.scene(seed, 3, WriteQuorum.MAJORITY, 2);
            departures.clear();
            for (SimulatedNode node : world.nodes()) {
                operate(node, serving -> serving.operators().leave(outcome -> {
                    departures.add(outcome);
                    world.at(world.nowMicros(), node::crash);
                }));
            }
            assertThat(world.runUntil(() -> departures.size() == 3, SOON_MILLIS, "all have left"))
                    .isLessThan(4_500);
        }
    }

    private void handOff(SimulatedNode node, HandOffWish wish) {
        operate(node, serving -> serving.operators().handOff(wish, outcomes::add));
    }

    private static void operate(SimulatedNode node, Consumer<ServingNode> event) {
        node.event(node.life(), event);
    }

    private void write(World world, SimulatedNode node) {
        Registers.SetRegister set = new Registers.SetRegister(world.nextOperation(), 0, -1);
        operate(node, serving -> serving.write(set.encode(), Optional.empty(), 5_000, writes::add));
    }

    private void awaitWrites(World world, int count) {
        world.runUntil(() -> writes.size() >= count, SOON_MILLIS, "all writes have their outcome");
        assertThat(writes).hasSize(count).allMatch(outcome -> outcome instanceof WriteOutcome.Decided);
        writes.clear();
    }

    private static SimulatedNode leader(World world) {
        return requireNonNull(world.servingLeader(), "somebody serves");
    }

    private static List<SimulatedNode> others(World world, SimulatedNode leader) {
        return world.nodes().stream().filter(node -> !node.equals(leader)).toList();
    }

    private static long epoch(SimulatedNode node) {
        return requireNonNull(node.serving()).replica().epoch();
    }

    private static List<ReplicaId> inSync(World world) {
        return requireNonNull(world.zooKeeper().record().record()).inSync();
    }
}
