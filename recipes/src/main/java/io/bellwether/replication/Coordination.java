package io.bellwether.replication;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The door to ZooKeeper. Called on the thread that owns the replica; never blocks; every answer comes back as an event
 * on that thread. Levels, not edges: {@link View} tells the whole of what is known, is handed in again on every change
 * and with every tick, and a lost callback costs no more than a tick.
 */
public interface Coordination {
    /** What is known of ZooKeeper now. */
    View view();

    /** Takes a place at the tail of the latch's queue, unless this process stands in it already. */
    void queue();

    /** Leaves the latch's queue, if this process stands in it. */
    void leave();

    /**
     * Takes the next epoch, in one transaction with a check that this process's own latch node is still there (Rule
     * 1.2). Answered by {@link Replica#answered}.
     *
     * @param request names the answer; a repeated claim uses the same number
     * @param expectedVersion the version of the record that {@code wanted} replaces; {@link #ABSENT} to create it
     */
    void claim(long request, int expectedVersion, ControlRecord wanted);

    /** Replaces the record if its version is the expected one. Answered by {@link Replica#answered}. */
    void change(long request, int expectedVersion, ControlRecord wanted);

    /** Reads the record again, behind a sync. What it finds appears in {@link #view}. */
    void readRecord();

    /** Reads the latch's queue, behind a sync. Answered by {@link Replica#latchRead}; not at all when that fails. */
    void readLatch(long request);

    /**
     * Deletes latch nodes, of others or the own one, in one transaction. Those already gone are left out. Not answered:
     * the latch itself shows it.
     */
    void deleteLatchPlaces(List<String> paths);

    /** The version of a record that does not exist. */
    int ABSENT = -1;

    /**
     * What became of a compare-and-set.
     */
    enum Answer {
        /** It happened; {@link View#record} shows it, or something later. */
        DONE,
        /** The version was another one: it did not happen now, but an earlier copy of it may have. */
        CONFLICT,
        /** This process's latch node is gone: this copy did not happen, but an earlier one may have. */
        LATCH_LOST,
        /** The connection was lost: it may have happened, or may happen yet. Rule 3.3 says what settles it. */
        UNKNOWN
    }

    /** How the session stands. */
    enum Session {
        CONNECTED,
        SUSPENDED,
        LOST
    }

    /** A record with the version of its znode; {@link Coordination#ABSENT} and no record when there is none. */
    record Versioned(int version, @Nullable ControlRecord record) {}

    /**
     * What is known of ZooKeeper. It may be old; nothing that safety rests on is decided by it alone.
     *
     * @param session how the session stands
     * @param holdsLatch whether this process's latch node is the first of the queue
     * @param queued whether this process stands in the queue
     * @param record the latest record read; null until it was read once. Never goes back to a lower version
     * @param members the live nodes
     * @param paused whether an operator has switched automation off (Rules 15.1 to 15.3)
     */
    record View(
            Session session,
            boolean holdsLatch,
            boolean queued,
            @Nullable Versioned record,
            List<Member> members,
            boolean paused) {
        public static final View NOTHING = new View(Session.LOST, false, false, null, List.of(), false);

        public View {
            members = List.copyOf(members);
        }

        public boolean connected() {
            return session == Session.CONNECTED;
        }
    }

    /**
     * A place in the latch's queue.
     *
     * @param path the znode
     * @param replica whose it is
     * @param process which of that replica's lives made it
     */
    record LatchPlace(String path, ReplicaId replica, String process) {}
}
