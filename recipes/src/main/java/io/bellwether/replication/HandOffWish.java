package io.bellwether.replication;

import org.jspecify.annotations.Nullable;

/**
 * That leadership is to move.
 *
 * @param to whom to; null for the most caught-up follower that is in sync
 * @param epoch the leadership that is to end; null for whichever it is
 * @param dryRun only find out whether it could
 */
public record HandOffWish(@Nullable NodeId to, @Nullable Long epoch, boolean dryRun) {
    /** To whoever is fit, whatever the epoch. */
    public static final HandOffWish ANY = new HandOffWish(null, null, false);
}
