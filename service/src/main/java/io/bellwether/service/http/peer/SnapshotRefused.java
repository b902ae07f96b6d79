package io.bellwether.service.http.peer;

import java.io.IOException;

/** A peer answered, but does not give what was asked for. */
public final class SnapshotRefused extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    SnapshotRefused(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The peer has no such snapshot, or none any more: another one is to be begun. */
    public boolean isGone() {
        return status == 404;
    }

    /** The peer is busy: the same may work soon. */
    public boolean isBusy() {
        return status == 503;
    }
}
