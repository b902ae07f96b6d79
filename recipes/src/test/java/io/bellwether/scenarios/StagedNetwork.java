package io.bellwether.scenarios;

import io.bellwether.replication.Entry;
import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The links: a message passes at once, waits until the script delivers it, or is lost. */
final class StagedNetwork {
    /** One direction between two nodes. */
    record Link(NodeId from, NodeId to) implements Comparable<Link> {
        @Override
        public int compareTo(Link other) {
            int byFrom = from.compareTo(other.from);
            return byFrom != 0 ? byFrom : to.compareTo(other.to);
        }

        @Override
        public String toString() {
            return from + ">" + to;
        }
    }

    /** Every kind of message is held. */
    static final String ALL_KINDS = "all";

    private final Consumer<Envelope> arrive;
    private final TreeSet<Link> cut = new TreeSet<>();
    private final TreeMap<Link, TreeSet<String>> held = new TreeMap<>();
    private final TreeMap<Link, List<Envelope>> waiting = new TreeMap<>();

    StagedNetwork(Consumer<Envelope> arrive) {
        this.arrive = arrive;
    }

    void send(Envelope envelope) {
        Link link = new Link(envelope.from().node(), envelope.to());
        TreeSet<String> kinds = held.getOrDefault(link, new TreeSet<>());
        if (kinds.contains(ALL_KINDS) || kinds.contains(kind(envelope.message()))) {
            waiting.computeIfAbsent(link, unseen -> new ArrayList<>()).add(envelope);
        } else if (!cut.contains(link)) {
            arrive.accept(envelope);
        }
    }

    boolean isCut(Link link) {
        return cut.contains(link);
    }

    void cut(Link link) {
        cut.add(link);
    }

    void join(Link link) {
        cut.remove(link);
    }

    void joinAll() {
        cut.clear();
    }

    void hold(Link link, List<String> kinds) {
        TreeSet<String> all = held.computeIfAbsent(link, unseen -> new TreeSet<>());
        all.addAll(kinds.isEmpty() ? List.of(ALL_KINDS) : kinds);
    }

    /** Nothing more is held; what waits goes on waiting. */
    void unhold(Link link) {
        held.remove(link);
    }

    /** What waits arrives, and nothing is held any more. */
    void release(Link link) {
        held.remove(link);
        take(link, null, true).forEach(arrive);
    }

    /** @return what arrives */
    List<Envelope> deliver(Link link, @Nullable String kind, boolean all) {
        List<Envelope> taken = take(link, kind, all || kind == null);
        taken.forEach(arrive);
        return taken;
    }

    /** A copy of the oldest of this kind arrives. */
    Envelope repeat(Link link, String kind) {
        for (Envelope envelope : waitingOn(link)) {
            if (kind(envelope.message()).equals(kind)) {
                arrive.accept(envelope);
                return envelope;
            }
        }
        throw new ScriptException("no " + kind + " waits on " + link);
    }

    void drop(Link link, @Nullable String kind) {
        take(link, kind, true);
    }

    List<Envelope> waitingOn(Link link) {
        return List.copyOf(waiting.getOrDefault(link, List.of()));
    }

    private List<Envelope> take(Link link, @Nullable String kind, boolean all) {
        List<Envelope> taken = new ArrayList<>();
        Iterator<Envelope> each = waiting.getOrDefault(link, new ArrayList<>()).iterator();
        while (each.hasNext() && (all || taken.isEmpty())) {
            Envelope envelope = each.next();
            if (kind == null || kind(envelope.message()).equals(kind)) {
                taken.add(envelope);
                each.remove();
            }
        }
        if (kind != null && taken.isEmpty()) {
            throw new ScriptException("no " + kind + " waits on " + link);
        }
        return taken;
    }

    /** The name of a message in scripts: that of its type, but that appends without entries are heartbeats. */
    static String kind(Message message) {
        if (message instanceof Message.Append append) {
            return append.entries().isEmpty() ? "Heartbeat" : "Append";
        }
        return message.getClass().getSimpleName();
    }

    /** A message in a few words, without times and running numbers. */
    static String describe(Message message) {
        String kind = kind(message);
        if (message instanceof Message.Append append) {
            return kind + " epoch=" + append.epoch() + " after=" + append.previous() + " commit="
                    + append.commitIndex() + (append.suspended() ? " suspended" : "")
                    + (append.entries().isEmpty() ? "" : " entries=" + entries(append.entries()));
        }
        if (message instanceof Message.Appended answer) {
            return kind + " epoch=" + answer.epoch() + " match=" + answer.matchIndex() + " end=" + answer.durableEnd();
        }
        if (message instanceof Message.Mismatched answer) {
            return kind + " epoch=" + answer.epoch() + " hint=" + answer.hint();
        }
        if (message instanceof Message.Refused refused) {
            return kind + " epoch=" + refused.epoch() + " promised=" + refused.promised();
        }
        if (message instanceof Message.PromiseRequest request) {
            return kind + " epoch=" + request.epoch();
        }
        if (message instanceof Message.Promised promised) {
            return kind + " epoch=" + promised.epoch() + " last=" + promised.last();
        }
        if (message instanceof Message.Pull pull) {
            return kind + " epoch=" + pull.epoch() + " after=" + pull.previous();
        }
        if (message instanceof Message.Pulled pulled) {
            return kind + " epoch=" + pulled.epoch() + " after=" + pulled.previous() + " entries="
                    + entries(pulled.entries());
        }
        if (message instanceof Message.PullMismatched answer) {
            return kind + " epoch=" + answer.epoch() + " hint=" + answer.hint();
        }
        if (message instanceof Message.Suspected answer) {
            return kind
                    + (answer.hearsLeader() ? " hears-leader" : " hears-none")
                    + (answer.canLead() ? " can-lead" : "");
        }
        if (message instanceof Message.ReadIndexed answer) {
            return kind + " epoch=" + answer.epoch() + " commit=" + answer.commitIndex();
        }
        if (message instanceof Message.Resign resign) {
            return kind + " epoch=" + resign.epoch();
        }
        return kind;
    }

    private static String entries(List<Entry> entries) {
        StringBuilder text = new StringBuilder();
        for (Entry entry : entries) {
            text.append(text.length() == 0 ? "" : ",").append(entry.position());
        }
        return text.toString();
    }
}
