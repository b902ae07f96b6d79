package io.bellwether.service.storage;

/**
 * A data directory that this node must not open: another process uses it, or it belongs to another node or cluster. The
 * message is for the operator and says what to do. Nothing was changed.
 */
public final class StoreRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    StoreRefused(String message) {
        super(message);
    }
}
