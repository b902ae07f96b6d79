package io.bellwether.service.node;

import java.time.Duration;

/** How fresh a read has to be (Rules 8.1 to 8.4). */
public sealed interface ReadLevel {
    /** Sees every write that was acknowledged before it began. */
    record Linearizable() implements ReadLevel {}

    /** From this node, if it is known to be at most so far behind. */
    record Bounded(Duration maxStaleness) implements ReadLevel {}

    /** From this node, however far behind. */
    record Local() implements ReadLevel {}
}
