package io.bellwether.gateway;

/** How fresh a read has to be (Rules 8.1 to 8.5). */
public sealed interface ReadLevel {
    /** Sees every write that was acknowledged before it began. */
    record Linearizable() implements ReadLevel {}

    /** From this node, if it is known to be at most so far behind. */
    record Bounded(long maxStalenessMillis) implements ReadLevel {}

    /** From this node, however far behind (Rule 8.3). */
    record Local() implements ReadLevel {}
}
