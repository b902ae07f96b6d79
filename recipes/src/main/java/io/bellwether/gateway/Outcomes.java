package io.bellwether.gateway;

import io.bellwether.replication.ByteSink;
import io.bellwether.replication.ByteSource;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.MalformedBytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.StateDigest;
import io.bellwether.replication.StateMachine;
import io.bellwether.replication.Tables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The table of outcomes by request id: a state machine around the real one that lets each id take effect once and answers
 * a known one from its rows (Rules 9.1 to 9.5). It is part of the replicated state: the same on every replica, after every
 * restart, and in every snapshot.
 *
 * <p>Rows: {@code 's' session} for one life of one gateway and {@code 'p' session page} for its outcomes, {@value
 * #PAGE_SEQUENCES} sequences to a page, so that a batch rewrites little however many are outstanding; {@code 'o' key} for
 * the clients' own keys; and {@code 'x' due kind name} for when either may be forgotten.
 */
public final class Outcomes implements StateMachine {
    /** How many rows one entry may forget: what falls due at once is spread over several (Rule 9.6). */
    static final int MAX_FORGOTTEN_AT_ONCE = 1_000;

    private static final long DUE_GRAIN_MILLIS = 60_000;
    private static final int PAGE_SEQUENCES = 64;
    private static final byte SESSION = 's';
    private static final byte PAGE = 'p';
    private static final byte KEY = 'o';
    private static final byte DUE = 'x';

    private final Tables tables;
    private final Application application;
    private final Leaderships leaderships;
    private OutcomeListener listener = (position, verdict) -> {};
    /** Sessions that are in memory; their rows are written at the end of each batch that changes them. */
    private final TreeMap<String, Session> sessions = new TreeMap<>();

    private final TreeSet<String> changedSessions = new TreeSet<>();
    private long nextDue;
    private List<StateDigest> digests = new ArrayList<>();

    /** The outcomes of one life of one gateway. */
    private static final class Session {
        long floor;
        long keepUntil;
        final TreeMap<Long, Verdict.Decided> outcomes = new TreeMap<>();
        final TreeSet<Long> changedPages = new TreeSet<>();
    }

    public Outcomes(Tables tables, Application application) {
        this.tables = tables;
        this.application = application;
        this.leaderships = new Leaderships(tables);
        this.nextDue = firstDue();
        takeDigest();
    }

    void listener(OutcomeListener whoWaits) {
        listener = whoWaits;
    }

    @Override
    public Position applied() {
        return tables.applied();
    }

    @Override
    public long durableIndex(long wanted) {
        return tables.durableIndex(wanted);
    }

    @Override
    public void replaced() {
        sessions.clear();
        nextDue = firstDue();
        takeDigest();
    }

    @Override
    public List<StateDigest> takeDigests() {
        List<StateDigest> taken = digests;
        if (!taken.isEmpty()) {
            digests = new ArrayList<>();
        }
        return taken;
    }

    private void takeDigest() {
        digests.add(new StateDigest(tables.applied().index(), tables.sum()));
    }

    @Override
    public long nextDue() {
        return nextDue;
    }

    @Override
    public void apply(List<Entry> committed) {
        Position last = tables.applied();
        for (Entry entry : committed) {
            forgetWhatIsDue(entry.logTime());
            leaderships.apply(entry);
            Verdict verdict = entry.kind() == Entry.Kind.COMMAND ? apply(entry) : null;
            last = entry.position();
            if (verdict != null) {
                listener.applied(last, verdict);
            }
            if (entry.kind() != Entry.Kind.COMMAND) {
                commit(last);
                takeDigest();
            }
        }
        if (last.index() > tables.applied().index()) {
            commit(last);
        }
    }

    /** Ends a batch: the rows of sessions that it changed are written with it. */
    private void commit(Position last) {
        for (String session : changedSessions) {
            Session changed = sessions.get(session);
            if (changed != null) {
                store(session, changed);
            }
        }
        changedSessions.clear();
        tables.commit(last);
    }

    /** Whether a request needs room: one whose outcome is known does not, since it only gets that again. */
    boolean grows(Bytes encoded) {
        try {
            Request request = Request.decode(encoded);
            return !isKnown(request.id()) && application.grows(request.command());
        } catch (MalformedBytes e) {
            throw new InvariantViolation("a gateway's request cannot be read: " + e.getMessage());
        }
    }

    private boolean isKnown(RequestId id) {
        if (id instanceof RequestId.Keyed keyed) {
            return tables.get(rowOf(KEY, keyed.key())) != null;
        }
        RequestId.Sequenced sequenced = (RequestId.Sequenced) id;
        Session session = sessionOf(sequenced.session());
        return session != null && session.outcomes.containsKey(sequenced.sequence());
    }

    private Verdict apply(Entry entry) {
        Request request;
        try {
            request = Request.decode(entry.payload());
        } catch (MalformedBytes e) {
            throw new InvariantViolation(
                    "the log holds a request at " + entry.position() + " that cannot be read: " + e.getMessage());
        }
        return request.id() instanceof RequestId.Keyed keyed
                ? applyKeyed(entry, request, keyed)
                : applySequenced(entry, request, (RequestId.Sequenced) request.id());
    }

    // --- ids that the gateway made ---------------------------------------------------------------------------------

    private Verdict applySequenced(Entry entry, Request request, RequestId.Sequenced id) {
        Session session = sessionOf(id.session());
        if (session == null) {
            if (entry.logTime() > request.terms().notAfter()) {
                return late(entry, request);
            }
            session = openSession(id.session(), request.terms().graceEnds());
        }
        Verdict.Decided known = session.outcomes.get(id.sequence());
        if (known != null) {
            return known; // Rule 9.2
        }
        if (id.sequence() < session.floor) {
            return new Verdict.Late(false); // Rule 9.5: its gateway has given it up, and its outcome is forgotten
        }
        if (entry.logTime() > request.terms().notAfter()) {
            return late(entry, request);
        }
        Verdict.Decided decided = decide(entry, request);
        session.outcomes.put(id.sequence(), decided);
        session.changedPages.add(id.sequence() / PAGE_SEQUENCES);
        if (request.floor() > session.floor) {
            raiseFloor(session, request.floor());
        }
        session.keepUntil = Math.max(session.keepUntil, request.terms().graceEnds());
        changedSessions.add(id.session());
        return decided;
    }

    /** Outcomes that nobody waits for any more go; a page that lies wholly below the floor goes with them. */
    private void raiseFloor(Session session, long floor) {
        for (long page : session.outcomes.headMap(floor).keySet()) {
            session.changedPages.add(page / PAGE_SEQUENCES);
        }
        session.outcomes.headMap(floor).clear();
        session.floor = floor;
    }

    private void store(String name, Session session) {
        tables.put(
                rowOf(SESSION, name),
                new ByteSink(20).number(session.floor).number(session.keepUntil).toBytes());
        for (long page : session.changedPages) {
            var outcomes = session.outcomes.subMap(page * PAGE_SEQUENCES, (page + 1) * PAGE_SEQUENCES);
            if (outcomes.isEmpty()) {
                tables.delete(pageRow(name, page));
            } else {
                ByteSink sink = new ByteSink(16 * outcomes.size());
                outcomes.forEach((sequence, decided) -> encode(decided, sink.number(sequence)));
                tables.put(pageRow(name, page), sink.toBytes());
            }
        }
        session.changedPages.clear();
    }

    private Verdict.Decided decide(Entry entry, Request request) {
        Bytes result = application.apply(entry.position(), entry.logTime(), request.command());
        return new Verdict.Decided(entry.index(), entry.epoch(), result);
    }

    /** Rule 9.4: within the grace everything that was applied is still known, so this was not and never will be. */
    private Verdict late(Entry entry, Request request) {
        return new Verdict.Late(entry.logTime() <= request.terms().graceEnds());
    }

    private @Nullable Session sessionOf(String name) {
        Session session = sessions.get(name);
        if (session == null) {
            Bytes row = tables.get(rowOf(SESSION, name));
            if (row == null) {
                return null;
            }
            session = load(name, row);
            sessions.put(name, session);
        }
        return session;
    }

    private Session openSession(String name, long keepUntil) {
        Session session = new Session();
        session.keepUntil = keepUntil;
        sessions.put(name, session);
        remind(SESSION, name, session.keepUntil);
        return session;
    }

    // --- ids that clients chose ------------------------------------------------------------------------------------

    private Verdict applyKeyed(Entry entry, Request request, RequestId.Keyed id) {
        Bytes row = rowOf(KEY, id.key());
        Bytes known = tables.get(row);
        if (known != null) {
            KeyRow remembered = decodeKey(known);
            if (!remembered.fingerprint().equals(id.fingerprint())) {
                remember(row, remembered, request.terms().notAfter()); // another attempt at it may be on its way
                return new Verdict.KeyReused(); // Rule 9.3
            }
            remember(row, remembered, keepKeyUntil(entry, request));
            return remembered.decided();
        }
        if (entry.logTime() > request.terms().notAfter()) {
            return late(entry, request);
        }
        Verdict.Decided decided = decide(entry, request);
        long keepUntil = keepKeyUntil(entry, request);
        tables.put(row, encode(new KeyRow(keepUntil, id.fingerprint(), decided)));
        remind(KEY, id.key(), keepUntil);
        return decided;
    }

    /** A key is known as long as any of those who came with it needs that. */
    private void remember(Bytes row, KeyRow known, long keepUntil) {
        if (keepUntil > known.keepUntil()) {
            tables.put(row, encode(new KeyRow(keepUntil, known.fingerprint(), known.decided())));
        }
    }

    private static long keepKeyUntil(Entry entry, Request request) {
        return entry.logTime() + request.terms().keyKeptMillis();
    }

    private record KeyRow(long keepUntil, Bytes fingerprint, Verdict.Decided decided) {}

    // --- forgetting ------------------------------------------------------------------------------------------------

    /** Leaves a row that brings the name up again; times are rounded up, so that few entries are needed for it. */
    private void remind(byte kind, String name, long keepUntil) {
        long due = (keepUntil / DUE_GRAIN_MILLIS + 1) * DUE_GRAIN_MILLIS;
        tables.put(dueRow(due, kind, name), Bytes.EMPTY);
        nextDue = Math.min(nextDue, due);
    }

    private void forgetWhatIsDue(long logTime) {
        if (logTime < nextDue) {
            return;
        }
        List<Bytes> due = new ArrayList<>();
        tables.scan(dueRow(0, (byte) 0, ""), dueRow(logTime + 1, (byte) 0, ""), (key, value) -> {
            due.add(key);
            return due.size() < MAX_FORGOTTEN_AT_ONCE;
        });
        for (Bytes row : due) {
            tables.delete(row);
            byte kind = row.at(9);
            String name = Bytes.copyOf(row.unsafeArray(), 10, row.size() - 10).utf8();
            if (kind == SESSION) {
                forgetSession(name, logTime);
            } else {
                forgetKey(name, logTime);
            }
        }
        nextDue = firstDue();
    }

    private void forgetSession(String name, long logTime) {
        Session session = sessionOf(name);
        if (session == null) {
            return;
        }
        if (session.keepUntil >= logTime) {
            remind(SESSION, name, session.keepUntil);
        } else {
            sessions.remove(name);
            tables.delete(rowOf(SESSION, name));
            List<Bytes> pages = new ArrayList<>();
            tables.scan(pageRow(name, 0), pageRow(name, Long.MAX_VALUE), (row, outcomes) -> pages.add(row));
            pages.forEach(tables::delete);
        }
    }

    private void forgetKey(String key, long logTime) {
        Bytes row = tables.get(rowOf(KEY, key));
        if (row == null) {
            return;
        }
        long keepUntil = decodeKey(row).keepUntil();
        if (keepUntil >= logTime) {
            remind(KEY, key, keepUntil);
        } else {
            tables.delete(rowOf(KEY, key));
        }
    }

    private long firstDue() {
        long[] first = {Long.MAX_VALUE};
        tables.scan(dueRow(0, (byte) 0, ""), Bytes.wrap(new byte[] {DUE + 1}), (key, value) -> {
            first[0] = longAt(key, 1);
            return false;
        });
        return first[0];
    }

    // --- rows ------------------------------------------------------------------------------------------------------

    private static Bytes rowOf(byte part, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] row = new byte[1 + text.length];
        row[0] = part;
        System.arraycopy(text, 0, row, 1, text.length);
        return Bytes.wrap(row);
    }

    private static Bytes dueRow(long due, byte kind, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] row = new byte[10 + text.length];
        row[0] = DUE;
        putLong(row, 1, due);
        row[9] = kind;
        System.arraycopy(text, 0, row, 10, text.length);
        return Bytes.wrap(row);
    }

    private static void putLong(byte[] row, int offset, long value) {
        for (int i = 0; i < 8; i++) {
            row[offset + i] = (byte) (value >>> (56 - 8 * i));
        }
    }

    private static long longAt(Bytes row, int offset) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value = value << 8 | (row.at(offset + i) & 0xff);
        }
        return value;
    }

    /** Pages of a session follow each other: its name ends with a zero byte, which stands in no name. */
    private static Bytes pageRow(String session, long page) {
        Bytes name = rowOf(PAGE, session);
        byte[] row = new byte[name.size() + 9];
        name.copyTo(row, 0);
        putLong(row, name.size() + 1, page);
        return Bytes.wrap(row);
    }

    private Session load(String name, Bytes row) {
        Session session = new Session();
        try {
            ByteSource head = new ByteSource(row);
            session.floor = head.number();
            session.keepUntil = head.number();
            head.end();
            List<Bytes> pages = new ArrayList<>();
            tables.scan(pageRow(name, 0), pageRow(name, Long.MAX_VALUE), (key, page) -> pages.add(page));
            for (Bytes page : pages) {
                ByteSource source = new ByteSource(page);
                while (!source.atEnd()) {
                    session.outcomes.put(source.number(), decodeDecided(source));
                }
            }
        } catch (MalformedBytes e) {
            throw new InvariantViolation("the rows of a session cannot be read: " + e.getMessage());
        }
        return session;
    }

    private static Bytes encode(KeyRow row) {
        ByteSink sink = new ByteSink(64).number(row.keepUntil()).bytes(row.fingerprint());
        encode(row.decided(), sink);
        return sink.toBytes();
    }

    private static KeyRow decodeKey(Bytes row) {
        try {
            ByteSource source = new ByteSource(row);
            KeyRow key = new KeyRow(source.number(), source.bytes(), decodeDecided(source));
            source.end();
            return key;
        } catch (MalformedBytes e) {
            throw new InvariantViolation("the row of an idempotency key cannot be read: " + e.getMessage());
        }
    }

    private static void encode(Verdict.Decided decided, ByteSink sink) {
        sink.number(decided.index()).number(decided.epoch()).bytes(decided.result());
    }

    private static Verdict.Decided decodeDecided(ByteSource source) throws MalformedBytes {
        return new Verdict.Decided(source.number(), source.number(), source.bytes());
    }
}
