package io.bellwether.coordination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Coordination;
import io.bellwether.replication.Coordination.Answer;
import io.bellwether.replication.Coordination.Session;
import io.bellwether.replication.Coordination.Versioned;
import io.bellwether.replication.Member;
import io.bellwether.replication.Pausing;
import io.bellwether.replication.StoreId;
import io.bellwether.simulation.CoordinationContract;
import io.bellwether.simulation.HeardEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract of the door on three real servers, and what only the real door has. */
class ZooKeeperCoordinationTest extends CoordinationContract {
    private static final Duration SESSION = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TICK_MILLIS = 200;
    private static final Versioned NO_RECORD = new Versioned(Coordination.ABSENT, null);

    private static TestingCluster ensemble = new TestingCluster(server(), server(), server());
    private static CuratorFramework onlooker = CuratorFrameworkFactory.newClient("unused:1", new RetryNTimes(0, 0));
    private static int lastChroot;

    private final List<RealParticipant> started = new ArrayList<>();
    private final List<InstanceSpec> killed = new ArrayList<>();
    private final String chroot = "/made/for/test" + ++lastChroot;
    private StoreProbe probe = url -> CompletableFuture.completedFuture(Optional.empty());

    private static InstanceSpec server() {
        return new InstanceSpec(null, -1, -1, -1, true, -1, TICK_MILLIS, -1);
    }

    @BeforeAll
    static void startEnsemble() throws Exception {
        ensemble.start();
        onlooker = CuratorFrameworkFactory.newClient(ensemble.getConnectString(), new RetryNTimes(20, 500));
        onlooker.start();
        onlooker.blockUntilConnected();
    }

    @AfterAll
    static void stopEnsemble() throws IOException {
        onlooker.close();
        ensemble.close();
    }

    @AfterEach
    void stopParticipants() throws Exception {
        for (RealParticipant participant : started) {
            participant.client.close();
            participant.wire.close();
            assertThat(participant.heard.troubles()).noneMatch(trouble -> trouble.contains("mistake of its own"));
            assertThat(participant.heard.answeredTwice()).isEmpty();
        }
        for (InstanceSpec server : killed) {
            ensemble.restartServer(server);
        }
    }

    @Override
    protected Participant start(Member self, String process) {
        RealParticipant participant = new RealParticipant(self, process);
        started.add(participant);
        participant.client.start();
        return participant;
    }

    private RealParticipant real(String node) {
        return (RealParticipant) start(node);
    }

    @Override
    protected void until(String what, BooleanSupplier condition) {
        await(what).atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition::getAsBoolean);
    }

    @Override
    protected void failOneServer() {
        int port = started.get(0).wire.serverPort();
        InstanceSpec victim = ensemble.getInstances().stream()
                .filter(instance -> instance.getPort() == port)
                .findFirst()
                .orElseThrow();
        killed.add(victim);
        try {
            ensemble.killServer(victim);
        } catch (Exception e) {
            throw new IllegalStateException("a server that runs can be killed", e);
        }
    }

    @Test
    void theChrootAndTheParentsAreMadeAndStay() throws Exception {
        Participant a = startAndHold("a");
        a.door().leave();
        until("the queue is empty", () -> readLatch(a).isEmpty());

        for (String parent : List.of("", "/bellwether/t/latch", "/bellwether/t/members")) {
            Stat stat = onlooker.checkExists().forPath(chroot + parent);
            assertThat(stat).as(parent).isNotNull();
            // Neither ephemeral nor a container, which the ensemble would reap when it is empty.
            assertThat(stat.getEphemeralOwner()).as(parent).isZero();
        }
    }

    @Test
    void aRecordThatIsNoJsonIsToldAndLeavesTheViewAsItWas() throws Exception {
        Participant a = startAndHold("a");
        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));

        onlooker.setData().forPath(quorum(), "{\"clusterId\":".getBytes(UTF_8));

        until("it is told", () -> !a.heard().troubles().isEmpty());
        assertThat(a.heard().troubles().get(0))
                .contains(quorum())
                .contains("no JSON")
                .contains("Restore");
        assertThat(versionSeen(a)).isEqualTo(0);
        assertThat(change(a, 0, record(2, "a", "claim-2"))).isEqualTo(Answer.CONFLICT);

        onlooker.setData().forPath(quorum(), Json.write(record(3, "a", "claim-3")));
        until("it is seen once it is right", () -> versionSeen(a) == 2);
    }

    @Test
    void aRecordWithAFieldOfAnotherTypeIsToldWithItsName() throws Exception {
        Participant a = start("a");
        String json =
                new String(Json.write(record(1, "a", "claim-1")), UTF_8).replace("\"epoch\":1", "\"epoch\":\"1\"");

        onlooker.create().forPath(quorum(), json.getBytes(UTF_8));

        until("it is told", () -> !a.heard().troubles().isEmpty());
        assertThat(a.heard().troubles().get(0)).contains("'epoch' is no whole number");
        assertThat(a.door().view().record()).isEqualTo(NO_RECORD);
    }

    @Test
    void aRecordThatWentBackIsToldAndNotShown() throws Exception {
        Participant a = startAndHold("a");
        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));

        onlooker.delete().forPath(quorum());
        a.door().readRecord();

        until("it is told", () -> !a.heard().troubles().isEmpty());
        assertThat(a.heard().troubles().get(0)).contains("wiped or restored");
        assertThat(versionSeen(a)).isEqualTo(0);
    }

    @Test
    void aNodeDoesNotStartWhileAnotherStoreAnswersAtTheUrlOfItsId() {
        Participant other = start(member("a", "another"), "other");
        awaitReady(other);
        probe = url -> CompletableFuture.completedFuture(Optional.of(new StoreId("another")));

        RealParticipant a = (RealParticipant) start(member("a"), "later");

        CompletableFuture<Void> announced = a.client.announced().toCompletableFuture();
        until("it is refused", announced::isCompletedExceptionally);
        assertThat(failureOf(announced))
                .isInstanceOf(NodeIdTakenException.class)
                .hasMessageContaining(other.self().url())
                .hasMessageContaining("stop the other process");
        assertThat(other.door().view().members()).containsExactly(other.self());
    }

    @Test
    void aNodeStartsWhenNobodyAnswersAtTheUrlOfItsId() {
        Participant other = start(member("a", "another"), "other");
        awaitReady(other);
        other.die();

        RealParticipant a = (RealParticipant) start(member("a"), "later");

        awaitReady(a);
        assertThat(a.client.announced().toCompletableFuture()).isCompleted();
    }

    @Test
    void aNodeStartsWhenItIsItselfThatAnswersAtTheUrlOfItsId() {
        Participant wiped = start(member("a", "wiped"), "other");
        awaitReady(wiped);
        wiped.die();
        probe = url -> CompletableFuture.completedFuture(Optional.of(new StoreId("store-a")));

        awaitReady(start(member("a"), "later"));
    }

    @Test
    void aMemberThatWasDeletedAnnouncesItselfAgain() throws Exception {
        Participant a = start("a");

        onlooker.delete().forPath(chroot + "/bellwether/t/members/a");

        until("it is back", () -> existsWithNewerSession(a));
    }

    /** It had deleted and made its own node again without end, whenever a read was under way while it made it. */
    @Test
    void aProcessThatCameBackLeavesItsOwnMemberNodeAlone() throws Exception {
        for (int life = 1; life <= 5; life++) {
            Participant earlier = start(member("a"), "life-" + life);
            awaitReady(earlier);
            earlier.die();
        }
        Participant a = start(member("a"), "last-life");
        awaitReady(a);
        until("it stands in the directory", () -> existsWithNewerSession(a));

        await("ten polls in which nobody touched it").atMost(PATIENCE).until(() -> {
            long made = madeAt(a);
            await().pollDelay(POLL.multipliedBy(10)).until(() -> true);
            return made == madeAt(a);
        });
    }

    private long madeAt(Participant a) throws Exception {
        return onlooker.checkExists()
                .forPath(chroot + "/bellwether/t/members/" + a.self().replica().node())
                .getCzxid();
    }

    /** It is the cluster's, not of the node that was asked. */
    @Test
    void aPauseIsSeenByAllAndOutlivesWhoMadeIt() throws Exception {
        RealParticipant a = real("a");
        RealParticipant b = real("b");
        assertThat(a.client.pause(true).toCompletableFuture().get()).isEqualTo(Pausing.DONE);
        assertThat(a.door().view().paused()).isTrue();
        assertThat(a.client.pause(true).toCompletableFuture().get()).isEqualTo(Pausing.DONE);
        until("b sees it", () -> b.door().view().paused());
        assertThat(new String(onlooker.getData().forPath(chroot + "/bellwether/t/paused"), UTF_8))
                .startsWith("{\"by\":\"a\",\"since\":\"20");
        a.die();
        RealParticipant later = real("c");
        until("who comes later sees it", () -> later.door().view().paused());
        for (int time = 0; time < 2; time++) {
            assertThat(b.client.pause(false).toCompletableFuture().get()).isEqualTo(Pausing.DONE);
        }
        assertThat(b.door().view().paused()).isFalse();
        until("all see that it is over", () -> !later.door().view().paused());
    }

    /** Else it would be said to be made where nothing can be. */
    @Test
    void withoutTheClustersFolderThereIsNoPlaceForAPause() throws Exception {
        RealParticipant a = real("a");
        onlooker.delete().deletingChildrenIfNeeded().forPath(chroot + "/bellwether/t");
        assertThat(a.client.pause(true).toCompletableFuture().get()).isEqualTo(Pausing.NO_PLACE);
        assertThat(a.client.pause(false).toCompletableFuture().get()).isEqualTo(Pausing.DONE);
        assertThat(a.door().view().paused()).isFalse();
    }

    @Test
    void withoutZooKeeperAPauseIsNotAskedForAndStays() throws Exception {
        RealParticipant a = real("a");
        assertThat(a.client.pause(true).toCompletableFuture().get()).isEqualTo(Pausing.DONE);
        a.wire.cut(true);
        until("it notices", () -> !a.door().view().connected());
        assertThat(a.client.pause(false).toCompletableFuture().get()).isEqualTo(Pausing.AWAY);
        assertThat(a.door().view().paused()).isTrue();
    }

    @Test
    void aStrangeLatchNodeIsTold() throws Exception {
        Participant a = start("a");

        onlooker.create().forPath(chroot + "/bellwether/t/latch/strange-latch-0000000000", "who".getBytes(UTF_8));

        until("it is told", () -> !a.heard().troubles().isEmpty());
        assertThat(a.heard().troubles().get(0)).contains("strange-latch").contains("delete it");
    }

    /** As {@code create} of ZooKeeper's shell makes them. */
    @Test
    void znodesWithoutContentEndNobody() throws Exception {
        Participant a = startAndHold("a");
        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));
        for (String path : List.of("members/b", "latch/strange-latch-0000000000")) {
            bare(path);
            until(
                    path + " is told",
                    () -> tells(
                            a,
                            path + (path.startsWith("latch") ? " is not of Bellwether" : " cannot be read")
                                    + ": it has no content"));
        }
        onlooker.delete().forPath(chroot + "/bellwether/t/quorum");
        bare("quorum");
        assertThat(a.door().view().record()).isEqualTo(new Versioned(0, record(1, "a", "claim-1")));

        Participant c = start(member("c"), "process-c");
        until("it is told", () -> tells(c, "cannot be read at its version 0: it has no content"));
        until("they see each other", () -> a.door().view().members().contains(c.self()));
    }

    private void bare(String path) throws Exception {
        onlooker.getZookeeperClient()
                .getZooKeeper()
                .create(chroot + "/bellwether/t/" + path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private static boolean tells(Participant participant, String what) {
        return participant.heard().troubles().stream().anyMatch(trouble -> trouble.contains(what));
    }

    @Test
    void whoMayNotCreateWhatIsThereGoesOn() throws Exception {
        for (String folder : List.of("members", "latch")) {
            onlooker.create().creatingParentsIfNeeded().forPath(chroot + "/bellwether/t/" + folder, new byte[0]);
        }
        onlooker.setACL()
                .withACL(List.of(new ACL(Perms.READ, Ids.ANYONE_ID_UNSAFE)))
                .forPath(chroot + "/bellwether/t");
        startAndHold("a");
    }

    /** Else nobody would be known for the sake of one. */
    @Test
    void aMemberThatMayNotBeReadIsToldAndPassedBy() throws Exception {
        onlooker.create()
                .creatingParentsIfNeeded()
                .withACL(List.of(new ACL(Perms.WRITE, Ids.ANYONE_ID_UNSAFE)))
                .forPath(chroot + "/bellwether/t/members/x", new byte[0]);
        Participant a = start("a");
        awaitReady(a);
        until("it is told", () -> tells(a, "does not let this node read"));
        until("it sees itself", () -> a.door().view().members().equals(List.of(a.self())));
    }

    @Test
    void aGlancePassesByWhatCannotBeRead() throws Exception {
        Participant a = startAndHold("a");
        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));
        bare("members/b");
        CoordinationSettings settings =
                new CoordinationSettings(ensemble.getConnectString() + chroot, "t", SESSION, POLL);
        assertThat(ClusterGlance.at(settings))
                .contains(new ClusterGlance(record(1, "a", "claim-1"), List.of(a.self())));
    }

    @Test
    void aProcessThatStartsWithoutZooKeeperConnectsWhenItComes() {
        RealParticipant a = new RealParticipant(member("a"), "process-a");
        started.add(a);
        a.wire.cut(true);
        a.client.start();
        a.door().queue();
        assertThat(a.door().view().session()).isEqualTo(Session.LOST);

        a.wire.cut(false);

        awaitReady(a);
        until("it queued", () -> a.door().view().holdsLatch());
    }

    @Test
    void whenNoWatchArrivesThePollsSeeWhatChanged() {
        Participant a = startAndHold("a");
        RealParticipant b = real("b");
        b.wire.loseWatches();

        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));
        until("b sees the record", () -> versionSeen(b) == 0);
        change(a, 0, record(2, "a", "claim-2"));
        until("b sees the change", () -> versionSeen(b) == 1);
        Participant c = start("c");
        until("b sees c", () -> b.door().view().members().contains(c.self()));
    }

    @Test
    void aClaimOfAHolderThatHasNotNoticedYetIsRefusedByTheEnsemble() throws Exception {
        RealParticipant a = (RealParticipant) startAndHold("a");
        String place = readLatch(a).get(0).path();
        a.wire.loseWatches();

        onlooker.delete().forPath(place);
        Answer answer = claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));

        assertThat(answer).isEqualTo(Answer.LATCH_LOST);
        assertThat(onlooker.checkExists().forPath(quorum())).isNull();
    }

    @Test
    void aDeposedHolderNoticesThoughNoWatchArrives() {
        RealParticipant a = (RealParticipant) startAndHold("a");
        Participant b = start("b");
        queue(b);
        a.wire.loseWatches();

        b.door().deleteLatchPlaces(List.of(readLatch(b).get(0).path()));

        until(
                "a notices",
                () -> !a.door().view().holdsLatch() && !a.door().view().queued());
    }

    @Test
    void aLatchThatIsFirstAndWasNeverToldIsReplaced() {
        Participant a = startAndHold("a");
        RealParticipant b = real("b");
        queue(b);
        b.wire.loseWatches();

        a.door().leave();

        until("b holds the latch", () -> b.door().view().holdsLatch());
        assertThat(nodes(readLatch(b))).containsExactly("b");
    }

    @Test
    void aPlaceWhoseCreationIsNotAnsweredIsTakenOnce() {
        RealParticipant a = real("a");
        a.wire.loseNextAnswerToACreation();

        a.door().queue();

        until("a holds the latch", () -> a.door().view().holdsLatch());
        until("in one place", () -> nodes(readLatch(a)).equals(List.of("a")));
        assertThat(claim(a, Coordination.ABSENT, record(1, "a", "claim-1"))).isEqualTo(Answer.DONE);
    }

    @Test
    void inPeaceItSendsFourReadsWithEachPollAndNothingElse() {
        RealParticipant a = (RealParticipant) startAndHold("a");
        RealParticipant b = real("b");
        queue(b);
        claim(a, Coordination.ABSENT, record(1, "a", "claim-1"));
        until("b sees it", () -> versionSeen(b) == 0);

        await("ten polls in a row").atMost(PATIENCE).until(() -> {
            long before = b.client.requestsSent();
            await().pollDelay(POLL.multipliedBy(10)).until(() -> true);
            return b.client.requestsSent() - before <= 4 * 11;
        });
    }

    private boolean existsWithNewerSession(Participant a) {
        try {
            return onlooker.checkExists().forPath(chroot + "/bellwether/t/members/a") != null
                    && a.door().view().members().contains(a.self());
        } catch (Exception e) {
            throw new IllegalStateException("the onlooker can look", e);
        }
    }

    private static Throwable failureOf(CompletableFuture<Void> failed) {
        try {
            failed.join();
            return new AssertionError("it did not fail");
        } catch (CompletionException e) {
            return e.getCause() == null ? e : e.getCause();
        }
    }

    private String quorum() {
        return chroot + "/bellwether/t/quorum";
    }

    /** One process, with a wire of its own to the ensemble. */
    private final class RealParticipant implements Participant {
        private final Member self;
        private final Wire wire = new Wire(
                ensemble.getInstances().stream().map(InstanceSpec::getPort).toList());
        private final HeardEvents heard = new HeardEvents();
        private final ZooKeeperCoordination client;

        RealParticipant(Member self, String process) {
            this.self = self;
            CoordinationSettings settings = new CoordinationSettings(wire.connectString() + chroot, "t", SESSION, POLL);
            this.client = new ZooKeeperCoordination(settings, self, process, probe, heard);
        }

        @Override
        public Member self() {
            return self;
        }

        @Override
        public Coordination door() {
            return client;
        }

        @Override
        public HeardEvents heard() {
            return heard;
        }

        @Override
        public void stop() {
            client.close();
        }

        @Override
        public void die() {
            wire.cut(true);
        }

        @Override
        public void disconnect(boolean cut) {
            wire.cut(cut);
        }

        /** Takes the session over and closes it: the ensemble ends it, and its owner hears of it as of any other. */
        @Override
        public void expireSession() {
            Wire.SessionKey key = wire.session();
            try {
                ZooKeeper thief = new ZooKeeper(
                        ensemble.getConnectString(),
                        (int) SESSION.toMillis(),
                        event -> {},
                        key.id(),
                        key.password().toArray());
                until("the session is taken over", () -> thief.getState().isConnected());
                thief.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void loseNextChange() {
            wire.loseNextChange();
        }

        @Override
        public void loseNextAnswer() {
            wire.loseNextAnswer();
        }
    }
}
