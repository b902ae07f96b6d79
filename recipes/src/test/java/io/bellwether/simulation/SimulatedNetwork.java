package io.bellwether.simulation;

import io.bellwether.replication.Envelope;
import io.bellwether.replication.Message;
import io.bellwether.replication.NodeId;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What lies between the nodes: it loses, repeats, delays and reorders messages, and is cut, one way or both. It never
 * repeats a forwarded write, as the peer client of production never does (DESIGN 4.9).
 */
final class SimulatedNetwork {
    private static final long REFUSALS_EVERY_MICROS = 50_000;

    private record Link(NodeId from, NodeId to) implements Comparable<Link> {
        @Override
        public int compareTo(Link other) {
            int byFrom = from.compareTo(other.from);
            return byFrom != 0 ? byFrom : to.compareTo(other.to);
        }
    }

    private final World world;
    private final TreeSet<Link> cut = new TreeSet<>();
    private final TreeMap<Link, Long> refusedAtMicros = new TreeMap<>();
    private boolean kind;

    SimulatedNetwork(World world) {
        this.world = world;
    }

    /** Whether a conversation between the two is possible now. */
    boolean connects(NodeId one, NodeId other) {
        return !cut.contains(new Link(one, other)) && !cut.contains(new Link(other, one));
    }

    void cut(NodeId from, NodeId to) {
        if (cut.add(new Link(from, to))) {
            world.trace(() -> "cut " + from + " to " + to);
        }
    }

    void join(NodeId from, NodeId to) {
        if (cut.remove(new Link(from, to))) {
            world.trace(() -> "joined " + from + " to " + to);
        }
    }

    /** Heals all, and loses nothing any more. */
    void calm() {
        cut.clear();
        kind = true;
    }

    void send(Envelope envelope) {
        Weather weather = world.weather();
        if (!kind && world.happens(weather.lossChance())) {
            world.totals().count("lost messages");
            return;
        }
        deliverLater(envelope);
        boolean repeatable = !(envelope.message() instanceof Message.Forward);
        if (!kind && repeatable && world.happens(weather.repeatChance())) {
            world.totals().count("repeated messages");
            deliverLater(envelope);
        }
    }

    private void deliverLater(Envelope envelope) {
        long most = kind ? 5_000 : 1_000L * world.weather().maxDelayMillis();
        boolean much = !kind && world.dice().nextInt(200) == 0;
        long delay = 200 + world.dice().nextLong(much ? 100 * most : most);
        NodeId from = envelope.from().node();
        world.at(world.nowMicros() + delay, () -> {
            if (cut.contains(new Link(from, envelope.to()))) {
                return;
            }
            SimulatedNode receiver = world.node(envelope.to());
            if (receiver.up()) {
                world.trace(() -> from + " > " + envelope.to() + " " + abridged(envelope.message()));
                world.exercised().delivered(envelope, receiver);
                receiver.event(receiver.life(), serving -> serving.received(envelope));
            } else if (!cut.contains(new Link(envelope.to(), from))) {
                refuse(new Link(from, envelope.to()));
            }
        });
    }

    /** The sender hears that its connection is refused; not more often than production's transport tells it. */
    private void refuse(Link link) {
        long lastMicros = refusedAtMicros.getOrDefault(link, Long.MIN_VALUE / 2);
        if (world.nowMicros() - lastMicros >= REFUSALS_EVERY_MICROS) {
            refusedAtMicros.put(link, world.nowMicros());
            SimulatedNode sender = world.node(link.from());
            sender.event(sender.life(), serving -> serving.unreachable(link.to()));
        }
    }

    private static String abridged(Message message) {
        String text = message.toString();
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }
}
