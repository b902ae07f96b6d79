package io.bellwether.replication;

/**
 * Does a replica's work through the doors, in the order that keeps it safe. It owns no thread: whoever owns the replica
 * calls {@link #run} after each event, or after a handful.
 */
public final class Node {
    private final Replica replica;
    private final ReplicatedLog log;
    private final StateMachine stateMachine;
    private final Snapshots snapshots;
    private final Peers peers;
    private final Coordination coordination;
    private final Clients clients;

    public Node(
            Replica replica,
            ReplicatedLog log,
            StateMachine stateMachine,
            Snapshots snapshots,
            Peers peers,
            Coordination coordination,
            Clients clients) {
        this.replica = replica;
        this.log = log;
        this.stateMachine = stateMachine;
        this.snapshots = snapshots;
        this.peers = peers;
        this.coordination = coordination;
        this.clients = clients;
    }

    /** The replica, for the events that need no work of a node's own; {@link #run} afterwards. */
    public Replica replica() {
        return replica;
    }

    /** Time has passed: the replica sees what ZooKeeper shows, and what has fallen due. */
    public void tick(long monotonicMillis, long wallMillis) {
        replica.tick(monotonicMillis, wallMillis);
        replica.view(coordination.view());
        replica.drive();
        replica.due(stateMachine.nextDue());
        compact();
    }

    /** Rule 13.1: what is dispensable goes as far as the state holds it through a crash; the replica sees to the rest. */
    private void compact() {
        long dispensable = log.dispensable();
        if (dispensable > 0) {
            replica.compact(dispensable, stateMachine.durableIndex(dispensable));
        }
    }

    /** A message has arrived: the gateway's mail goes to the gateway, all other to the replica. */
    public void received(Envelope envelope) {
        Message message = envelope.message();
        if (message instanceof Message.Forward || message instanceof Message.Forwarded) {
            if (envelope.to().equals(replica.self().node())) {
                clients.received(envelope.from(), message);
            }
        } else {
            replica.received(envelope);
        }
    }

    /**
     * Does the work that the events so far have left. Of entries to apply it takes one piece at a time, so that a replica
     * that has much to catch up with still hears the time and its peers in between.
     *
     * @return whether entries to apply are left, for which it is to be called again soon
     */
    public boolean run() {
        for (Work work = replica.work(); !work.isEmpty(); work = replica.work()) {
            perform(work);
            if (replica.hasMoreToApply()) {
                return true;
            }
        }
        return false;
    }

    private void perform(Work work) {
        if (!work.notices().isEmpty()) {
            clients.changed(work.notices());
        }
        Snapshot snapshot = work.install();
        if (snapshot != null) {
            snapshots.install(snapshot);
            stateMachine.replaced();
        }
        LogWrite write = work.write();
        if (write != null) {
            log.write(write);
        }
        if (!work.committed().isEmpty()) {
            stateMachine.apply(work.committed());
        }
        stateMachine.takeDigests().forEach(replica::digested);
        for (Envelope envelope : work.messages()) {
            peers.send(envelope);
        }
        for (Work.Request request : work.requests()) {
            ask(request);
        }
        for (Work.ReadyRead read : work.reads()) {
            clients.readReady(read.read(), read.index());
        }
        for (Work.EndedHandOff ended : work.handOffs()) {
            clients.handOffEnded(ended.handOff(), ended.outcome());
        }
        for (Work.EndedDeparture ended : work.departures()) {
            clients.departed(ended.departure(), ended.outcome());
        }
        NodeId fetchFrom = work.fetchFrom();
        if (fetchFrom != null) {
            snapshots.fetch(fetchFrom);
        }
        String stop = work.stop();
        if (stop != null && work.beginsAnew()) {
            clients.beginAnew(stop);
        } else if (stop != null) {
            clients.stop(stop);
        }
    }

    private void ask(Work.Request request) {
        if (request instanceof Work.Request.Queue) {
            coordination.queue();
        } else if (request instanceof Work.Request.Leave) {
            coordination.leave();
        } else if (request instanceof Work.Request.Claim claim) {
            coordination.claim(claim.request(), claim.expectedVersion(), claim.wanted());
        } else if (request instanceof Work.Request.Change change) {
            coordination.change(change.request(), change.expectedVersion(), change.wanted());
        } else if (request instanceof Work.Request.ReadRecord) {
            coordination.readRecord();
        } else if (request instanceof Work.Request.ReadLatch read) {
            coordination.readLatch(read.request());
        } else if (request instanceof Work.Request.DeleteLatchPlaces delete) {
            coordination.deleteLatchPlaces(delete.paths());
        }
    }
}
