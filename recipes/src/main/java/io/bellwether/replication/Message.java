package io.bellwether.replication;

import java.util.List;

/**
 * What nodes say to each other. One record per kind, nothing optional inside. Every kind that belongs to a leadership
 * carries its epoch; a receiver that has promised a higher one answers {@link Refused}.
 *
 * <p>Nothing here waits for anything: an answer is a message of its own. A transport may bring it back in the response
 * to the request that carried the question.
 */
public sealed interface Message {
    /**
     * The leader's entries for a follower, or, without entries, its heartbeat.
     *
     * @param store whom it is for: another store on the same node passes over it, since {@code acknowledged} and the
     *     rest speak of this one (Rule 3.1)
     * @param epoch of the leader
     * @param number grows with each append of a leadership to this follower or another; the answer repeats it
     * @param previous the position before the first entry: the follower's log must have it (Rule 4.1)
     * @param commitIndex the leader's, uncapped
     * @param acknowledged the highest index that this follower has acknowledged to this leader (Rule 3.4)
     * @param logTime the leader's log time (Rule 9.6)
     * @param suspended the leader's write quorum does not answer (Rule 6.2)
     * @param echoMillis the latest {@link Appended#sentMillis} that the leader has from this follower; -1 for none
     * @param confirmedAgeMillis how long ago the leader's last confirmed round began; -1 for none (Rule 8.4)
     */
    record Append(
            StoreId store,
            long epoch,
            long number,
            Position previous,
            long commitIndex,
            long acknowledged,
            long logTime,
            boolean suspended,
            long echoMillis,
            long confirmedAgeMillis,
            List<Entry> entries)
            implements Message {
        public Append {
            entries = List.copyOf(entries);
        }
    }

    /**
     * The answer to an append that fitted.
     *
     * @param number of the append
     * @param acknowledged what the append said in its field of that name
     * @param matchIndex the lower of the durable end and the last index that this very append proved equal (Rule 4.1)
     * @param durableEnd the last durable index, matching or not
     * @param sentMillis the follower's own monotonic clock, for {@link Append#echoMillis}
     */
    record Appended(long epoch, long number, long acknowledged, long matchIndex, long durableEnd, long sentMillis)
            implements Message {}

    /**
     * The answer to an append whose previous position the follower does not have.
     *
     * @param hint the highest position of the follower's log at which the two may still agree
     */
    record Mismatched(long epoch, long number, long acknowledged, Position hint, long durableEnd, long sentMillis)
            implements Message {}

    /** The answer to anything from an epoch below the receiver's promise. {@code promised} ends older leaderships. */
    record Refused(long epoch, long promised) implements Message {}

    /** A follower has lost what it once acknowledged: its disk was rolled back (Rule 3.4). It must come back anew. */
    record RolledBack(long epoch, long acknowledged, long durableEnd) implements Message {}

    /** A claimant asks for a promise; repeated while it recovers, as its heartbeat (Rules 2.1 and 1.5). */
    record PromiseRequest(long epoch, String claim) implements Message {}

    /** The promise is durable, and so is everything up to {@code last} (Rule 2.2). */
    record Promised(long epoch, String claim, Position last) implements Message {}

    /** A claimant asks for the entries after {@code previous} (Rule 2.5). */
    record Pull(long epoch, String claim, Position previous) implements Message {}

    /** Entries that follow {@code previous}; {@code last} is where the source's log ends. */
    record Pulled(long epoch, String claim, Position previous, List<Entry> entries, Position last) implements Message {
        public Pulled {
            entries = List.copyOf(entries);
        }
    }

    /** The source does not have the position that a pull named; the two may still agree at {@code hint}. */
    record PullMismatched(long epoch, String claim, Position hint) implements Message {}

    /**
     * Asks whether the receiver hears a leader, of this epoch or a later one (Rule 7.2). Sent to the leader itself it is
     * a knock: a process that is gone refuses the connection.
     */
    record Suspect(long epoch, long question) implements Message {}

    /**
     * @param hearsLeader whether it leads, or hears a leader
     * @param canLead whether its disk answers and it is no suspended leader
     * @param process which of its lives this is, as in its latch node's id
     */
    record Suspected(long epoch, long question, boolean hearsLeader, boolean canLead, String process)
            implements Message {}

    /** A follower asks for an index that a linearizable read may be served at (Rule 8.2). */
    record ReadIndex(long epoch, long question) implements Message {}

    /** The commit index, confirmed by a round that began after the question arrived. */
    record ReadIndexed(long epoch, long question, long commitIndex) implements Message {}

    /**
     * Ends a leadership in favour of the receiver (Rule 10.5). Repeated until somebody takes over or the leader goes on,
     * since it may be lost; who has not heard it for a while may not claim by it any more.
     */
    record Resign(long epoch) implements Message {}

    /** The sender wants to leave the in-sync set (Rule 10.9). Repeated as long as it does. */
    record Leaving(long epoch) implements Message {}

    /** Every replica of the in-sync set has the log up to this index, and whoever joins it will (Rules 13.1 and 13.2). */
    record HeldByAll(long epoch, long index) implements Message {}

    /**
     * The leader's log begins after the place where the receiver's could go on: it is to take the leader's state whole
     * (Rule 13.3). Repeated with each heartbeat as long as that is so.
     *
     * @param store whom it is for, as in {@link Append}
     * @param start where the leader's log begins
     */
    record TakeSnapshot(StoreId store, long epoch, Position start) implements Message {}

    /**
     * The sender's state after some entry, for its leader to compare with those of others (Rule 14.2).
     *
     * @param software the version that made the state
     * @param sum as in {@link StateDigest}
     */
    record StateIs(long epoch, String software, long index, long sum) implements Message {}

    /** The sender has found its own state to be wrong (Rule 14.4). Repeated as long as it is. */
    record Unsound(long epoch) implements Message {}

    /**
     * The receiver's state is wrong, and the sender, its leader, counts on nothing that it has, nor will: it is to begin with
     * an empty store (Rule 14.4). Repeated as long as that is so.
     *
     * @param store whom it is for, as in {@link Append}
     */
    record BeginAnew(StoreId store, long epoch) implements Message {}

    /**
     * Writes of the sender's clients, for the leader's gateway (Rule 9.1). Never forwarded again, and never repeated by a
     * transport on its own: a copy that is refused must not be followed by one that is not.
     *
     * @param life which life of the sender's gateway waits for the verdicts
     */
    record Forward(long life, List<Bytes> requests) implements Message {
        public Forward {
            requests = List.copyOf(requests);
        }
    }

    /**
     * Verdicts on forwarded writes, as the gateway encodes them.
     *
     * @param life which life of the receiver's gateway waits for them
     */
    record Forwarded(long life, List<Bytes> answers) implements Message {
        public Forwarded {
            answers = List.copyOf(answers);
        }
    }
}
