package io.bellwether.simulation;

import static java.util.Objects.requireNonNull;

import io.bellwether.replication.Bootstrap;
import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Member;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Position;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.Settings;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.Work;
import io.bellwether.replication.WriteQuorum;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One replica, n1, alone on a stage: a test plays all the others, message by message, for what is too rare for the
 * weather. The others answer promises as {@code promised} says; nothing else happens by itself but the disk.
 */
final class LeaderStage {
    static final ReplicaId N1 = replica(1);

    final List<Message> sent = new ArrayList<>();
    final List<Work.ReadyRead> readsReady = new ArrayList<>();
    final List<Work.Request.Change> changes = new ArrayList<>();
    final List<HandOffOutcome> handOffs = new ArrayList<>();
    /** The numbers of those who have heard. */
    final List<Long> departures = new ArrayList<>();

    /** What was asked of ZooKeeper, but for reads. */
    final List<Work.Request> asked = new ArrayList<>();
    /** The queue of the latch, as it is read; empty for all members in their order. */
    List<Coordination.LatchPlace> queue = List.of();

    boolean holdsLatch = true;
    /** What the others say when they are asked whether they could lead. */
    boolean othersCanLead;

    private final Replica replica;
    private final MemoryLog log;
    private final Position promised;
    private final List<ReplicaId> members = new ArrayList<>();
    private Coordination.Versioned record;
    private long nowMillis = 1_000;
    boolean diskAnswers = true;

    static ReplicaId replica(int number) {
        return new ReplicaId(new NodeId("n" + number), new StoreId("s-n" + number));
    }

    /** @param promised where the logs of the others end */
    LeaderStage(MemoryLog log, long epoch, Position promised, WriteQuorum writeQuorum, List<ReplicaId> inSync) {
        this.log = log;
        this.promised = promised;
        Bootstrap bootstrap = new Bootstrap("cluster", writeQuorum, 1);
        this.replica = new Replica(N1, "n1-" + epoch, "1", Settings.DEFAULT, bootstrap, log, 0, epoch);
        this.record = new Coordination.Versioned(
                1, new ControlRecord("cluster", 1, epoch, new NodeId("n2"), "other", writeQuorum, 1, inSync));
        members.addAll(inSync);
    }

    Replica replica() {
        return replica;
    }

    void joins(ReplicaId learner) {
        members.add(learner);
    }

    /** Lets time pass, with everything that follows from it. */
    void pass(long millis) {
        for (long end = nowMillis + millis; nowMillis < end; ) {
            nowMillis += 20;
            step();
        }
    }

    /** Time until the replica leads: n2 and those behind it agree that nobody does, and promise. */
    void lead() {
        for (int i = 0; i < 500 && !replica.leading(); i++) {
            pass(20);
        }
        if (!replica.leading()) {
            throw new AssertionError("n1 was to lead by now");
        }
        step();
    }

    private void step() {
        replica.tick(nowMillis, nowMillis);
        List<Member> live = members.stream()
                .map(member -> new Member(member, "http://" + member.node(), "1", "now"))
                .toList();
        replica.view(new Coordination.View(Coordination.Session.CONNECTED, holdsLatch, true, record, live, false));
        replica.drive();
        run();
    }

    void run() {
        for (Work work = replica.work(); !work.isEmpty(); work = replica.work()) {
            LogWrite write = work.write();
            if (write != null) {
                log.write(write);
            }
            readsReady.addAll(work.reads());
            for (Envelope envelope : work.messages()) {
                sent.add(envelope.message());
                answer(envelope);
            }
            work.departures().forEach(ended -> departures.add(ended.departure()));
            work.handOffs().forEach(ended -> handOffs.add(ended.outcome()));
            for (Work.Request request : work.requests()) {
                if (request instanceof Work.Request.ReadLatch read) {
                    replica.latchRead(read.request(), queue.isEmpty() ? queueOfAll() : queue);
                    continue;
                }
                asked.add(request);
                if (request instanceof Work.Request.Claim claim) {
                    record = new Coordination.Versioned(claim.expectedVersion() + 1, claim.wanted());
                    replica.answered(claim.request(), Coordination.Answer.DONE);
                } else if (request instanceof Work.Request.Change change) {
                    changes.add(change);
                }
            }
            if (diskAnswers && log.hasStaged()) {
                replica.written(log.sync(log.staged().size()));
            }
        }
    }

    private List<Coordination.LatchPlace> queueOfAll() {
        return members.stream().map(LeaderStage::place).toList();
    }

    /** A replica's place in the latch; the others have the process that they name when they are asked. */
    static Coordination.LatchPlace place(ReplicaId replica) {
        return new Coordination.LatchPlace("/latch/" + replica.node(), replica, "p");
    }

    private void answer(Envelope envelope) {
        Message message = envelope.message();
        ReplicaId from = members.stream()
                .filter(member -> member.node().equals(envelope.to()))
                .findFirst()
                .orElseThrow();
        if (message instanceof Message.Suspect suspect) {
            hear(from, new Message.Suspected(suspect.epoch(), suspect.question(), false, othersCanLead, "p"));
        } else if (message instanceof Message.PromiseRequest request) {
            hear(from, new Message.Promised(request.epoch(), request.claim(), promised));
        }
    }

    /** A message of another replica arrives. */
    void hear(ReplicaId from, Message message) {
        long generation = requireNonNull(record.record()).generation();
        replica.received(new Envelope("cluster", from, N1.node(), generation, message));
    }

    /** The replica has stored everything up to this index, and says so in answer to the latest append. */
    void acknowledge(ReplicaId from, long index) {
        Message.Append latest = lastAppendTo(from);
        hear(from, new Message.Appended(latest.epoch(), latest.number(), 0, index, index, 1));
        run();
    }

    Message.Append lastAppendTo(ReplicaId to) {
        return (Message.Append) last(message ->
                message instanceof Message.Append append && append.store().equals(to.store()));
    }

    Message last(Predicate<Message> kind) {
        Message found = lastOrNull(kind);
        return requireNonNull(found, "such a message was sent");
    }

    @Nullable
    Message lastOrNull(Predicate<Message> kind) {
        Message found = null;
        for (Message message : sent) {
            found = kind.test(message) ? message : found;
        }
        return found;
    }

    /** A log whose disk has these entries. */
    static MemoryLog logOf(Entry... entries) {
        MemoryLog log = new MemoryLog(N1.store());
        if (entries.length > 0) {
            log.write(new LogWrite(1, 0, List.of(entries), null, 0));
            log.sync(1);
        }
        log.crash(0, 0);
        return log;
    }
}
