package io.bellwether.replication;

import static io.bellwether.replication.InvariantViolation.check;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a replica is and knows, whatever its role: its identity, its log, its promise, how far it has committed, and what
 * it last heard of the control record. The roles share it; {@link Replica} owns it.
 */
final class Standing {
    final ReplicaId self;
    /** Which life of this replica: unique among all its starts. */
    final String process;

    final Settings settings;
    final Journal journal;
    final LogClock logClock = new LogClock();
    final Digests digests = new Digests();
    /** The version of the software, which makes the state. */
    final String software;

    private Work work = new Work();
    private long nowMillis;
    private long wallMillis;
    private long commitIndex;
    private long appliedIndex;
    private long highestEpoch;
    private Coordination.View view = Coordination.View.NOTHING;
    private long nextRequest = 1;
    private long dice;
    private boolean rolledBack;
    private boolean unsound;
    /** Reads that may be answered once an index is applied. */
    private final ArrayDeque<Work.ReadyRead> reads = new ArrayDeque<>();

    Standing(
            ReplicaId self,
            String process,
            String software,
            Settings settings,
            ReplicatedLog log,
            long appliedIndex,
            long dice) {
        this.self = self;
        this.process = process;
        this.software = software;
        this.settings = settings;
        this.journal = new Journal(log, settings.recentBytes());
        this.commitIndex = appliedIndex;
        this.appliedIndex = appliedIndex;
        this.dice = dice;
        check(appliedIndex <= journal.end().index(), "Rule 12.4: the state is never ahead of the log");
        check(appliedIndex >= journal.start().index(), "Rule 13.1: what is gone from the log is in the state");
        long lastEpoch = journal.end().epoch();
        if (lastEpoch > promise().epoch()) {
            promise(new Promise(lastEpoch, ""));
        }
        this.highestEpoch = promise().epoch();
    }

    // --- time and chance -------------------------------------------------------------------------------------------

    void time(long monotonicMillis, long wallClockMillis) {
        check(monotonicMillis >= nowMillis, "the monotonic clock never goes back");
        nowMillis = monotonicMillis;
        wallMillis = wallClockMillis;
    }

    long now() {
        return nowMillis;
    }

    long wall() {
        return wallMillis;
    }

    /** A number between 0, inclusive, and {@code bound}, exclusive, out of the seed that the replica was given. */
    long random(long bound) {
        dice = dice * 6364136223846793005L + 1442695040888963407L;
        return Long.remainderUnsigned(dice >>> 17, Math.max(1, bound));
    }

    // --- promises and epochs ---------------------------------------------------------------------------------------

    Promise promise() {
        return journal.record().promise();
    }

    /** Gives a promise; it is durable when the write that is being gathered is (Rule 2.2). */
    void promise(Promise given) {
        check(given.epoch() >= promise().epoch(), "a promise is never taken back");
        StoreRecord record = journal.record();
        journal.remember(new StoreRecord(record.clusterId(), given, record.generation()));
        highestEpoch = Math.max(highestEpoch, given.epoch());
    }

    /** The highest epoch heard of, from anybody. */
    long highestEpoch() {
        return highestEpoch;
    }

    void hearEpoch(long epoch) {
        highestEpoch = Math.max(highestEpoch, epoch);
    }

    // --- commit and apply ------------------------------------------------------------------------------------------

    long commitIndex() {
        return commitIndex;
    }

    void commit(long index) {
        check(index >= commitIndex, "the commit index never goes back");
        check(index <= journal.end().index(), "nothing is committed here that is not in the log");
        commitIndex = index;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    void applied(long index) {
        check(index <= commitIndex && index <= journal.durableEnd(), "only what is committed and durable is applied");
        appliedIndex = index;
    }

    /** Rule 9.6: somebody's log has come to this time; what was heard first may be old, the own log is not younger. */
    void hearLogTime(long logTime) {
        boolean first = logClock.at(nowMillis) < 0;
        logClock.hear(first ? Math.max(logTime, journal.endLogTime()) : logTime, nowMillis);
    }

    /** Log and state are those of the snapshot (Rule 13.4). */
    void installed(Snapshot snapshot) {
        hearLogTime(snapshot.logTime());
        journal.restartAfter(snapshot.position());
        commitIndex = Math.max(commitIndex, snapshot.position().index());
        appliedIndex = snapshot.position().index();
    }

    /** The read may be answered once this index is applied (Rule 8.1). */
    void readAt(long read, long index) {
        reads.add(new Work.ReadyRead(read, index));
    }

    void releaseReads() {
        reads.removeIf(waiting -> {
            boolean ready = waiting.index() <= appliedIndex;
            if (ready) {
                work.ready(waiting.read(), waiting.index());
            }
            return ready;
        });
    }

    // --- the control record ----------------------------------------------------------------------------------------

    Coordination.View view() {
        return view;
    }

    void view(Coordination.View latest) {
        view = latest;
    }

    @Nullable
    ControlRecord record() {
        Coordination.Versioned versioned = view.record();
        return versioned == null ? null : versioned.record();
    }

    boolean inSync() {
        ControlRecord record = record();
        return record != null && record.inSync().contains(self);
    }

    /** Why this node must neither claim nor propose, and what to do about it; empty if all is well (Rule 11.1). */
    Optional<String> guard() {
        Coordination.Versioned versioned = view.record();
        return versioned == null
                ? Optional.empty()
                : Guards.complaint(versioned.record(), journal.record(), self, journal.isEmpty());
    }

    /** Notes the record's cluster and generation durably (Rule 11.1). */
    void remember(ControlRecord seen) {
        StoreRecord record = journal.record();
        if (!record.clusterId().equals(seen.clusterId()) || record.generation() < seen.generation()) {
            journal.remember(new StoreRecord(
                    seen.clusterId(), record.promise(), Math.max(record.generation(), seen.generation())));
        }
    }

    /** Somebody has seen this generation of the record: what ZooKeeper shows must not be older (Rule 11.1). */
    void hearGeneration(long generation) {
        StoreRecord record = journal.record();
        journal.remember(
                new StoreRecord(record.clusterId(), record.promise(), Math.max(record.generation(), generation)));
    }

    /** This store has lost what it had acknowledged: it takes no further part (Rule 3.4). */
    void rollBack(String what) {
        rolledBack = true;
        work.stop(what);
    }

    /** This store counts nowhere, and its state is wrong: it ends, and begins anew (Rule 14.4). */
    void beginAnew(String why) {
        rolledBack = true;
        work.beginAnew(why);
    }

    boolean rolledBack() {
        return rolledBack;
    }

    /** The state here is not what it should be: it is served to nobody, nor led with (Rule 14.4). */
    void distrust(String why) {
        if (!unsound) {
            unsound = true;
            work.error("state is wrong replica=" + self.node() + " epoch=" + highestEpoch + ": " + why
                    + ". It serves no reads and takes no writes from now on, hands leadership over, leaves the in-sync set as soon as that"
                    + " may be, and is rebuilt from the leader");
        }
    }

    /** Whether others are to do without this replica's state. One that is alone in the set has nobody who could. */
    boolean unsound() {
        return unsound && !isAlone();
    }

    private boolean isAlone() {
        ControlRecord record = record();
        return record != null && record.inSync().equals(List.of(self));
    }

    long nextRequest() {
        return nextRequest++;
    }

    // --- what to do ------------------------------------------------------------------------------------------------

    Work work() {
        return work;
    }

    Work takeWork() {
        Work taken = work;
        work = new Work();
        return taken;
    }

    Envelope address(NodeId to, Message message) {
        StoreRecord record = journal.record();
        return new Envelope(record.clusterId(), self, to, record.generation(), message);
    }

    void send(NodeId to, Message message) {
        work.send(address(to, message));
    }

    static String names(List<ReplicaId> replicas) {
        StringBuilder names = new StringBuilder();
        for (ReplicaId replica : replicas) {
            names.append(names.length() == 0 ? "" : ",").append(replica.node());
        }
        return names.toString();
    }
}
