package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Coordination.Answer;
import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.Coordination.Versioned;
import io.bellwether.replication.Member;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.simulation.SimulatedZooKeeper.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The simulated ensemble in rough weather: what it may do to its clients, and what it never does. */
class SimulatedZooKeeperTest {
    private static final long SESSION_MILLIS = 4_000;
    private static final long POLL_MILLIS = 500;
    private static final long STORM_MILLIS = 120_000;
    private static final long CALM_MILLIS = 60_000;
    private static final int NODES = 3;

    @Test
    void theSameSeedGivesTheSameHistory() {
        List<String> first = new Storm(42).run().trace;

        assertThat(first).hasSizeGreaterThan(200);
        assertThat(new Storm(42).run().trace).isEqualTo(first);
        assertThat(new Storm(43).run().trace).isNotEqualTo(first);
    }

    @Test
    void inRoughWeatherEverythingGoesWrongNowAndThen() {
        List<Totals> totals = seeds().mapToObj(
                        seed -> new Storm(seed).run().zooKeeper.totals())
                .toList();

        assertThat(totals).anyMatch(total -> total.claims() > 0);
        assertThat(totals).anyMatch(total -> total.changes() > 0);
        assertThat(totals).anyMatch(total -> total.conflicts() > 0);
        assertThat(totals).anyMatch(total -> total.lostConnections() > 0);
        assertThat(totals).anyMatch(total -> total.lateArrivals() > 0);
        assertThat(totals).anyMatch(total -> total.retries() > 0);
        assertThat(totals).anyMatch(total -> total.staleReads() > 0);
        assertThat(totals).anyMatch(total -> total.missedWatches() > 0);
        assertThat(totals).anyMatch(total -> total.expiredSessions() > 0);
        assertThat(totals).anyMatch(total -> total.deposedHolders() > 0);
    }

    @Test
    void someUnknownAnswersStandForWhatHappenedAtOnceAndSomeForWhatHappenedLater() {
        long atOnce = 0;
        long later = 0;
        long never = 0;
        for (long seed : seeds().toArray()) {
            Storm storm = new Storm(seed).run();
            atOnce += storm.unknownThatHadHappened;
            later += storm.unknownThatHappenedLater();
            never += storm.unknownThatNeverHappened();
        }

        assertThat(atOnce).isPositive();
        assertThat(later).isPositive();
        assertThat(never).isPositive();
    }

    @Test
    void everyRequestIsAnsweredOnceAndAnAnswerIsTrue() {
        seeds().forEach(seed -> {
            Storm storm = new Storm(seed).run();
            for (Life process : storm.all) {
                assertThat(process.heard.answeredTwice()).as("seed " + seed).isEmpty();
            }
            assertThat(storm.unanswered()).as("seed " + seed).isZero();
            assertThat(storm.lies).as("seed " + seed).isEmpty();
        });
    }

    @Test
    void aViewNeverGoesBackAndInCalmWeatherAllSeeTheTruth() {
        seeds().forEach(seed -> {
            Storm storm = new Storm(seed).run();
            assertThat(storm.viewsThatWentBack).as("seed " + seed).isZero();
            for (Life process : storm.running) {
                assertThat(process.client.view().record()).as("seed " + seed).isEqualTo(storm.zooKeeper.record());
                assertThat(process.client.view().members())
                        .as("seed " + seed)
                        .isEqualTo(storm.zooKeeper.members())
                        .hasSize(NODES);
            }
            assertThat(storm.running.stream()
                            .filter(process -> process.client.view().holdsLatch()))
                    .as("seed " + seed)
                    .hasSize(1);
            assertThat(storm.zooKeeper.queueOfLatch()).as("seed " + seed).hasSize(NODES);
        });
    }

    private static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    private static final class Life {
        final SimulatedCoordination client;
        final HeardEvents heard;
        final NodeId node;
        int highestSeen = Coordination.ABSENT;

        Life(SimulatedCoordination client, HeardEvents heard, NodeId node) {
            this.client = client;
            this.heard = heard;
            this.node = node;
        }
    }

    /** What was asked for: its claim is the number of the request, so that the truth tells which happened. */
    private record Asked(Life by, long request, int expectedVersion) {}

    /** Three nodes that claim, change, queue, leave and delete at random, die and come back. */
    private static final class Storm {
        final List<String> trace = new ArrayList<>();
        final List<String> lies = new ArrayList<>();
        final List<Life> all = new ArrayList<>();
        final List<Life> running = new ArrayList<>();
        final SimulatedZooKeeper zooKeeper;
        int viewsThatWentBack;
        int unknownThatHadHappened;

        private final SplittableRandom dice;
        private final List<Asked> open = new ArrayList<>();
        private final List<Asked> unknown = new ArrayList<>();
        private final List<Asked> unknownYetUndone = new ArrayList<>();
        private final TreeMap<Integer, String> history = new TreeMap<>();
        private long lastRequest;
        private int lives;

        Storm(long seed) {
            dice = new SplittableRandom(seed);
            zooKeeper = new SimulatedZooKeeper(dice.split(), ZooKeeperWeather.ROUGH, SESSION_MILLIS, POLL_MILLIS);
        }

        Storm run() {
            for (int i = 1; i <= NODES; i++) {
                start(new NodeId("n" + i));
            }
            while (zooKeeper.nowMillis() < STORM_MILLIS) {
                act();
                letPass(dice.nextLong(200));
            }
            zooKeeper.weather(ZooKeeperWeather.CALM);
            zooKeeper.outage(false);
            running.forEach(process -> zooKeeper.disconnect(process.node, false));
            long end = zooKeeper.nowMillis() + CALM_MILLIS;
            while (zooKeeper.nowMillis() < end) {
                running.forEach(process -> process.client.queue());
                letPass(100);
            }
            return this;
        }

        private void start(NodeId node) {
            lives++;
            HeardEvents heard = new HeardEvents();
            Member member = new Member(new ReplicaId(node, new StoreId("store")), "http://" + node, "1", "then");
            Life process = new Life(zooKeeper.start(member, "life-" + lives, heard), heard, node);
            all.add(process);
            running.add(process);
        }

        private void act() {
            Life process = running.get(dice.nextInt(running.size()));
            switch (dice.nextInt(12)) {
                case 0, 1, 2 -> process.client.queue();
                case 3 -> process.client.leave();
                case 4, 5 -> ask(process, true);
                case 6 -> ask(process, false);
                case 7 -> process.client.deleteLatchPlaces(firstPlace());
                case 8 -> zooKeeper.disconnect(process.node, dice.nextBoolean());
                case 9 -> zooKeeper.outage(dice.nextInt(10) == 0);
                case 10 -> process.client.readRecord();
                default -> mayRestart(process);
            }
        }

        private void mayRestart(Life process) {
            if (dice.nextInt(20) == 0) {
                process.client.crash();
                running.remove(process);
                open.removeIf(asked -> asked.by() == process);
                start(process.node);
            }
        }

        private List<String> firstPlace() {
            return zooKeeper.queueOfLatch().stream()
                    .limit(1)
                    .map(LatchPlace::path)
                    .toList();
        }

        private void ask(Life process, boolean claim) {
            Versioned seen = process.client.view().record();
            if (seen == null) {
                return;
            }
            lastRequest++;
            ControlRecord wanted = new ControlRecord(
                    "id",
                    seen.version() + 2,
                    seen.version() + 2,
                    process.node,
                    Long.toString(lastRequest),
                    WriteQuorum.MAJORITY,
                    1,
                    List.of(new ReplicaId(process.node, new StoreId("store"))));
            open.add(new Asked(process, lastRequest, seen.version()));
            if (claim) {
                process.client.claim(lastRequest, seen.version(), wanted);
            } else {
                process.client.change(lastRequest, seen.version(), wanted);
            }
        }

        private void letPass(long millis) {
            long end = zooKeeper.nowMillis() + millis;
            while (zooKeeper.nowMillis() < end) {
                zooKeeper.advanceTo(zooKeeper.nowMillis() + 1);
                look();
            }
        }

        private void look() {
            Versioned truth = zooKeeper.record();
            ControlRecord record = truth.record();
            if (record != null) {
                String before = history.putIfAbsent(truth.version(), record.claim());
                if (before == null) {
                    trace.add(zooKeeper.nowMillis() + " record " + truth.version() + " " + record.claim());
                }
            }
            running.forEach(this::lookAtView);
            for (Asked asked : List.copyOf(open)) {
                Answer answer = asked.by().heard.answerTo(asked.request());
                if (answer != null) {
                    open.remove(asked);
                    trace.add(zooKeeper.nowMillis() + " " + asked.request() + " " + answer);
                    judge(asked, answer);
                }
            }
        }

        private void lookAtView(Life process) {
            Versioned seen = process.client.view().record();
            if (seen != null) {
                viewsThatWentBack += seen.version() < process.highestSeen ? 1 : 0;
                process.highestSeen = seen.version();
            }
        }

        private void judge(Asked asked, Answer answer) {
            boolean happened = happened(asked);
            if (answer == Answer.DONE && !happened) {
                lies.add(asked.request() + " was called done and did not happen");
            }
            if (answer == Answer.CONFLICT && !history.containsKey(asked.expectedVersion() + 1)) {
                lies.add(asked.request() + " was called a conflict while its version stood");
            }
            if (answer == Answer.UNKNOWN) {
                unknown.add(asked);
                unknownThatHadHappened += happened ? 1 : 0;
                if (!happened) {
                    unknownYetUndone.add(asked);
                }
            }
        }

        private boolean happened(Asked asked) {
            @Nullable String there = history.get(asked.expectedVersion() + 1);
            return Long.toString(asked.request()).equals(there);
        }

        long unknownThatHappenedLater() {
            return unknownYetUndone.stream().filter(this::happened).count();
        }

        long unknownThatNeverHappened() {
            return unknown.stream().filter(asked -> !happened(asked)).count();
        }

        long unanswered() {
            return open.size();
        }
    }
}
