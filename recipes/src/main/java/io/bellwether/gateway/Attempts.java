package io.bellwether.gateway;

import io.bellwether.replication.Position;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that stand in the log of this leadership and wait for their commit, in log order: who waits for which
 * position.
 */
final class Attempts {
    /**
     * Where an attempt came from.
     *
     * @param home the gateway that waits; null for this node's own
     * @param attempt which attempt of the write
     */
    record Origin(@Nullable Home home, long ticket, long attempt) {
        /** The write, whatever the attempt. */
        Origin write() {
            return new Origin(home, ticket, 0);
        }
    }

    /** A gateway on another node, in one of its lives. */
    record Home(io.bellwether.replication.NodeId node, long life) implements Comparable<Home> {
        @Override
        public int compareTo(Home other) {
            int byNode = node.compareTo(other.node);
            return byNode != 0 ? byNode : Long.compare(life, other.life);
        }
    }

    private record Appended(Position position, Origin origin) {}

    private final ArrayDeque<Appended> inOrder = new ArrayDeque<>();
    /** Looked up, never iterated. */
    private final Set<Origin> writes = new HashSet<>();

    /** Whether an attempt of the same write is in the log already: a second copy would only cost a place. */
    boolean has(Origin origin) {
        return writes.contains(origin.write());
    }

    void add(Position position, Origin origin) {
        inOrder.add(new Appended(position, origin));
        writes.add(origin.write());
    }

    /** An entry was applied: whoever waits at or before it hears its verdict, or that the place went to another entry. */
    void applied(Position position, Verdict verdict, BiConsumer<Origin, Verdict> tell) {
        while (!inOrder.isEmpty() && inOrder.peekFirst().position().index() <= position.index()) {
            Appended appended = inOrder.removeFirst();
            writes.remove(appended.origin().write());
            boolean itself = appended.position().equals(position);
            tell.accept(appended.origin(), itself ? verdict : new Verdict.Lost());
        }
    }

    void clear() {
        inOrder.clear();
        writes.clear();
    }
}
