package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A ZooKeeper and nodes {@code n1}, {@code n2}, ... in a folder, all real processes. Closing it ends every one. */
final class RealCluster implements AutoCloseable {
    /** For what takes seconds alone, on a machine that does other things too. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final ZooKeeperProcess zooKeeper;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final Map<String, Link> links = new LinkedHashMap<>();

    /** Starts ZooKeeper; nodes are added, and started when the test says so. */
    RealCluster(Path folder) {
        this.folder = newFolder(folder);
        this.zooKeeper = new ZooKeeperProcess(this.folder);
        zooKeeper.start();
    }

    private static Path newFolder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds nodes up to {@code n<count>}. */
    RealCluster withNodes(int count) {
        while (nodes.size() < count) {
            nodes.add(new NodeProcess("n" + (nodes.size() + 1), folder, zooKeeper.connect()));
        }
        return this;
    }

    /** Every node reaches every other one over a {@link Link}. */
    RealCluster withLinks() {
        for (NodeProcess from : nodes) {
            List<String> urls = new ArrayList<>();
            for (NodeProcess to : nodes) {
                if (from != to) {
                    Link link = new Link(to.port());
                    links.put(from + ">" + to, link);
                    urls.add(to + "=" + link.url());
                }
            }
            from.set("PEER_URLS", String.join(",", urls));
        }
        return this;
    }

    /** Starts what doesn't run, lets go on what is stopped, joins what is cut, and waits until all is well. */
    RealCluster heal() {
        if (!zooKeeper.runs()) {
            zooKeeper.start();
        }
        links.values().forEach(Link::join);
        for (NodeProcess node : nodes) {
            if (node.runs()) {
                node.process().resume();
            } else {
                node.start();
            }
        }
        awaitInSync(nodes);
        return this;
    }

    ZooKeeperProcess zooKeeper() {
        return zooKeeper;
    }

    List<NodeProcess> nodes() {
        return nodes;
    }

    NodeProcess node(String id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no node '" + id + "'"));
    }

    List<NodeProcess> running() {
        return nodes.stream().filter(NodeProcess::runs).toList();
    }

    List<NodeProcess> others(NodeProcess... excluded) {
        Set<NodeProcess> without = Set.of(excluded);
        return nodes.stream().filter(node -> !without.contains(node)).toList();
    }

    /** The leader that the nodes agree on. */
    NodeProcess leader() {
        return node(nodes.stream()
                .filter(NodeProcess::runs)
                .map(node -> node.view().map(NodeProcess.View::leader).orElse(""))
                .filter(leader -> !leader.isEmpty())
                .findFirst()
                .orElse("none"));
    }

    /** Waits until these nodes are the in-sync set and may be sent requests: what can be asked for under load. */
    void awaitMembership(Collection<NodeProcess> expected) {
        Set<String> ids = ids(expected);
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (NodeProcess node : expected) {
                assertThat(seenBy(node).inSync())
                        .as("in-sync set seen by %s", node)
                        .isEqualTo(ids);
                assertThat(node.ready()).as("%s is ready", node).isTrue();
            }
        });
    }

    private static Set<String> ids(Collection<NodeProcess> nodes) {
        return nodes.stream().map(NodeProcess::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private static NodeProcess.View seenBy(NodeProcess node) {
        return node.view().orElseThrow(() -> new AssertionError(node + " doesn't answer"));
    }

    /** Waits, while nobody writes, until these nodes are the in-sync set, have applied all that is committed, and see it so themselves. */
    void awaitInSync(Collection<NodeProcess> expected) {
        Set<String> ids = ids(expected);
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (NodeProcess node : expected) {
                assertThat(node.runs()).as("%s runs: %s", node, logs(node)).isTrue();
                NodeProcess.View view = seenBy(node);
                assertThat(ids).as("leader seen by %s", node).contains(view.leader());
                assertThat(view.inSync()).as("in-sync set seen by %s", node).isEqualTo(ids);
                assertThat(view.caughtUp()).as("caught up as seen by %s", node).isEqualTo(ids);
                assertThat(node.ready()).as("%s is ready", node).isTrue();
            }
        });
    }

    /** Waits until these processes answer at all. */
    void awaitUp(Collection<NodeProcess> expected) {
        await().atMost(PATIENCE)
                .until(() -> expected.stream().allMatch(node -> node.view().isPresent()));
    }

    /** Waits until one of these nodes leads and serves, as its own load balancer would find out. */
    NodeProcess awaitLeader(Collection<NodeProcess> among) {
        return await().atMost(PATIENCE)
                .until(() -> among.stream().filter(RealCluster::serves).findFirst(), leader -> leader.isPresent())
                .orElseThrow();
    }

    private static boolean serves(NodeProcess node) {
        try {
            return HttpConnection.getOnce(node.port(), "/v1/node/leader").status() == 200;
        } catch (IOException e) {
            return false; // not up yet, or not any more
        }
    }

    /** Cuts both ways between two nodes; what was sent is lost in silence. */
    void cut(NodeProcess one, NodeProcess other) {
        link(one, other).cut();
        link(other, one).cut();
    }

    void join(NodeProcess one, NodeProcess other) {
        link(one, other).join();
        link(other, one).join();
    }

    private Link link(NodeProcess from, NodeProcess to) {
        Link link = links.get(from + ">" + to);
        if (link == null) {
            throw new IllegalStateException("no link from " + from + " to " + to);
        }
        return link;
    }

    private static String logs(NodeProcess node) {
        String all = node.process().output();
        return all.substring(Math.max(0, all.length() - 2_000));
    }

    @Override
    public void close() {
        nodes.forEach(NodeProcess::close);
        links.values().forEach(Link::close);
        zooKeeper.close();
    }
}
