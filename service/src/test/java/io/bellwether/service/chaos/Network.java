package io.bellwether.service.chaos;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** What lies between the machines {@code n1} to {@code n3} and {@code z1} to {@code z3}. */
interface Network {
    List<String> NODES = List.of("n1", "n2", "n3");
    List<String> SERVERS = List.of("z1", "z2", "z3");
    List<String> MACHINES = Stream.concat(NODES.stream(), SERVERS.stream()).toList();

    InetAddress address(String machine);

    /** What a command must begin with to run on a machine. */
    List<String> prefix(String machine);

    /** From now on nothing that one machine sends reaches the other. */
    void cut(String from, String to);

    /** From now on a machine loses so much of what other machines send to it. */
    void losePackets(String machine, double part);

    /** Everything reaches everybody again. */
    void mend();

    default void cutBothWays(String one, String other) {
        cut(one, other);
        cut(other, one);
    }
}
