package io.bellwether.service.chaos;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;

/**
 * A network namespace for each machine, made by {@code scripts/chaos}; this process runs in one beside them. What is cut
 * is dropped by the receiver's packet filter, so that the sender learns nothing.
 */
final class Namespaces implements Network {
    /** Benchmarks' own addresses (RFC 2544); they lead nowhere outside. */
    private static final String SUBNET = "198.18.0.";

    private static final String HARNESS = SUBNET + "254";

    private final String names;

    /** @param names what the names of all namespaces begin with */
    Namespaces(String names) {
        this.names = names;
    }

    @Override
    public InetAddress address(String machine) {
        try {
            return InetAddress.getByName(text(machine));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(String machine) {
        return SUBNET + (MACHINES.indexOf(machine) + 1);
    }

    @Override
    public List<String> prefix(String machine) {
        return List.of("ip", "netns", "exec", names + "-" + machine);
    }

    @Override
    public void cut(String from, String to) {
        filter(to, "-A INPUT -s " + text(from) + " -j DROP");
    }

    @Override
    public void losePackets(String machine, double part) {
        filter(
                machine,
                "-A INPUT ! -s " + HARNESS + " -m statistic --mode random --probability "
                        + String.format(Locale.ROOT, "%.3f", part) + " -j DROP");
    }

    @Override
    public void mend() {
        MACHINES.forEach(machine -> filter(machine, "-F INPUT"));
    }

    private void filter(String machine, String rule) {
        Commands.run("/bin/sh", "-c", String.join(" ", prefix(machine)) + " iptables -w " + rule);
    }

    /** Whether the kernel does what {@link #losePackets} asks for. */
    boolean canLosePackets() {
        try {
            losePackets("n1", 0.001);
            mend();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    boolean canCut() {
        try {
            cut("n1", "n2");
            mend();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }
}
