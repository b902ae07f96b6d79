package io.bellwether.service;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Notice;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What must hold for a node to start (Rule 11.1): its configuration asks for nothing else than the control record says,
 * and the record fits the store. Prints what the core has to say as it goes.
 */
final class StartGuard {
    private static final Logger LOG = LoggerFactory.getLogger("io.bellwether.node");
    private static final String GUARD = "guard: ";

    private final ReplicationConfiguration configured;
    private final Consumer<String> halt;
    private boolean checked;
    private boolean inContact;

    StartGuard(ReplicationConfiguration configured, Consumer<String> halt) {
        this.configured = configured;
        this.halt = halt;
    }

    /** The first record that is seen decides whether the configuration fits. */
    void view(Coordination.View view) {
        Coordination.Versioned versioned = view.record();
        if (!checked && versioned != null && versioned.record() != null) {
            checked = true;
            compare(versioned.record());
        }
    }

    private void compare(ControlRecord record) {
        configured
                .requiredInSync()
                .ifPresent(asked -> refuseUnless(
                        asked == record.minInSync(),
                        "BELLWETHER_MIN_IN_SYNC is " + asked + ", but ZooKeeper's record says " + record.minInSync()));
        configured
                .requiredWriteQuorum()
                .ifPresent(asked -> refuseUnless(
                        asked == record.writeQuorum(),
                        "BELLWETHER_WRITE_QUORUM is " + asked.word() + ", but ZooKeeper's record says "
                                + record.writeQuorum().word()));
    }

    private void refuseUnless(boolean fits, String complaint) {
        if (!fits) {
            halt.accept(complaint + ". The record is what every node obeys: leave the variable empty, or set it to what"
                    + " the record says");
        }
    }

    static void say(Notice notice) {
        switch (notice.level()) {
            case INFO -> LOG.info(notice.text());
            case WARN -> LOG.warn(notice.text());
            case ERROR -> LOG.error(notice.text());
        }
    }

    /** One line of the log each; a guard that fails before this node has met a leader ends it. */
    void changed(List<Notice> notices) {
        for (Notice notice : notices) {
            say(notice);
            inContact |= notice.text().startsWith("following ") || notice.text().startsWith("leading ");
            if (notice.text().startsWith(GUARD) && !inContact) {
                halt.accept(notice.text().substring(GUARD.length()));
            }
        }
    }
}
