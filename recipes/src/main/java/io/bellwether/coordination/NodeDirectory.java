package io.bellwether.coordination;

import static io.bellwether.coordination.Requests.code;
import static io.bellwether.coordination.Requests.succeeded;

import io.bellwether.replication.Member;
import io.bellwether.replication.StoreId;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;

/**
 * Who is reachable where: one ephemeral node for each live node, this one's included. A node replaces its own earlier
 * one; but while another store answers at the url of a node with the same id, it does not (DESIGN 3).
 */
final class NodeDirectory {
    private static final long NEVER_READ = -1;

    private final Requests requests;
    private final Executor thread;
    private final String parent;
    private final Member self;
    private final StoreProbe probe;
    private final Watcher watcher;
    private final Runnable changed;
    private final Troubles troubles;
    private final CompletableFuture<Void> announced = new CompletableFuture<>();

    private boolean ready;
    private boolean announcing;
    private long readAtZxid = NEVER_READ;
    private List<Member> members = List.of();

    /** @param watcher is told when somebody comes or goes, and then calls {@link #read} */
    NodeDirectory(
            Requests requests,
            Executor thread,
            String parent,
            Member self,
            StoreProbe probe,
            Watcher watcher,
            Runnable changed,
            Troubles troubles) {
        this.requests = requests;
        this.thread = thread;
        this.parent = parent;
        this.self = self;
        this.probe = probe;
        this.watcher = watcher;
        this.changed = changed;
        this.troubles = troubles;
    }

    List<Member> members() {
        return members;
    }

    /** Completes when this node stands in the directory; with a {@link NodeIdTakenException} when it must not. */
    CompletionStage<Void> announced() {
        return announced.minimalCompletionStage();
    }

    /** There is a session, and the parent exists. */
    void sessionReady() {
        ready = true;
        announcing = false;
        readAtZxid = NEVER_READ;
        announce();
    }

    void sessionLost() {
        ready = false;
    }

    private void announce() {
        if (!ready || announcing) {
            return;
        }
        announcing = true;
        create();
    }

    private void create() {
        requests.send(
                (client, callback) -> client.create()
                        .withMode(CreateMode.EPHEMERAL)
                        .inBackground(callback)
                        .forPath(ownPath(), Json.write(self)),
                event -> {
                    if (code(event) == Code.NODEEXISTS) {
                        lookAtEarlier();
                        return;
                    }
                    if (succeeded(event)) {
                        troubles.gone(ownPath());
                        announced.complete(null);
                    } else if (code(event) == Code.NOAUTH) {
                        troubles.tellNotAllowed(ownPath(), Code.NOAUTH);
                    }
                    announcing = false; // where it failed, the next poll finds this node missing
                });
    }

    private void lookAtEarlier() {
        requests.send(
                (client, callback) -> client.getData().inBackground(callback).forPath(ownPath()), event -> {
                    if (succeeded(event) && event.getStat().getEphemeralOwner() == requests.session()) {
                        announcing = false; // it is this very one; a read that was under way had not seen it yet
                        announced.complete(null);
                    } else if (succeeded(event)) {
                        judge(event.getData(), event.getStat().getVersion());
                    } else if (code(event) == Code.NONODE) {
                        create();
                    } else {
                        announcing = false;
                    }
                });
    }

    private void judge(byte[] data, int version) {
        Member earlier;
        try {
            earlier = Json.readMember(self.replica().node().name(), data);
        } catch (MalformedNodeException e) {
            replace(version); // this name is ours, and whoever wrote that is no node of Bellwether
            return;
        }
        if (earlier.replica().equals(self.replica())) {
            replace(version);
            return;
        }
        CompletionStage<Optional<StoreId>> answer = probe.storeAnsweringAt(earlier.url());
        answer.thenAcceptAsync(
                store -> {
                    if (store.equals(Optional.of(earlier.replica().store()))) {
                        refuse(earlier);
                    } else {
                        replace(version);
                    }
                },
                thread);
    }

    private void refuse(Member other) {
        NodeIdTakenException taken = new NodeIdTakenException(self, other);
        troubles.tell(ownPath(), String.valueOf(taken.getMessage()));
        announced.completeExceptionally(taken);
        announcing = false;
    }

    private void replace(int version) {
        requests.send(
                (client, callback) -> client.delete()
                        .withVersion(version)
                        .inBackground(callback)
                        .forPath(ownPath()),
                event -> {
                    if (succeeded(event) || code(event) == Code.NONODE) {
                        create();
                    } else {
                        announcing = false;
                    }
                });
    }

    /** Reads who is there from the server at hand, and watches it. Their data only when somebody came or went. */
    void read() {
        requests.send(
                (client, callback) -> client.getChildren()
                        .usingWatcher(watcher)
                        .inBackground(callback)
                        .forPath(parent),
                event -> {
                    if (succeeded(event) && event.getStat().getPzxid() != readAtZxid) {
                        readEach(event.getChildren(), event.getStat().getPzxid());
                    } else if (succeeded(event)) {
                        announceIfMissing();
                    }
                });
    }

    private void readEach(List<String> names, long zxid) {
        SortedMap<String, Member> read = new TreeMap<>();
        Answers answers = new Answers(names.size() + 1, () -> {
            readAtZxid = zxid;
            members = List.copyOf(read.values());
            changed.run();
            announceIfMissing();
        });
        for (String name : names) {
            String path = parent + "/" + name;
            requests.send(
                    (client, callback) ->
                            client.getData().inBackground(callback).forPath(path),
                    event -> {
                        if (succeeded(event)) {
                            remember(name, path, event.getData(), read);
                        } else if (code(event) == Code.NOAUTH) {
                            troubles.tellNotReadable(path, Code.NOAUTH);
                        }
                        // One that may not be read is passed by: for its sake the others would not be known either.
                        answers.came(succeeded(event) || code(event) == Code.NONODE || code(event) == Code.NOAUTH);
                    });
        }
        answers.came(true); // for a directory without anybody
    }

    private void remember(String name, String path, byte[] data, SortedMap<String, Member> read) {
        try {
            read.put(name, Json.readMember(name, data));
            troubles.gone(path);
        } catch (MalformedNodeException e) {
            troubles.tell(
                    path,
                    "The member node " + path + " cannot be read: " + e.why()
                            + ". That node is taken for absent. Restart it, or delete the znode if nobody owns it.");
        }
    }

    private void announceIfMissing() {
        if (!members.contains(self)) {
            announce();
        }
    }

    private String ownPath() {
        return parent + "/" + self.replica().node();
    }
}
