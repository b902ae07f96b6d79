package io.bellwether.service.failpoints;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Peers;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The door to the other nodes, as a node finds it whose connections may be reset. */
final class PeersDoor implements Peers {
    private static final Map<Class<? extends Message>, Step> STEPS = Map.ofEntries(
            Map.entry(Message.Appended.class, Step.SEND_APPENDED),
            Map.entry(Message.Mismatched.class, Step.SEND_MISMATCHED),
            Map.entry(Message.PromiseRequest.class, Step.SEND_PROMISE_REQUEST),
            Map.entry(Message.Promised.class, Step.SEND_PROMISED),
            Map.entry(Message.Pull.class, Step.SEND_PULL),
            Map.entry(Message.Pulled.class, Step.SEND_PULLED),
            Map.entry(Message.Suspect.class, Step.SEND_SUSPECT),
            Map.entry(Message.Suspected.class, Step.SEND_SUSPECTED),
            Map.entry(Message.ReadIndex.class, Step.SEND_READ_INDEX),
            Map.entry(Message.ReadIndexed.class, Step.SEND_READ_INDEXED),
            Map.entry(Message.Forward.class, Step.SEND_FORWARD),
            Map.entry(Message.Forwarded.class, Step.SEND_FORWARDED),
            Map.entry(Message.Resign.class, Step.SEND_RESIGN),
            Map.entry(Message.Leaving.class, Step.SEND_LEAVING),
            Map.entry(Message.HeldByAll.class, Step.SEND_HELD_BY_ALL),
            Map.entry(Message.StateIs.class, Step.SEND_STATE_IS),
            Map.entry(Message.TakeSnapshot.class, Step.SEND_TAKE_SNAPSHOT));

    private final Peers peers;
    private final Gate gate;
    private final Consumer<NodeId> unreachable;
    private volatile Set<NodeId> withheldFrom = Set.of();

    /** @param unreachable hears of a connection that was reset */
    PeersDoor(Peers peers, Gate gate, Consumer<NodeId> unreachable) {
        this.peers = peers;
        this.gate = gate;
        this.unreachable = unreachable;
    }

    /** From now on no entries reach these nodes, though all else does. Any thread. */
    void withholdEntriesFrom(Set<NodeId> nodes) {
        withheldFrom = Set.copyOf(nodes);
    }

    @Override
    public void send(Envelope envelope) {
        Step step = step(envelope.message());
        if (step == Step.SEND_APPEND && withheldFrom.contains(envelope.to())) {
            gate.checkAlive(); // lost on the way
        } else if (step == null) {
            gate.checkAlive();
            peers.send(envelope);
        } else {
            Runnable reset = () -> unreachable.accept(envelope.to());
            gate.step(step, () -> peers.send(envelope), reset, reset);
        }
    }

    /** Of appends only those with entries: heartbeats come by all the time and carry little. */
    private static @Nullable Step step(Message message) {
        if (message instanceof Message.Append append) {
            return append.entries().isEmpty() ? null : Step.SEND_APPEND;
        }
        return STEPS.get(message.getClass());
    }
}
