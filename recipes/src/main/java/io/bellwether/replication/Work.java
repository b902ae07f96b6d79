package io.bellwether.replication;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replica has decided and somebody now has to do: a value whose fields stand in the order in which they must be
 * done. {@link Node} does it.
 *
 * <p>A message that vouches for something durable is not in here before the disk has said so: the core holds it back
 * until the write is completed. So all messages may leave as soon as the write of the same step is staged; a
 * leader's entries even before, since they vouch for nothing.
 */
public final class Work {
    private final List<Notice> notices = new ArrayList<>();
    private @Nullable Snapshot install;
    private @Nullable LogWrite write;
    private List<Entry> committed = List.of();
    private final List<Envelope> messages = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<ReadyRead> reads = new ArrayList<>();
    private final List<EndedHandOff> handOffs = new ArrayList<>();
    private final List<EndedDeparture> departures = new ArrayList<>();
    private @Nullable NodeId fetchFrom;
    private @Nullable String stop;
    private boolean beginsAnew;

    Work() {}

    /** First: what changed, for the log. */
    public List<Notice> notices() {
        return notices;
    }

    /** Before anything is written: the snapshot that takes the place of log and state; null for none. */
    public @Nullable Snapshot install() {
        return install;
    }

    /** Second: what to stage on the disk; null for nothing. */
    public @Nullable LogWrite write() {
        return write;
    }

    /** Third: entries to apply, committed and durable here, following the last that were given out. */
    public List<Entry> committed() {
        return committed;
    }

    /** Fourth: what to send. */
    public List<Envelope> messages() {
        return messages;
    }

    /** Fifth: what to ask of ZooKeeper. */
    public List<Request> requests() {
        return requests;
    }

    /** After these, since they see what was applied above: reads that may be answered. */
    public List<ReadyRead> reads() {
        return reads;
    }

    /** What became of hand-offs that operators wait for. */
    public List<EndedHandOff> handOffs() {
        return handOffs;
    }

    /** What became of this replica's wish to leave. */
    public List<EndedDeparture> departures() {
        return departures;
    }

    /** From whom to fetch a snapshot; null for nobody. */
    public @Nullable NodeId fetchFrom() {
        return fetchFrom;
    }

    /** After all that: why this process must stop, and what to do about it; null as long as it may go on. */
    public @Nullable String stop() {
        return stop;
    }

    /** Whether the process that stops is to begin with an empty store when it starts again (Rule 14.4). */
    public boolean beginsAnew() {
        return beginsAnew;
    }

    public boolean isEmpty() {
        return notices.isEmpty()
                && install == null
                && write == null
                && committed.isEmpty()
                && messages.isEmpty()
                && requests.isEmpty()
                && reads.isEmpty()
                && handOffs.isEmpty()
                && departures.isEmpty()
                && fetchFrom == null
                && stop == null;
    }

    void info(String text) {
        notices.add(new Notice(Notice.Level.INFO, text));
    }

    void warn(String text) {
        notices.add(new Notice(Notice.Level.WARN, text));
    }

    void error(String text) {
        notices.add(new Notice(Notice.Level.ERROR, text));
    }

    void stop(String why) {
        stop = why;
    }

    void beginAnew(String why) {
        stop = why;
        beginsAnew = true;
    }

    void install(Snapshot fetched) {
        install = fetched;
    }

    void fetch(NodeId from) {
        fetchFrom = from;
    }

    void write(@Nullable LogWrite staged) {
        write = staged;
    }

    void committed(List<Entry> entries) {
        committed = entries;
    }

    void send(Envelope envelope) {
        messages.add(envelope);
    }

    void ask(Request request) {
        requests.add(request);
    }

    void ready(long read, long index) {
        reads.add(new ReadyRead(read, index));
    }

    void ended(long handOff, HandOffOutcome outcome) {
        handOffs.add(new EndedHandOff(handOff, outcome));
    }

    void ended(long departure, DepartureOutcome outcome) {
        departures.add(new EndedDeparture(departure, outcome));
    }

    /** A hand-off, by the number with which it was asked for. */
    public record EndedHandOff(long handOff, HandOffOutcome outcome) {}

    /** A departure, by the number with which it was asked for. */
    public record EndedDeparture(long departure, DepartureOutcome outcome) {}

    /** A linearizable read that may be served from the state, which has reached {@code index}. */
    public record ReadyRead(long read, long index) {}

    /** One call of the {@link Coordination} door. */
    public sealed interface Request {
        record Queue() implements Request {}

        record Leave() implements Request {}

        record Claim(long request, int expectedVersion, ControlRecord wanted) implements Request {}

        record Change(long request, int expectedVersion, ControlRecord wanted) implements Request {}

        record ReadRecord() implements Request {}

        record ReadLatch(long request) implements Request {}

        record DeleteLatchPlaces(List<String> paths) implements Request {}
    }
}
