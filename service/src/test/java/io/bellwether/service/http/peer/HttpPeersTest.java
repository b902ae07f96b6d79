package io.bellwether.service.http.peer;

import static io.bellwether.service.http.peer.Examples.N1;
import static io.bellwether.service.http.peer.Examples.N2;
import static io.bellwether.service.http.peer.Examples.N3;
import static io.bellwether.service.http.peer.Examples.append;
import static io.bellwether.service.http.peer.Examples.appended;
import static io.bellwether.service.http.peer.Examples.heartbeat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bellwether.replication.Message;
import io.bellwether.replication.Position;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mail between nodes in one JVM, each on a real server on loopback. */
class HttpPeersTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    /** So long that a test in which it matters fails at {@link #SOON}. */
    private static final Duration NEVER = Duration.ofSeconds(60);

    private final List<TestNode> nodes = new ArrayList<>();
    private final TestNode n1 = node(PeerSettings.DEFAULT);

    @AfterEach
    void stopNodes() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void mailIsDeliveredBothWaysAmongThree() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        TestNode n3 = register(new TestNode(N3, PeerSettings.DEFAULT));
        n1.meets(n2, n3);
        n2.meets(n1, n3);
        n3.meets(n1, n2);

        n1.send(N2, new Message.Resign(12));
        n2.send(N1, new Message.Resign(21));
        n3.send(N1, new Message.Resign(31));
        n1.send(N3, new Message.Resign(13));

        awaitReceived(n2, new Message.Resign(12));
        awaitReceived(n1, new Message.Resign(21));
        awaitReceived(n1, new Message.Resign(31));
        awaitReceived(n3, new Message.Resign(13));
    }

    @Test
    void theAnswerToAHeartbeatComesBackWithThePost() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        n1.meets(n2);
        n2.meets(n1);
        answerAppends(n2);

        for (int number = 1; number <= 20; number++) {
            n1.send(N2, heartbeat(number));
            awaitReceived(n1, appended(number));
        }

        assertThat(n1.postsOn(Lane.CONTROL)).as("posts of the follower's own").isZero();
        assertThat(n2.postsOn(Lane.CONTROL)).isEqualTo(20);
        assertThat(n2.postsOn(Lane.REPLICATION)).isZero();
    }

    @Test
    void aFollowerWhoseAddressNobodyKnowsCanAnswer() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        n1.meets(n2);
        answerAppends(n2);

        n1.send(N2, heartbeat(1));

        awaitReceived(n1, appended(1));
    }

    @Test
    void aPostWithEntriesIsHeldUntilTheDiskHasDoneItsWork() {
        TestNode n2 = follower(holding(NEVER));
        n1.meets(n2);
        n2.meets(n1);

        n1.send(N2, append(1, 3, 100));
        awaitReceived(n2, append(1, 3, 100));
        n2.send(N1, appended(1));

        awaitReceived(n1, appended(1));
        assertThat(n1.postsOn(Lane.CONTROL)).isZero();
    }

    @Test
    void anAnswerThatComesAfterThePostWasGivenUpFollowsByItself() {
        TestNode n2 = follower(holding(Duration.ofMillis(50)));
        n1.meets(n2);
        n2.meets(n1);

        n1.send(N2, append(1, 1, 100));
        awaitReceived(n2, append(1, 1, 100));
        n1.send(N2, append(2, 1, 100)); // Arrives only once the first post was answered without the answer.
        awaitReceived(n2, append(2, 1, 100));
        n2.send(N1, appended(1));

        awaitReceived(n1, appended(1));
        assertThat(n1.postsOn(Lane.CONTROL)).isEqualTo(1);
    }

    @Test
    void aPullIsAnsweredWithItsEntries() {
        TestNode n2 = follower(holding(NEVER));
        n1.meets(n2);
        Message.Pulled pulled =
                new Message.Pulled(2, "c", Position.ZERO, append(1, 50, 1_000).entries(), new Position(1, 50));
        n2.loop.onMessage(envelope -> n2.send(N1, pulled));

        n1.send(N2, new Message.Pull(2, "c", Position.ZERO));

        awaitReceived(n1, pulled);
        assertThat(n2.postsOn(Lane.REPLICATION)).isEqualTo(1);
        assertThat(n1.postsOn(Lane.REPLICATION)).isZero();
    }

    @Test
    void aRefusalEndsAHeldPost() {
        TestNode n2 = follower(holding(NEVER));
        n1.meets(n2);
        n2.loop.onMessage(envelope -> n2.send(N1, new Message.Refused(1, 9)));

        n1.send(N2, append(1, 1, 100));
        awaitReceived(n1, new Message.Refused(1, 9));
        n1.send(N2, append(2, 1, 100));

        await().atMost(SOON).until(() -> n2.postsOn(Lane.REPLICATION) == 2);
    }

    @Test
    void heartbeatsFlowWhileAnAppendWaitsForTheDisk() {
        TestNode n2 = follower(holding(NEVER));
        n1.meets(n2);
        n2.meets(n1);
        n2.loop.onMessage(envelope -> {
            if (envelope.message() instanceof Message.Append append
                    && append.entries().isEmpty()) {
                n2.send(N1, appended(append.number()));
            }
        });

        n1.send(N2, append(1, 1, 100));
        awaitReceived(n2, append(1, 1, 100));
        n1.send(N2, append(2, 1, 100));
        n1.send(N2, heartbeat(3));
        awaitReceived(n1, appended(3));

        assertThat(n2.loop.received()).as("one append under way").doesNotContain(append(2, 1, 100));
        n2.send(N1, appended(1));
        awaitReceived(n2, append(2, 1, 100));
    }

    @Test
    void whatIsQueuedDuringAPostGoesWithTheNext() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        n1.meets(n2);
        n2.loop.hang();

        n1.send(N2, new Message.Resign(0));
        await().atMost(SOON).until(() -> n2.loop.batchesInHand() == 1);
        for (int i = 1; i <= 1_000; i++) {
            n1.send(N2, new Message.Resign(i));
        }
        n2.loop.resume();

        awaitReceived(n2, new Message.Resign(1_000));
        assertThat(n2.loop.received()).hasSize(1_001);
        assertThat(n2.postsOn(Lane.CONTROL)).isLessThanOrEqualTo(3);
    }

    @Test
    void aPeerThatHangsCostsNoMoreThanTheBound() throws IOException {
        PeerSettings settings = bounded(64 << 10, 16 << 10);
        TestNode sender = register(new TestNode(N3, settings));
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            sender.meets(N2, silent.getLocalPort());
            for (int i = 0; i < 2_000; i++) {
                sender.send(N2, append(i, 1, 1_000));
                sender.send(N2, heartbeat(i));
                assertThat(sender.peers.queuedBytes(N2)).isLessThanOrEqualTo((64 << 10) + (16 << 10));
            }
            assertThat(sender.peers.droppedMessages()).isGreaterThan(2_000);
            assertThat(sender.loop.unreachable()).as("silence is not an end").isEmpty();
        }
    }

    @Test
    void aLoopThatHangsIsGivenOneBatchOfEachLane() {
        TestNode n2 = follower(holding(Duration.ofMillis(20)));
        n1.meets(n2);
        n2.loop.hang();

        n1.send(N2, heartbeat(0));
        n1.send(N2, append(0, 1, 100));
        await().atMost(SOON).until(() -> n2.loop.batchesInHand() == 2);
        for (int i = 1; n2.postsOn(Lane.CONTROL) < 6 || n2.postsOn(Lane.REPLICATION) < 6; i++) {
            int sent = n2.postsOn(Lane.CONTROL) + n2.postsOn(Lane.REPLICATION);
            n1.send(N2, heartbeat(i));
            n1.send(N2, append(i, 1, 100));
            await().atMost(SOON).until(() -> n2.postsOn(Lane.CONTROL) + n2.postsOn(Lane.REPLICATION) > sent);
        }

        assertThat(n2.loop.batchesInHand()).isEqualTo(2);
        n2.loop.resume();
        await().atMost(SOON).until(() -> n2.loop.batchesHandled() >= 2); // until then a post is refused, and lost
        n1.send(N2, new Message.Resign(5));
        awaitReceived(n2, new Message.Resign(5));
    }

    @Test
    void aRefusedConnectionIsToldAtOnceButNotAllTheTime() throws IOException {
        n1.meets(N2, freePort());
        n1.send(N2, heartbeat(1));
        await().atMost(SOON).until(() -> n1.loop.unreachable().equals(List.of(N2)));

        long startNanos = System.nanoTime();
        await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> {
            n1.send(N2, heartbeat(2));
            return n1.loop.unreachable().size() >= 4;
        });
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isGreaterThan(Duration.ofMillis(90));
    }

    @Test
    void aConnectionThatIsResetInTheMiddleIsTold() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            n1.meets(N2, server.getLocalPort());
            n1.send(N2, heartbeat(1));
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo('P');
                accepted.setSoLinger(true, 0); // Closing it resets the connection.
            }
            await().atMost(SOON).until(() -> n1.loop.unreachable().contains(N2));
        }
    }

    @Test
    void aPeerThatIsStoppedIsToldAndMetAgainWhenItReturns() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        n1.meets(n2);
        n1.send(N2, new Message.Resign(1));
        awaitReceived(n2, new Message.Resign(1));
        int port = n2.port();

        n2.stop();
        await().pollInterval(Duration.ofMillis(20)).atMost(SOON).until(() -> {
            n1.send(N2, heartbeat(1));
            return n1.loop.unreachable().contains(N2);
        });
        TestNode again = register(new TestNode(N2, PeerSettings.DEFAULT, port));
        long startNanos = System.nanoTime();
        await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> {
            n1.send(N2, new Message.Resign(2));
            return again.loop.received().contains(new Message.Resign(2));
        });
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aFollowerThatPostsNothingLearnsThatItsLeaderIsGone() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        n1.meets(n2);
        n2.meets(n1);
        n1.send(N2, heartbeat(1));
        awaitReceived(n2, heartbeat(1));

        n1.stop();

        await().atMost(SOON).until(() -> n2.loop.unreachable().equals(List.of(N1)));
        assertThat(n1.postsOn(Lane.CONTROL)).isZero();
    }

    @Test
    void aConnectionThatIsOnlyReplacedIsNoEnd() {
        TestNode n2 = follower(idle(Duration.ZERO));
        n1.meets(n2);
        n2.meets(n1);
        for (int i = 1; i <= 5; i++) {
            Message message = new Message.Resign(i);
            n2.send(N1, message);
            awaitReceived(n1, message);
        }

        await().during(Duration.ofMillis(200))
                .atMost(SOON)
                .until(() ->
                        n1.loop.unreachable().isEmpty() && n2.loop.unreachable().isEmpty());
    }

    @Test
    void aPeerThatNeverAnswersIsGivenUpAndAskedAgain() throws IOException {
        TestNode sender = register(new TestNode(N3, timing(Duration.ofMillis(200), Duration.ofMillis(100))));
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            sender.meets(N2, silent.getLocalPort());
            sender.send(N2, append(1, 4, 900_000)); // More than the sockets take: the write blocks.
            try (Socket first = silent.accept()) {
                assertThat(first.isConnected()).isTrue();
                silent.setSoTimeout(1);
                await().pollInterval(Duration.ofMillis(20))
                        .ignoreException(SocketTimeoutException.class)
                        .atMost(SOON)
                        .until(() -> {
                            sender.send(N2, append(2, 1, 100));
                            try (Socket second = silent.accept()) {
                                assertThat(sender.loop.unreachable())
                                        .as("silence is not an end")
                                        .isEmpty();
                                return second.isConnected();
                            }
                        });
            }
        }
    }

    @Test
    void mailOfAnotherClusterIsDropped() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        n1.meets(n2);
        n1.peers.send(Examples.mail("another", N1, N2, new Message.Resign(1)));
        await().atMost(SOON).until(() -> n2.postsOn(Lane.CONTROL) == 1);
        n1.peers.send(Examples.mail("", N1, N2, new Message.Resign(2)));

        awaitReceived(n2, new Message.Resign(2));
        assertThat(n2.loop.received()).containsExactly(new Message.Resign(2));
    }

    @Test
    void mailForAnotherNodeIsDropped() {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        n1.meets(N3, n2.port());
        n1.send(N3, new Message.Resign(1));
        await().atMost(SOON).until(() -> n2.postsOn(Lane.CONTROL) == 1);
        n1.meets(n2);
        n1.send(N2, new Message.Resign(2));

        awaitReceived(n2, new Message.Resign(2));
        assertThat(n2.loop.received()).containsExactly(new Message.Resign(2));
    }

    @Test
    void aMessageThatNoPostCanHoldIsDroppedAndCounted() {
        PeerSettings small = limited(100_000, 64);
        TestNode sender = register(new TestNode(N3, small));
        TestNode n2 = follower(small);
        sender.meets(n2);

        sender.send(N2, append(1, 1, 100_000));
        assertThat(sender.peers.droppedMessages()).isEqualTo(1);
        sender.send(N2, append(2, 1, 90_000));

        awaitReceived(n2, append(2, 1, 90_000));
        assertThat(n2.loop.received()).hasSize(1);
    }

    @Test
    void aStrangerTooManyIsNotKnown() {
        PeerSettings lonely = limited(PeerSettings.DEFAULT.maxPostBytes(), 1);
        TestNode n2 = follower(lonely);
        TestNode n3 = register(new TestNode(N3, PeerSettings.DEFAULT));
        n1.meets(n2);
        n3.meets(n2);
        n1.send(N2, new Message.Resign(1));
        awaitReceived(n2, new Message.Resign(1));

        n3.send(N2, new Message.Resign(3));
        await().atMost(SOON).until(() -> n2.postsOn(Lane.CONTROL) == 2);
        n1.send(N2, new Message.Resign(2));

        awaitReceived(n2, new Message.Resign(2));
        assertThat(n2.loop.received()).containsExactly(new Message.Resign(1), new Message.Resign(2));
    }

    @Test
    void anAddressThatIsNotSpokenToIsRefusedAtTheStart() {
        URI secure = URI.create("https://127.0.0.1:1");
        URI beyond = URI.create("http://127.0.0.1:65536");
        for (URI url : List.of(secure, beyond)) {
            assertThatThrownBy(() -> new HttpPeers(N1, PeerSettings.DEFAULT, Map.of(N2, url), Runnable::run))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("write http://host:port");
        }
    }

    @Test
    void aFixedAddressWinsOverTheAdvertisedOne() throws IOException {
        TestNode n2 = follower(PeerSettings.DEFAULT);
        RecordingLoop loop = new RecordingLoop();
        try (HttpPeers peers = new HttpPeers(
                N3,
                PeerSettings.DEFAULT,
                Map.of(N2, URI.create("http://127.0.0.1:" + n2.port() + "/")),
                Runnable::run)) {
            peers.start(loop);
            TestNode elsewhere = register(new TestNode(N2, PeerSettings.DEFAULT));
            peers.members(List.of(TestNode.member(N2, "http://127.0.0.1:" + elsewhere.port())));
            peers.send(Examples.mail(N3, N2, new Message.Resign(3)));
            awaitReceived(n2, new Message.Resign(3));
            assertThat(elsewhere.loop.received()).isEmpty();
        }
    }

    private static void answerAppends(TestNode follower) {
        follower.loop.onMessage(envelope -> {
            if (envelope.message() instanceof Message.Append append) {
                follower.send(envelope.from().node(), appended(append.number()));
            }
        });
    }

    private static void awaitReceived(TestNode node, Message message) {
        await().pollInterval(Duration.ofMillis(2))
                .atMost(SOON)
                .until(() -> node.loop.received().contains(message));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private TestNode node(PeerSettings settings) {
        return register(new TestNode(N1, settings));
    }

    private TestNode follower(PeerSettings settings) {
        return register(new TestNode(N2, settings));
    }

    private TestNode register(TestNode node) {
        nodes.add(node);
        return node;
    }

    private static PeerSettings holding(Duration holdTimeout) {
        return timing(holdTimeout.plusSeconds(1), holdTimeout);
    }

    private static PeerSettings timing(Duration exchangeTimeout, Duration holdTimeout) {
        return settings(4 << 20, 4 << 20, 8 << 20, 64, exchangeTimeout, holdTimeout);
    }

    private static PeerSettings bounded(int replicationBytes, int controlBytes) {
        return settings(4 << 20, replicationBytes, controlBytes, 64, Duration.ofSeconds(2), Duration.ofMillis(500));
    }

    private static PeerSettings limited(int maxPostBytes, int maxPeers) {
        return settings(maxPostBytes, 4 << 20, 8 << 20, maxPeers, Duration.ofSeconds(2), Duration.ofMillis(500));
    }

    private static PeerSettings settings(
            int maxPostBytes,
            int replicationBytes,
            int controlBytes,
            int maxPeers,
            Duration exchangeTimeout,
            Duration holdTimeout) {
        return idle(
                maxPostBytes,
                replicationBytes,
                controlBytes,
                maxPeers,
                exchangeTimeout,
                holdTimeout,
                Duration.ofSeconds(10));
    }

    private static PeerSettings idle(Duration maxIdle) {
        return idle(4 << 20, 4 << 20, 8 << 20, 64, Duration.ofSeconds(2), Duration.ofMillis(500), maxIdle);
    }

    private static PeerSettings idle(
            int maxPostBytes,
            int replicationBytes,
            int controlBytes,
            int maxPeers,
            Duration exchangeTimeout,
            Duration holdTimeout,
            Duration maxIdle) {
        return new PeerSettings(
                maxPostBytes,
                replicationBytes,
                controlBytes,
                maxPeers,
                Duration.ofMillis(500),
                exchangeTimeout,
                holdTimeout,
                Duration.ofMillis(100),
                maxIdle);
    }
}
