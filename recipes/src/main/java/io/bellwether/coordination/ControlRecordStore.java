package io.bellwether.coordination;

import static io.bellwether.coordination.Requests.code;
import static io.bellwether.coordination.Requests.succeeded;

import io.bellwether.replication.ControlRecord;
import io.bellwether.replication.Coordination;
import io.bellwether.replication.Coordination.Answer;
import io.bellwether.replication.Coordination.Versioned;
import java.util.List;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.jspecify.annotations.Nullable;

/** The control record: read, watched, and changed by compare-and-set on the version of its znode (DESIGN 3). */
final class ControlRecordStore {
    private static final int CHECK = 0;

    private final Requests requests;
    private final String path;
    private final Watcher watcher;
    private final Runnable changed;
    private final Troubles troubles;
    private @Nullable Versioned known;

    ControlRecordStore(Requests requests, String path, Watcher watcher, Runnable changed, Troubles troubles) {
        this.requests = requests;
        this.path = path;
        this.watcher = watcher;
        this.changed = changed;
        this.troubles = troubles;
    }

    /** The highest version that was read; null until one was. */
    @Nullable
    Versioned known() {
        return known;
    }

    /** Reads what the server at hand has, and watches it. */
    void read() {
        read(false);
    }

    /** Reads what was committed when this was asked, or something later. */
    void readSynced() {
        requests.send((client, callback) -> client.sync().inBackground(callback).forPath(path), synced -> {
            if (succeeded(synced)) {
                read(true);
            }
        });
    }

    private void read(boolean synced) {
        requests.send(
                (client, callback) -> client.getData()
                        .usingWatcher(watcher)
                        .inBackground(callback)
                        .forPath(path),
                event -> {
                    if (succeeded(event)) {
                        see(event.getStat().getVersion(), event.getData(), synced);
                    } else if (code(event) == Code.NONODE) {
                        seeNothing(synced);
                        watchForItsCreation();
                    } else if (code(event) == Code.NOAUTH) {
                        troubles.tellNotReadable(path, Code.NOAUTH);
                    }
                });
    }

    private void watchForItsCreation() {
        requests.send(
                (client, callback) -> client.checkExists()
                        .usingWatcher(watcher)
                        .inBackground(callback)
                        .forPath(path),
                event -> {
                    if (succeeded(event)) {
                        read();
                    }
                });
    }

    /** Replaces the record if its version is the expected one, or creates it. */
    void change(int expectedVersion, ControlRecord wanted, Consumer<Answer> answered) {
        byte[] data = Json.write(wanted);
        Requests.Request request = expectedVersion == Coordination.ABSENT
                ? (client, callback) -> client.create().inBackground(callback).forPath(path, data)
                : (client, callback) -> client.setData()
                        .withVersion(expectedVersion)
                        .inBackground(callback)
                        .forPath(path, data);
        requests.send(request, event -> conclude(answerTo(code(event)), expectedVersion, wanted, event, answered));
    }

    /** The same, in one transaction with a check that {@code latchNode} is there. */
    void claim(String latchNode, int expectedVersion, ControlRecord wanted, Consumer<Answer> answered) {
        requests.send(
                (client, callback) -> client.transaction()
                        .inBackground(callback)
                        .forOperations(List.of(
                                client.transactionOp().check().forPath(latchNode),
                                compareAndSet(client, expectedVersion, wanted))),
                event -> conclude(answerToClaim(event), expectedVersion, wanted, event, answered));
    }

    private CuratorOp compareAndSet(CuratorFramework client, int expectedVersion, ControlRecord wanted)
            throws Exception {
        byte[] data = Json.write(wanted);
        return expectedVersion == Coordination.ABSENT
                ? client.transactionOp().create().forPath(path, data)
                : client.transactionOp().setData().withVersion(expectedVersion).forPath(path, data);
    }

    private void conclude(
            Answer answer, int expectedVersion, ControlRecord wanted, CuratorEvent event, Consumer<Answer> answered) {
        if (answer == Answer.DONE) {
            replaceWith(new Versioned(expectedVersion + 1, wanted));
        } else {
            explain(event);
            readSynced();
        }
        answered.accept(answer);
    }

    private static Answer answerToClaim(CuratorEvent event) {
        List<CuratorTransactionResult> results = event.getOpResults();
        boolean latchNodeGone =
                results != null && !results.isEmpty() && results.get(CHECK).getError() == Code.NONODE.intValue();
        return latchNodeGone ? Answer.LATCH_LOST : answerTo(code(event));
    }

    private static Answer answerTo(Code code) {
        return switch (code) {
            case OK -> Answer.DONE;
            case BADVERSION, NODEEXISTS, NONODE -> Answer.CONFLICT;
            // Also after an expired session: the request may have happened before it ended.
            default -> Answer.UNKNOWN;
        };
    }

    private void explain(CuratorEvent event) {
        if (code(event) == Code.NOAUTH || code(event) == Code.AUTHFAILED) {
            troubles.tellNotAllowed(path, code(event));
        }
    }

    private void see(int version, byte[] data, boolean synced) {
        if (isBehind(version, synced)) {
            return;
        }
        try {
            replaceWith(new Versioned(version, Json.readRecord(data)));
        } catch (MalformedNodeException e) {
            troubles.tell(
                    path,
                    "The control record " + path + " cannot be read at its version " + version + ": "
                            + e.why()
                            + ". Nothing is claimed or changed until it is right again. Restore its content from"
                            + " before that version.");
        }
    }

    private void seeNothing(boolean synced) {
        if (!isBehind(Coordination.ABSENT, synced)) {
            replaceWith(new Versioned(Coordination.ABSENT, null));
        }
    }

    private boolean isBehind(int version, boolean synced) {
        Versioned before = known;
        boolean behind = before != null && version < before.version();
        if (behind && synced) {
            troubles.tell(
                    path,
                    "The control record " + path + " went back from version "
                            + (before == null ? version : before.version()) + " to "
                            + (version == Coordination.ABSENT ? "none" : Integer.toString(version))
                            + ": the ensemble was wiped or restored. Nothing is claimed or changed on it. Restore the"
                            + " ensemble, or restart this node to see its guards' advice.");
        }
        return behind;
    }

    private void replaceWith(Versioned read) {
        Versioned before = known;
        if (before == null || read.version() > before.version()) {
            known = read;
            changed.run();
        }
        if (before == null || read.version() >= before.version()) {
            troubles.gone(path);
        }
    }
}
