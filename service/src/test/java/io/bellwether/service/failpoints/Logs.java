package io.bellwether.service.failpoints;

import io.bellwether.service.storage.LogRetention;
import java.time.Duration;

/** How much of their logs the nodes of a cluster keep. */
enum Logs {
    /** All: the log alone makes the state, and nobody needs a snapshot. */
    WHOLE,
    /** The last second of it, about: whoever is away for longer needs a snapshot. */
    SHORT;

    /** A node that has given its state to another keeps its log for a minute, and leaves nobody far behind meanwhile. */
    int pairsOfACluster() {
        return this == WHOLE ? Integer.MAX_VALUE : 1;
    }

    LogRetention retention() {
        return switch (this) {
            case WHOLE -> new LogRetention(512 << 20, Duration.ofDays(1), 512 << 20);
            case SHORT -> new LogRetention(16 << 10, Duration.ZERO, 32 << 10);
        };
    }
}
