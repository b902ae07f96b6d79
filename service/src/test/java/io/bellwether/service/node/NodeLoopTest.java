package io.bellwether.service.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.gateway.GatewaySettings;
import io.bellwether.gateway.Outcomes;
import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.ServingNode;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import io.bellwether.replication.WriteQuorum;
import io.bellwether.simulation.MemoryLog;
import io.bellwether.simulation.MemoryTables;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop's own part of the rules, with a follower in it whose leader is this test. */
@Timeout(30)
class NodeLoopTest {
    private static final String CLUSTER = "cluster";
    private static final ReplicaId LEADER = new ReplicaId(new NodeId("n1"), new StoreId("s1"));
    private static final ReplicaId SELF = new ReplicaId(new NodeId("n2"), new StoreId("s2"));
    private static final int MAX_REQUESTS = 100;
    private static final int MAX_BYTES = 10_000;
    private static final long BOUND_MILLIS = 300;

    private final BlockingQueue<Message> sent = new LinkedBlockingQueue<>();
    private final MemoryTables tables = new MemoryTables();
    private final NodeLoop loop = new NodeLoop("node-n2", MAX_REQUESTS, MAX_BYTES, failure -> sent.clear());
    private long number;

    @BeforeEach
    void start() {
        MemoryLog log = new MemoryLog(SELF.store());
        log.write(new LogWrite(
                1,
                0,
                List.of(Entry.of(1, 1, 1, Entry.Kind.TICK, Bytes.EMPTY)),
                new StoreRecord(CLUSTER, new Promise(1, ""), 1),
                0));
        log.sync(1);
        log.crash(0, 0);
        Bootstrap bootstrap = new Bootstrap(CLUSTER, WriteQuorum.MAJORITY, 1);
        Replica replica = new Replica(SELF, "n2-1", "1", Settings.DEFAULT, bootstrap, log, 0, 1);
        GatewaySettings gateway = new GatewaySettings(1 << 20, 200, 4_096, 16_384, 50, 1_000, 10_000, 120_000);
        Outcomes outcomes = new Outcomes(tables, (position, logTime, command) -> command);
        Coordination nowhere = new Nowhere();
        ServingNode node = new ServingNode(
                replica,
                log,
                outcomes,
                new NoSnapshots(),
                envelope -> sent.add(envelope.message()),
                nowhere,
                gateway,
                "n2-1",
                1,
                new ServingNode.Owner() {
                    @Override
                    public void changed(List<Notice> notices) {}

                    @Override
                    public void stop(String why) {}

                    @Override
                    public void beginAnew(String why) {}
                });
        loop.start(node, tables, nowhere, view -> {});
    }

    /** Nobody tells this node to take one. */
    @AfterEach
    void end() {
        loop.close();
    }

    @Test
    void aStepThatWasHeldUpDoesNotMakeTheStateLookFresh() throws InterruptedException {
        Message.Appended answer = (Message.Appended) heartbeat(-1, -1);
        heartbeat(answer.sentMillis(), 0);
        assertThat(boundedRead().join()).isInstanceOf(ReadOutcome.Ready.class);

        // As if the process were stopped in the middle of a step: the loop's thread stands still, requests arrive.
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch heldUp = new CountDownLatch(1);
        loop.status(status -> {
            heldUp.countDown();
            await(goOn);
        });
        await(heldUp);
        Awaitility.await().pollDelay(Duration.ofMillis(2 * BOUND_MILLIS)).until(() -> true);
        CompletableFuture<ReadOutcome> read = boundedRead();
        goOn.countDown();
        assertThat(read.join()).isInstanceOf(ReadOutcome.TooStale.class);
    }

    @Test
    void whoIsNotLetInHearsWhy() {
        CountDownLatch goOn = new CountDownLatch(1);
        loop.status(status -> await(goOn));
        assertThat(write(MAX_BYTES - 1)).isNotDone();
        assertThat(write(2).getNow(null)).isEqualTo(new WriteOutcome.Refused(WriteOutcome.Reason.OVERLOADED));
        for (int i = 1; i < MAX_REQUESTS; i++) {
            assertThat(linearizableRead()).isNotDone();
        }
        assertThat(linearizableRead().getNow(null)).isEqualTo(new ReadOutcome.Overloaded());
        goOn.countDown();

        loop.close();
        assertThat(linearizableRead().getNow(null)).isEqualTo(new ReadOutcome.Stopping());
        assertThat(write(1).getNow(null)).isEqualTo(new WriteOutcome.Refused(WriteOutcome.Reason.STOPPING));
    }

    @Test
    void mailThatGoesOnDoesNotKeepItFromEnding() {
        mailWithoutEnd();
        loop.close();
        assertThat(loop.hasEnded()).isTrue();
    }

    private void mailWithoutEnd() {
        loop.received(List.of(), this::mailWithoutEnd);
    }

    private CompletableFuture<WriteOutcome> write(int bytes) {
        CompletableFuture<WriteOutcome> outcome = new CompletableFuture<>();
        loop.write(Bytes.wrap(new byte[bytes]), Optional.empty(), Duration.ofMillis(100), outcome::complete);
        return outcome;
    }

    private CompletableFuture<ReadOutcome> linearizableRead() {
        CompletableFuture<ReadOutcome> outcome = new CompletableFuture<>();
        loop.read(new ReadLevel.Linearizable(), 0, Duration.ofMillis(100), outcome::complete);
        return outcome;
    }

    private CompletableFuture<ReadOutcome> boundedRead() {
        CompletableFuture<ReadOutcome> outcome = new CompletableFuture<>();
        loop.read(new ReadLevel.Bounded(BOUND_MILLIS), 0, Duration.ofSeconds(5), read -> {
            if (read instanceof ReadOutcome.Ready ready) {
                ready.view().close();
            }
            outcome.complete(read);
        });
        return outcome;
    }

    /** The leader's heartbeat, with the entry that is there already committed, and the answer to it. */
    private Message heartbeat(long echoMillis, long confirmedAgeMillis) throws InterruptedException {
        number++;
        sent.clear();
        CountDownLatch processed = new CountDownLatch(1);
        Message append = new Message.Append(
                SELF.store(), 1, number, new Position(1, 1), 1, 0, 1, false, echoMillis, confirmedAgeMillis, List.of());
        loop.received(List.of(new Envelope(CLUSTER, LEADER, SELF.node(), 1, append)), processed::countDown);
        await(processed);
        return sent.take();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class NoSnapshots implements Snapshots {
        @Override
        public void fetch(NodeId from) {}

        @Override
        public void install(Snapshot snapshot) {}
    }

    /** A ZooKeeper that is out of reach. */
    private static final class Nowhere implements Coordination {
        @Override
        public View view() {
            return View.NOTHING;
        }

        @Override
        public void queue() {}

        @Override
        public void leave() {}

        @Override
        public void claim(long request, int expectedVersion, ControlRecord wanted) {}

        @Override
        public void change(long request, int expectedVersion, ControlRecord wanted) {}

        @Override
        public void readRecord() {}

        @Override
        public void readLatch(long request) {}

        @Override
        public void deleteLatchPlaces(List<String> paths) {}
    }
}
