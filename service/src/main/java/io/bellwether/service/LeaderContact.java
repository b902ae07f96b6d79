package io.bellwether.service;

import io.bellwether.replication.NodeId;
import io.bellwether.replication.Notice;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells an operator when this node loses its leader, and when it hears the same one again; that it follows another is told
 * by the replica itself. One thread.
 */
final class LeaderContact {
    private @Nullable NodeId last;
    private long lostEpoch;

    /**
     * @param leader whom this node takes for the leader, perhaps itself; null for nobody
     * @param epoch the highest epoch that it knows
     * @return what to say about it; empty if that is nothing new
     */
    Optional<Notice> seen(@Nullable NodeId leader, long epoch) {
        NodeId before = last;
        last = leader;
        if (before != null && leader == null) {
            lostEpoch = epoch;
            return Optional.of(new Notice(
                    Notice.Level.WARN, "no leader is heard epoch=" + epoch + " last=" + before + ": writes wait"));
        }
        if (before == null && leader != null && epoch == lostEpoch) {
            return Optional.of(
                    new Notice(Notice.Level.INFO, "the leader is heard again epoch=" + epoch + " leader=" + leader));
        }
        return Optional.empty();
    }
}
