package io.bellwether.service.node;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the faces ask of this node. Any thread may call; nothing blocks. Each listener is called exactly once, on the
 * node's own thread, which it must not hold up: it hands real work to another thread.
 */
public interface Requests {
    /**
     * Has a command applied, once, wherever the leader is.
     *
     * @param command as the application behind the gateway reads it
     * @param key the client's own request id; empty to have one made
     * @param timeout from now; afterwards the outcome is {@link WriteOutcome.Refused} or {@link WriteOutcome.Unknown}
     */
    void write(Bytes command, Optional<RequestId.Keyed> key, Duration timeout, Consumer<WriteOutcome> whenDone);

    /**
     * Has a view opened that is as fresh as {@code level} asks.
     *
     * @param minIndex the view has applied at least this index; 0 for no wish
     */
    void read(ReadLevel level, long minIndex, Duration timeout, Consumer<ReadOutcome> whenDone);

    /** How this node sees itself and the cluster. Answered by the node's thread, so a hung one does not answer. */
    void status(Consumer<NodeStatus> whenDone);
}
