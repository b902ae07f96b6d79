package io.bellwether.service.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.service.chaos.Findings.Promise;
import io.bellwether.service.chaos.Means.Need;
import io.bellwether.service.cluster.FreePorts;
import io.bellwether.service.cluster.HttpConnection;
import io.bellwether.service.cluster.Link;
import io.bellwether.service.cluster.Mood;
import io.bellwether.service.cluster.NodeProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Three nodes and three ZooKeeper servers on their machines, and whether they are well. */
final class World implements AutoCloseable {
    static final String CLUSTER = "chaos";
    /** Short, so that much more than a session passes often. */
    static final Duration SESSION = Duration.ofSeconds(4);

    private static final Duration ANSWER = Duration.ofSeconds(4);

    private final Network network;
    private final Means means;
    private final Findings findings;
    private final Journal journal;
    private final Waiting waiting;
    private final Gate gate = new Gate();
    private final List<ZooKeeperServer> servers = new ArrayList<>();
    private final List<ChaosNode> nodes = new ArrayList<>();

    World(Network network, Means means, Path folder, Findings findings, Journal journal, Waiting waiting) {
        this.network = network;
        this.means = means;
        this.findings = findings;
        this.journal = journal;
        this.waiting = waiting;
        for (String machine : Network.SERVERS) {
            servers.add(new ZooKeeperServer(machine, network, folder));
        }
        servers.forEach(server -> server.configure(servers));
        Map<String, NodeProcess> processes = new LinkedHashMap<>();
        for (String machine : Network.NODES) {
            processes.put(
                    machine,
                    new NodeProcess(
                            machine,
                            folder,
                            addresses(),
                            new NodeProcess.Place(network.address(machine), network.prefix(machine), ANSWER)));
        }
        processes.forEach((machine, process) -> nodes.add(place(machine, process, processes, folder)));
    }

    private ChaosNode place(String machine, NodeProcess process, Map<String, NodeProcess> all, Path folder) {
        Map<String, InetSocketAddress> ways = new LinkedHashMap<>();
        all.forEach((other, target) -> {
            if (!other.equals(machine)) {
                ways.put(other, target.address());
            }
        });
        if (network instanceof Loopback) {
            servers.forEach(server -> ways.put(server.machine(), server.address()));
        }
        Links links = new Links(network, machine, ways, folder.resolve("links-" + machine + ".log"));
        if (network instanceof Loopback loopback) {
            loopback.add(machine, links);
            process.set(
                    "ZOOKEEPER", Network.SERVERS.stream().map(links::entrance).collect(Collectors.joining(",")));
        }
        Disk disk = disk(machine, folder);
        Path clock = folder.resolve("clock-" + machine);
        setClock(clock, "+0");
        process.variable("ROCKSDB_SHAREDLIB_DIR", library(folder, machine).toString())
                .set("CLUSTER", CLUSTER)
                .set("DATA", disk.data().toString())
                .set("SESSION_TIMEOUT", SESSION.toSeconds() + "s")
                // So little that whoever was away, or begins anew, gets the state whole.
                .set("KEEP_LOG_AT_LEAST", "64KiB")
                .set("KEEP_LOG_AT_MOST", "1MiB")
                .set(
                        "PEER_URLS",
                        all.keySet().stream()
                                .filter(other -> !other.equals(machine))
                                .map(other -> other + "=http://" + links.entrance(other))
                                .collect(Collectors.joining(",")));
        means.clockLibrary().ifPresent(library -> process.variable("LD_PRELOAD", library.toString())
                .variable("FAKETIME_TIMESTAMP_FILE", clock.toString())
                .variable("FAKETIME_CACHE_DURATION", "1")
                .variable("FAKETIME_DISABLE_SHM", "1")
                .variable("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                // Else each timed wait returns at once.
                .variable("FAKETIME_FORCE_MONOTONIC_FIX", "0")
                .variable("NO_FAKE_STAT", "1"));
        return new ChaosNode(process, disk, links, new Link(FreePorts.next(), process.address()), clock);
    }

    /** Where RocksDB unpacks its library. In the folder for all, each process that is killed would leave one behind. */
    private static Path library(Path folder, String machine) {
        try {
            return Files.createDirectories(folder.resolve("library").resolve(machine));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Disk disk(String machine, Path folder) {
        Path root = folder.resolve("disk-" + machine);
        if (means.meets(Need.BLOCK_DISK)) {
            try {
                return new BlockDisk(machine, root, waiting);
            } catch (IllegalStateException e) {
                journal.say("No disk of blocks for " + machine + ": " + e.getMessage());
                means.lacks(Need.BLOCK_DISK, "nbdkit, nbdfuse and a loop device don't work together here");
            }
        }
        return new FolderDisk(root, means.meets(Need.OWN_DISK));
    }

    static void setClock(Path clock, String offset) {
        try {
            Files.writeString(clock, offset + "\n", UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ensemble as this process reaches it. */
    String addresses() {
        return servers.stream()
                .map(server -> server.address().getAddress().getHostAddress() + ":"
                        + server.address().getPort())
                .collect(Collectors.joining(","));
    }

    void start() {
        servers.forEach(ZooKeeperServer::start);
        nodes.forEach(ChaosNode::start);
    }

    Network network() {
        return network;
    }

    List<ChaosNode> nodes() {
        return nodes;
    }

    List<ZooKeeperServer> servers() {
        return servers;
    }

    Findings findings() {
        return findings;
    }

    Waiting waiting() {
        return waiting;
    }

    /** What clients pass before each operation. */
    Gate gate() {
        return gate;
    }

    void say(String sentence) {
        journal.say(sentence);
    }

    /** The node that leads and serves, as its own load balancer would find out. */
    Optional<ChaosNode> leader() {
        return nodes.stream().filter(World::leads).findFirst();
    }

    private static boolean leads(ChaosNode node) {
        try (HttpConnection connection = new HttpConnection(node.process().address(), Duration.ofSeconds(2))) {
            return connection.get("/v1/node/leader").status() == 200;
        } catch (IOException e) {
            return false; // it is down, or hangs
        }
    }

    // --- after a storm ----------------------------------------------------------------------------------------------

    /** All ways are open, and everything runs that should. */
    void calm() {
        network.mend();
        for (ChaosNode node : nodes) {
            node.links().moodOfAll(Mood.CALM);
            node.clients().mood(Mood.CALM);
        }
        revive();
    }

    /** Starts again what has ended; one that had no reason to end is a finding. */
    private void revive() {
        for (ZooKeeperServer server : servers) {
            if (!server.process().runs()) {
                say(server + " had ended and is started again");
                server.start();
            }
        }
        for (ChaosNode node : nodes) {
            if (!node.process().runs()) {
                revive(node);
            }
        }
    }

    private void revive(ChaosNode node) {
        boolean excused = node.mayEnd() || node.mayBeDamaged();
        say(node + " had ended: " + node.lastWords());
        if (!excused) {
            findings.add(Promise.VIOLATION, node + " ended by itself: " + node.lastWords());
        }
        if (node.foundDamage()) {
            if (excused && !node.mayBeDamaged()) {
                findings.add(Promise.VIOLATION, node + " has lost what it had made durable: " + node.lastWords());
            }
            renew(node);
        } else {
            node.start();
        }
    }

    /** The node begins anew, as another store. */
    void renew(ChaosNode node) {
        node.kill();
        node.disk().wipe();
        node.mayBeDamaged(false);
        node.start();
        say(node + " begins anew with an empty disk");
    }

    /** Waits until a leader serves, all are in sync and ready, and every node takes a write; says what is missing. */
    boolean awaitWell(Duration patience) {
        if (!waiting.until(patience, this::well)) {
            return false;
        }
        nodes.forEach(node -> node.mayEnd(false));
        return true;
    }

    private boolean well() {
        revive();
        Set<String> ids = new TreeSet<>(Network.NODES);
        for (ChaosNode node : nodes) {
            Optional<NodeProcess.View> view = node.process().view();
            if (view.isEmpty()
                    || !ids.contains(view.get().leader())
                    || !view.get().inSync().equals(ids)
                    || !node.process().ready()) {
                return false;
            }
        }
        return servers.stream().allMatch(ZooKeeperServer::serves)
                && nodes.stream().allMatch(this::takesAWrite);
    }

    private boolean takesAWrite(ChaosNode node) {
        try (HttpConnection connection = new HttpConnection(node.process().address(), ANSWER)) {
            return connection
                    .put("w/" + node, "well", "Bellwether-Timeout", "3s")
                    .succeeded();
        } catch (IOException e) {
            return false; // not up yet, or not any more
        }
    }

    /** For the report of a recovery that did not come. */
    String state() {
        StringBuilder state = new StringBuilder();
        for (ChaosNode node : nodes) {
            state.append(node)
                    .append(node.process().runs() ? " runs" : " ended")
                    .append(node.process().ready() ? ", ready" : ", not ready")
                    .append(node.process()
                            .view()
                            .map(view -> ", sees leader=" + view.leader() + " epoch=" + view.epoch() + " inSync="
                                    + view.inSync())
                            .orElse(", doesn't answer"))
                    .append("; ");
        }
        for (ZooKeeperServer server : servers) {
            state.append(server).append(' ').append(server.mode()).append("; ");
        }
        return state.toString();
    }

    @Override
    public void close() {
        nodes.forEach(ChaosNode::close);
        servers.forEach(ZooKeeperServer::close);
    }
}
