package io.bellwether.service.failpoints;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import io.bellwether.replication.Peers;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The door to the other nodes, as a node finds it whose connections may be reset. */
final class PeersDoor implements Peers {
    private static final Map<Class<? extends Message>, Step> STEPS = Map.ofEntries(
            Map.entry(Message.Appended.class, Step.SEND_APPENDED),
            Map.entry(Message.PromiseRequest.class, Step.SEND_PROMISE_REQUEST),
            Map.entry(Message.Promised.class, Step.SEND_PROMISED),
            Map.entry(Message.Suspect.class, Step.SEND_SUSPECT),
            Map.entry(Message.Suspected.class, Step.SEND_SUSPECTED),
            Map.entry(Message.ReadIndex.class, Step.SEND_READ_INDEX),
            Map.entry(Message.ReadIndexed.class, Step.SEND_READ_INDEXED),
            Map.entry(Message.Forward.class, Step.SEND_FORWARD),
            Map.entry(Message.Forwarded.class, Step.SEND_FORWARDED),
            Map.entry(Message.Resign.class, Step.SEND_RESIGN),
            Map.entry(Message.Leaving.class, Step.SEND_LEAVING));

    private final Peers peers;
    private final Gate gate;
    private final Consumer<NodeId> unreachable;

    /** @param unreachable hears of a connection that was reset */
    PeersDoor(Peers peers, Gate gate, Consumer<NodeId> unreachable) {
        this.peers = peers;
        this.gate = gate;
        this.unreachable = unreachable;
    }

    @Override
    public void send(Envelope envelope) {
        Step step = step(envelope.message());
        if (step == null) {
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
