package io.bellwether.coordination;

import static io.bellwether.coordination.Requests.code;
import static io.bellwether.coordination.Requests.succeeded;

import io.bellwether.replication.Coordination.LatchPlace;
import io.bellwether.replication.ReplicaId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * The place of this process in the latch's queue: one {@link LeaderLatch} at a time.
 *
 * <p>A latch starts once, so leaving means closing it, and queueing again means another one, at the tail. It does not
 * watch its own node; this class does, by reading the queue whenever it changes and with every poll: <ul> <li>this
 * process's node was deleted by somebody: the latch is closed, and whether to queue again is the replica's decision;
 * <li>the session was lost: the latch is closed, and another one opened in the next session; <li>the latch got stuck
 * (its creation or a read of its own failed with the connection): after a few polls it is replaced; <li>nodes of this
 * replica that are not this latch's, of an earlier life or of a creation whose answer was lost: they are deleted. </ul>
 */
final class LeaderElection {
    private static final String NODE_NAME = "latch-";
    private static final int POLLS_BEFORE_STUCK = 3;

    private final Requests requests;
    private final Executor thread;
    private final String parent;
    private final ReplicaId self;
    private final String process;
    private final Watcher watcher;
    private final Runnable changed;
    private final Troubles troubles;

    private final SortedMap<String, LatchPlace> placesByName = new TreeMap<>();
    private boolean ready;
    private boolean wanted;
    private @Nullable LeaderLatch latch;
    private int pollsStuck;

    /** @param watcher is told when the queue changes, and then calls {@link #read} */
    LeaderElection(
            Requests requests,
            Executor thread,
            String parent,
            ReplicaId self,
            String process,
            Watcher watcher,
            Runnable changed,
            Troubles troubles) {
        this.requests = requests;
        this.thread = thread;
        this.parent = parent;
        this.self = self;
        this.process = process;
        this.watcher = watcher;
        this.changed = changed;
        this.troubles = troubles;
    }

    // What the replica wants.

    void queue() {
        wanted = true;
        openIfWanted();
    }

    void leave() {
        wanted = false;
        close();
    }

    boolean holdsLatch() {
        return latch != null && latch.hasLeadership();
    }

    boolean isQueued() {
        return ownPath() != null;
    }

    /** The node with which this latch came first, for the check in a claim's transaction; null if it never did. */
    @Nullable
    String heldPath() {
        return latch == null ? null : latch.getLastPathIsLeader();
    }

    // What the session does.

    /** There is a session, and the parent of the queue exists. */
    void sessionReady() {
        ready = true;
        openIfWanted();
    }

    void sessionLost() {
        ready = false;
        close();
    }

    private void openIfWanted() {
        if (!ready || !wanted || latch != null) {
            return;
        }
        LeaderLatch opened = new LeaderLatch(requests.client(), parent, Json.latchId(self, process));
        opened.addListener(
                new LeaderLatchListener() {
                    @Override
                    public void isLeader() {
                        changed.run();
                    }

                    @Override
                    public void notLeader() {
                        changed.run();
                    }
                },
                thread);
        latch = opened;
        pollsStuck = 0;
        try {
            opened.start();
        } catch (Exception e) {
            throw new IllegalStateException("a new latch can be started once", e);
        }
    }

    private void close() {
        LeaderLatch closed = latch;
        latch = null;
        if (closed != null) {
            try {
                closed.close();
            } catch (IOException e) {
                throw new UncheckedIOException("a latch that was started can be closed once", e);
            }
        }
        changed.run();
    }

    // What the queue shows.

    /** Reads the queue from the server at hand, and watches it. */
    void read() {
        LeaderLatch asked = latch;
        String own = ownPath();
        requests.send(
                (client, callback) -> client.getChildren()
                        .usingWatcher(watcher)
                        .inBackground(callback)
                        .forPath(parent),
                event -> {
                    // A latch whose node came or went since the question is judged by the next answer.
                    if (succeeded(event) && latch == asked && Objects.equals(own, ownPath())) {
                        observe(inOrder(event.getChildren()), own);
                    }
                    changed.run();
                });
    }

    /** Called with every poll, after {@link #read}. */
    void poll() {
        openIfWanted();
        read();
    }

    private void observe(List<String> names, @Nullable String own) {
        if (own != null && !names.contains(nameOf(own))) {
            wanted = false;
            close();
            return;
        }
        boolean creating = latch != null && own == null;
        boolean firstAndUnaware = own != null && nameOf(own).equals(names.get(0)) && !holdsLatch();
        if (creating || firstAndUnaware) {
            replaceIfStuck();
        } else {
            pollsStuck = 0;
        }
        if (!creating) {
            LeaderLatch asked = latch;
            load(names, places -> {
                if (latch == asked && Objects.equals(own, ownPath())) {
                    deleteStrays(places, own);
                }
            });
        }
    }

    private void replaceIfStuck() {
        pollsStuck++;
        if (pollsStuck > POLLS_BEFORE_STUCK) {
            close();
            openIfWanted();
        }
    }

    private void deleteStrays(List<LatchPlace> places, @Nullable String own) {
        delete(places.stream()
                .filter(place -> place.replica().equals(self) && !place.path().equals(own))
                .map(LatchPlace::path)
                .toList());
    }

    /** Reads the queue behind a sync; {@code queue} is not called when that fails. */
    void readSynced(Consumer<List<LatchPlace>> queue) {
        requests.send((client, callback) -> client.sync().inBackground(callback).forPath(parent), synced -> {
            if (succeeded(synced)) {
                requests.send(
                        (client, callback) ->
                                client.getChildren().inBackground(callback).forPath(parent),
                        event -> {
                            if (succeeded(event)) {
                                load(inOrder(event.getChildren()), queue);
                            }
                        });
            }
        });
    }

    /** Deletes these nodes in one transaction. What is gone already is left out, and the others are tried again. */
    void delete(List<String> paths) {
        if (paths.isEmpty()) {
            return;
        }
        requests.send(
                (client, callback) -> {
                    List<CuratorOp> operations = new ArrayList<>();
                    for (String path : paths) {
                        operations.add(client.transactionOp().delete().forPath(path));
                    }
                    client.transaction().inBackground(callback).forOperations(operations);
                },
                event -> {
                    if (code(event) == Code.NONODE) {
                        delete(withoutTheGone(paths, event));
                    } else if (code(event) == Code.NOAUTH) {
                        troubles.tell(
                                parent,
                                "ZooKeeper does not let this node delete latch nodes: " + String.join(", ", paths)
                                        + ". Give all nodes of the cluster the same credentials.");
                    }
                });
    }

    /** Of a transaction that failed, the result of each operation tells why; every time at least one is gone. */
    private static List<String> withoutTheGone(List<String> paths, CuratorEvent event) {
        List<CuratorTransactionResult> results = event.getOpResults();
        if (results == null) {
            return List.of();
        }
        List<String> left = new ArrayList<>();
        for (int i = 0; i < paths.size() && i < results.size(); i++) {
            if (results.get(i).getError() != Code.NONODE.intValue()) {
                left.add(paths.get(i));
            }
        }
        return left.size() < paths.size() ? left : List.of();
    }

    // Whose nodes they are. The id of a latch node never changes, so each is read once.

    private void load(List<String> names, Consumer<List<LatchPlace>> loaded) {
        placesByName.keySet().retainAll(names);
        List<String> unknown =
                names.stream().filter(name -> !placesByName.containsKey(name)).toList();
        if (unknown.isEmpty()) {
            loaded.accept(placesOf(names));
            return;
        }
        Answers answers = new Answers(unknown.size(), () -> loaded.accept(placesOf(names)));
        for (String name : unknown) {
            String path = parent + "/" + name;
            requests.send(
                    (client, callback) ->
                            client.getData().inBackground(callback).forPath(path),
                    event -> {
                        if (succeeded(event)) {
                            remember(name, path, event.getData());
                        }
                        answers.came(succeeded(event) || code(event) == Code.NONODE);
                    });
        }
    }

    private void remember(String name, String path, byte[] id) {
        try {
            placesByName.put(name, Json.readPlace(path, id));
            troubles.gone(path);
        } catch (MalformedNodeException e) {
            troubles.tell(
                    path,
                    "The latch node " + path + " is not of Bellwether: " + e.why()
                            + ". While it is first nobody else holds the latch. Find out who made it, and delete it.");
        }
    }

    private List<LatchPlace> placesOf(List<String> names) {
        List<LatchPlace> places = new ArrayList<>();
        for (String name : names) {
            LatchPlace place = placesByName.get(name);
            if (place != null) {
                places.add(place);
            }
        }
        return places;
    }

    private static List<String> inOrder(List<String> children) {
        return children.stream()
                .filter(child -> child.contains(NODE_NAME))
                .sorted(Comparator.comparing(LeaderElection::sequence))
                .toList();
    }

    private static String sequence(String name) {
        return name.substring(name.lastIndexOf(NODE_NAME) + NODE_NAME.length());
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private @Nullable String ownPath() {
        return latch == null ? null : latch.getOurPath();
    }
}
