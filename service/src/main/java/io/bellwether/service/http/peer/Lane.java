package io.bellwether.service.http.peer;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import java.util.Locale;

/**
 * The two ways to a peer, each with its own connection, thread, queue and bound, so that one never waits for the other.
 */
public enum Lane {
    /**
     * What is answered when a disk has done its work: entries, and questions for entries. A post is held until the
     * receiver has an answer to everything in it, and brings it back.
     */
    REPLICATION("/peer/v1/replication"),
    /**
     * Everything else. A post is answered as soon as the receiver's loop has seen it, with all that the receiver has for
     * the sender at that moment: the answer to a heartbeat needs no post of its own.
     */
    CONTROL("/peer/v1/control");

    private final String path;

    Lane(String path) {
        this.path = path;
    }

    /** Where the receiving servlet stands. */
    public String path() {
        return path;
    }

    /** Whether a receiving servlet stands there. */
    public static boolean isReceivedAt(String path) {
        return path.equals(REPLICATION.path) || path.equals(CONTROL.path);
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Lane of(Envelope envelope) {
        Message message = envelope.message();
        boolean entries =
                (message instanceof Message.Append append && !append.entries().isEmpty())
                        || message instanceof Message.Pull
                        || message instanceof Message.Pulled
                        || message instanceof Message.PullMismatched;
        return entries ? REPLICATION : CONTROL;
    }
}
