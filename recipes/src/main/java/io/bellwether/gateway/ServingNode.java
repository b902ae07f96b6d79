package io.bellwether.gateway;

import io.bellwether.replication.Admission;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Clients;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.DepartureOutcome;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.HandOffOutcome;
import io.bellwether.replication.Message;
import io.bellwether.replication.Node;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import io.bellwether.replication.Peers;
import io.bellwether.replication.Replica;
import io.bellwether.replication.ReplicaId;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.Snapshot;
import io.bellwether.replication.Snapshots;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A node as its clients meet it: the gateway, the reads and the replica, driven together. It owns no thread; whoever owns
 * it brings the events of a step and then calls {@link #run}. The node's loop does so in production, the simulator in
 * tests.
 */
public final class ServingNode {
    /** Under load a node steps thousands of times a second; it looks at ZooKeeper and at what is due only so often. */
    private static final long LOOK_AROUND_MILLIS = 3;

    private final Replica replica;
    private final Node node;
    private final Gateway gateway;
    private final Reads reads;
    private final Operators operators;
    private final Outcomes outcomes;
    private Room room = Room.HERE;
    private long nowMillis;
    private long lookedAroundMillis = Long.MIN_VALUE / 2;

    /** What a node has to tell to its owner. */
    public interface Owner {
        /** Something that an operator may want to see changed. */
        void changed(List<Notice> notices);

        /** The process must stop; says why, and what to do. */
        void stop(String why);

        /** The process must stop, and start again with an empty store; says why. */
        void beginAnew(String why);
    }

    /**
     * @param session names this life of this gateway, unique for good, in ASCII
     * @param life a number that tells this life from the node's others
     */
    public ServingNode(
            Replica replica,
            ReplicatedLog log,
            Outcomes outcomes,
            Snapshots snapshots,
            Peers peers,
            Coordination coordination,
            GatewaySettings settings,
            String session,
            long life,
            Owner owner) {
        this.replica = replica;
        this.outcomes = outcomes;
        this.gateway =
                new Gateway(session, life, settings, this::propose, (to, message) -> peers.send(mail(to, message)));
        this.reads = new Reads(replica::read, replica::forgetReads);
        this.operators = new Operators(replica);
        outcomes.listener(gateway);
        this.node = new Node(replica, log, outcomes, snapshots, peers, coordination, new Waiters(owner));
    }

    /** What needs room is taken only where there is some (Rule 12.5). */
    private Admission propose(Bytes request) {
        if (room != Room.HERE && replica.leading() && outcomes.grows(request)) {
            return new Admission.Refused(
                    room == Room.ELSEWHERE ? Admission.Refusal.HANDING_OFF : Admission.Refusal.NO_ROOM);
        }
        return replica.propose(request);
    }

    private Envelope mail(NodeId to, Message message) {
        return replica.address(to, message);
    }

    /** Who waits on this node. */
    private final class Waiters implements Clients {
        private final Owner owner;

        Waiters(Owner owner) {
            this.owner = owner;
        }

        @Override
        public void readReady(long read, long index) {
            reads.tick(nowMillis, replica.appliedIndex(), replica.freshAsOfMillis());
            reads.confirmed(read);
        }

        @Override
        public void received(ReplicaId from, Message message) {
            if (message instanceof Message.Forward forward) {
                gateway.onForward(from.node(), forward);
            } else if (message instanceof Message.Forwarded forwarded) {
                gateway.onForwarded(forwarded);
            }
        }

        @Override
        public void handOffEnded(long handOff, HandOffOutcome outcome) {
            operators.handOffEnded(handOff, outcome);
        }

        @Override
        public void departed(long departure, DepartureOutcome outcome) {
            operators.departed(departure, outcome);
        }

        @Override
        public void changed(List<Notice> notices) {
            owner.changed(notices);
        }

        @Override
        public void stop(String why) {
            owner.stop(why);
        }

        @Override
        public void beginAnew(String why) {
            owner.beginAnew(why);
        }
    }

    // --- events ----------------------------------------------------------------------------------------------------

    /**
     * Time has passed. At least every tenth of a heartbeat or so, and before the other events of a step.
     *
     * @param monotonicMillis of a clock that never goes back
     * @param wallMillis of the wall clock, which may jump
     */
    public void tick(long monotonicMillis, long wallMillis) {
        nowMillis = monotonicMillis;
        if (monotonicMillis - lookedAroundMillis >= LOOK_AROUND_MILLIS) {
            lookedAroundMillis = monotonicMillis;
            node.tick(monotonicMillis, wallMillis);
        } else {
            replica.tick(monotonicMillis, wallMillis);
        }
        observe();
        gateway.tick(monotonicMillis, replica.logTime());
        reads.tick(monotonicMillis, replica.appliedIndex(), replica.freshAsOfMillis());
    }

    /**
     * What time it is, read after the event that comes next has arrived. A process that was stopped in the middle of a step
     * goes on in the belief that no time has passed, and finds what arrived meanwhile: it would date it too early, and take
     * an old state for fresh (Rule 8.4).
     */
    public void time(long monotonicMillis, long wallMillis) {
        nowMillis = monotonicMillis;
        replica.tick(monotonicMillis, wallMillis);
        gateway.time(monotonicMillis);
        reads.time(monotonicMillis);
    }

    /** The state here was found not to be what it should be; see {@link Replica#distrust}. */
    public void distrust(String what) {
        replica.distrust(what);
    }

    /** How it stands with this node's disk. */
    public void room(Room now) {
        room = now;
    }

    /** A message of another node has arrived. */
    public void received(Envelope envelope) {
        node.received(envelope);
    }

    /** The disk has completed this write and all before it. */
    public void written(long number) {
        replica.written(number);
    }

    /** A snapshot is here, whole and on the disk; see {@link Snapshots}. */
    public void fetched(Snapshot snapshot) {
        replica.fetched(snapshot);
    }

    /** A connection to this node was refused or reset. */
    public void unreachable(NodeId other) {
        replica.unreachable(other);
        gateway.unreachable(other);
    }

    /** ZooKeeper's answer to a claim or a change. */
    public void answered(long request, Coordination.Answer answer) {
        replica.answered(request, answer);
    }

    /** ZooKeeper's answer to a look at the latch. */
    public void latchRead(long request, List<Coordination.LatchPlace> queue) {
        replica.latchRead(request, queue);
    }

    /** A client's write. {@code whenDone} is called once, at its deadline at the latest. */
    public void write(
            Bytes command, Optional<RequestId.Keyed> key, long timeoutMillis, Consumer<WriteOutcome> whenDone) {
        gateway.submit(command, key, timeoutMillis, whenDone);
    }

    /** A client's read. {@code whenDone} is called once, when the tables show what it may see, or at its deadline. */
    public void read(ReadLevel level, long minIndex, long timeoutMillis, Consumer<ReadVerdict> whenDone) {
        reads.read(level, minIndex, timeoutMillis, whenDone);
    }

    /** ZooKeeper shows something new: looked at now, not at the next opportunity. */
    public void viewChanged(long monotonicMillis, long wallMillis) {
        nowMillis = monotonicMillis;
        lookedAroundMillis = monotonicMillis;
        node.tick(monotonicMillis, wallMillis);
    }

    /** What operators ask of this node. */
    public Operators operators() {
        return operators;
    }

    /** This node stops: whoever waits for a write hears what is known of it, and whoever waits to read that it can't. */
    public void stop() {
        gateway.stop();
        reads.stop();
        operators.stop();
    }

    /**
     * Draws the conclusions of the events since the last call, and does the work that they leave.
     *
     * @return whether entries to apply are left: call it again soon, after a {@link #tick}
     */
    public boolean run() {
        boolean more;
        do {
            observe();
            gateway.flush();
            more = node.run();
            observe();
        } while (gateway.wantsFlush() && !more);
        reads.tick(nowMillis, replica.appliedIndex(), replica.freshAsOfMillis());
        return more;
    }

    private void observe() {
        gateway.observe(replica.leader(), replica.leaderEpoch(), replica.leading());
    }

    // --- what others may know --------------------------------------------------------------------------------------

    /** The replica, to be looked at on the owning thread; its events go through this node. */
    public Replica replica() {
        return replica;
    }

    /** Writes of this node's clients that wait for their outcome. */
    public int heldWrites() {
        return gateway.heldRequests();
    }

    /** Those of the held writes that wait for a leader, or to be offered to it again; the others are on their way. */
    public int parkedWrites() {
        return gateway.parkedRequests();
    }

    /** Reads of this node's clients that wait. */
    public int waitingReads() {
        return reads.waitingReads();
    }
}
