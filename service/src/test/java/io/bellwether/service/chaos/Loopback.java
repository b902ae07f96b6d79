package io.bellwether.service.chaos;

import io.bellwether.service.cluster.Mood;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All machines are this one. A node's ways to others can still be cut, since they lead over proxies. */
final class Loopback implements Network {
    private final Map<String, Links> links = new LinkedHashMap<>();

    /** The ways that lead from a machine. */
    void add(String machine, Links ways) {
        links.put(machine, ways);
    }

    @Override
    public InetAddress address(String machine) {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public List<String> prefix(String machine) {
        return List.of();
    }

    @Override
    public void cut(String from, String to) {
        Links ways = links.get(from);
        if (ways != null) {
            ways.mood(to, Mood.CUT);
        }
    }

    @Override
    public void losePackets(String machine, double part) {
        throw new UnsupportedOperationException("there are no packets between proxies");
    }

    @Override
    public void mend() {
        links.values().forEach(ways -> ways.moodOfAll(Mood.CALM));
    }
}
