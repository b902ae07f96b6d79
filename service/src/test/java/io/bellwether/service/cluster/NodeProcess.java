package io.bellwether.service.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** One node as a process: how it is started, and what it says of itself. Variables may be changed between its lives. */
public final class NodeProcess implements AutoCloseable {
    private static final String CONFIGURATION = System.getProperty("bellwether.configuration", "../config.yml");
    private static final int PAGE = 1_000;

    /** The answer that a process of this test gives in its own time. */
    /** The name of the cluster that all belong to. */
    static final String CLUSTER = "survival";

    private static final Duration SILENCE = Duration.ofSeconds(40);

    private final String id;
    private final Place place;
    private final int port = FreePorts.next();
    private final int adminPort = FreePorts.next();
    private final ServerProcess process;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private String heap = "-Xmx256m";

    NodeProcess(String id, Path folder, String zooKeeper) {
        this(id, folder, zooKeeper, new Place(InetAddress.getLoopbackAddress(), List.of(), SILENCE));
    }

    public NodeProcess(String id, Path folder, String zooKeeper, Place place) {
        this.id = id;
        this.place = place;
        this.process = new ServerProcess(id, folder);
        set("NODE", id);
        set("CLUSTER", CLUSTER);
        set("DATA", folder.resolve("data-" + id).toString());
        set("HTTP_PORT", Integer.toString(port));
        set("ADMIN_PORT", Integer.toString(adminPort));
        set("ADVERTISED_URL", url());
        set("ZOOKEEPER", zooKeeper);
        set("SESSION_TIMEOUT", "20s");
        set("BIND", place.address().getHostAddress());
    }

    /**
     * Where a node runs.
     *
     * @param prefix of its command
     * @param patience with which it is asked for its view
     */
    public record Place(InetAddress address, List<String> prefix, Duration patience) {}

    /** @param name of the variable, without {@code BELLWETHER_} */
    public NodeProcess set(String name, String value) {
        environment.put("BELLWETHER_" + name, value);
        return this;
    }

    /** A variable of the process that is none of Bellwether's. */
    public NodeProcess variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** @param flag such as {@code -Xmx512m} */
    public NodeProcess heap(String flag) {
        heap = flag;
        return this;
    }

    public Path data() {
        return Path.of(environment.getOrDefault("BELLWETHER_DATA", ""));
    }

    /** From the next start on it runs another build. */
    NodeProcess build(Path jar) {
        process.jar(jar);
        return this;
    }

    public void start() {
        process.start(
                place.prefix(),
                environment,
                List.of(heap),
                List.of("server", Path.of(CONFIGURATION).toAbsolutePath().toString()));
    }

    public String id() {
        return id;
    }

    public int port() {
        return port;
    }

    int adminPort() {
        return adminPort;
    }

    public String url() {
        return "http://" + place.address().getHostAddress() + ":" + port;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(place.address(), port);
    }

    public ServerProcess process() {
        return process;
    }

    public boolean runs() {
        return process.runs();
    }

    public int ended(Duration patience) {
        return process.ended(patience);
    }

    public HttpConnection connect() throws IOException {
        return new HttpConnection(address(), SILENCE);
    }

    /** The cluster as this node sees it; empty if it doesn't answer yet. */
    public Optional<View> view() {
        try {
            HttpConnection.Answer answer =
                    HttpConnection.getOnce(address(), place.patience(), "/v1/cluster", "Accept", "application/json");
            return answer.status() == 200 ? Optional.of(new View(answer.json())) : Optional.empty();
        } catch (ConnectException e) {
            return Optional.empty(); // not up yet, or not any more
        } catch (IOException e) {
            return Optional.empty(); // it ended while it was asked
        }
    }

    /** Whether a load balancer would send requests here. */
    public boolean ready() {
        try {
            return HttpConnection.getOnce(address(), place.patience(), "/v1/node/ready")
                            .status()
                    == 200;
        } catch (IOException e) {
            return false; // not up yet, or not any more
        }
    }

    /** All keys below a prefix that this very node has, once it has applied everything up to {@code index}. */
    public SortedMap<String, Item> items(String prefix, long index) throws IOException {
        NavigableMap<String, Item> items = new TreeMap<>();
        eachItem(prefix, index, items::put);
        return items;
    }

    /** The same in key order, one after another: as many as there are. */
    public void eachItem(String prefix, long index, BiConsumer<String, Item> visitor) throws IOException {
        String after = "";
        try (HttpConnection connection = connect()) {
            boolean more = true;
            while (more) {
                HttpConnection.Answer answer = connection.get(
                        "/v1/kv?prefix=" + prefix + "&values=true&consistency=local&limit=" + PAGE
                                + (after.isEmpty() ? "" : "&after=" + after),
                        "Bellwether-Min-Index",
                        Long.toString(index),
                        "Bellwether-Timeout",
                        "30s");
                if (answer.status() != 200) {
                    throw new AssertionError(id + " doesn't list " + prefix + " at " + index + ": " + answer);
                }
                for (JsonNode item : answer.json().path("items")) {
                    visitor.accept(
                            item.path("key").asText(),
                            new Item(
                                    item.path("index").asLong(),
                                    item.path("text").asText()));
                }
                after = answer.json().path("next").asText();
                more = !after.isEmpty();
            }
        }
    }

    /** A record as a list shows it. */
    public record Item(long index, String text) {}

    /** What {@code GET /v1/cluster} says. */
    public record View(JsonNode json) {
        public String leader() {
            return json.path("leader").asText("");
        }

        public long epoch() {
            return json.path("epoch").asLong();
        }

        /** Nodes of the in-sync set. */
        public TreeSet<String> inSync() {
            TreeSet<String> nodes = new TreeSet<>();
            json.path("inSync")
                    .forEach(replica -> nodes.add(replica.path("node").asText()));
            return nodes;
        }

        List<String> inSyncStores() {
            List<String> stores = new ArrayList<>();
            json.path("inSync")
                    .forEach(replica -> stores.add(replica.path("store").asText()));
            return stores;
        }

        /** Nodes that are in sync, answer, and lag by no entry. */
        public TreeSet<String> caughtUp() {
            TreeSet<String> nodes = new TreeSet<>();
            for (JsonNode member : json.path("members")) {
                if (member.path("inSync").asBoolean()
                        && member.path("reachable").asBoolean()
                        && member.path("lagEntries").asLong(Long.MAX_VALUE) == 0) {
                    nodes.add(member.path("node").asText());
                }
            }
            return nodes;
        }

        /** The role of the store with which a node runs now; empty if nobody reaches it. */
        public String role(String node) {
            for (JsonNode member : json.path("members")) {
                if (member.path("node").asText().equals(node)
                        && member.path("reachable").asBoolean()) {
                    return member.path("role").asText();
                }
            }
            return "";
        }
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return id;
    }
}
