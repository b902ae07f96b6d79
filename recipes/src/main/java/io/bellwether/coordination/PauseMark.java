package io.bellwether.coordination;

import static io.bellwether.coordination.Requests.code;
import static io.bellwether.coordination.Requests.succeeded;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.replication.Pausing;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;

/**
 * The znode that switches automation off while it is there (DESIGN 3). It stays when its maker goes; who reads it looks
 * only whether it is there, and its content is for people.
 */
final class PauseMark {
    private final Requests requests;
    private final String path;
    private final String self;
    private final Watcher watcher;
    private final Runnable changed;
    private final Troubles troubles;
    private boolean there;

    /**
     * @param self the node that makes it, if it is made here
     * @param watcher is told when it comes or goes, and then calls {@link #read}
     */
    PauseMark(Requests requests, String path, String self, Watcher watcher, Runnable changed, Troubles troubles) {
        this.requests = requests;
        this.path = path;
        this.self = self;
        this.watcher = watcher;
        this.changed = changed;
        this.troubles = troubles;
    }

    /** As it was read last: what was true when ZooKeeper went away stays so. */
    boolean isThere() {
        return there;
    }

    /** Reads whether the server at hand has it, and watches it. */
    void read() {
        requests.send(
                (client, callback) -> client.checkExists()
                        .usingWatcher(watcher)
                        .inBackground(callback)
                        .forPath(path),
                event -> {
                    if (succeeded(event)) {
                        see(true);
                    } else if (code(event) == Code.NONODE) {
                        see(false);
                    }
                });
    }

    private void see(boolean found) {
        if (found != there) {
            there = found;
            changed.run();
        }
    }

    /** Makes it, if it is not there. */
    void make(Consumer<Pausing> done) {
        String content =
                "{\"by\":\"" + self + "\",\"since\":\"" + Instant.now().truncatedTo(ChronoUnit.SECONDS) + "\"}";
        requests.send(
                (client, callback) -> client.create().inBackground(callback).forPath(path, content.getBytes(UTF_8)),
                event -> conclude(code(event), Code.NODEEXISTS, true, done));
    }

    /** Removes it, if it is there. */
    void remove(Consumer<Pausing> done) {
        requests.send(
                (client, callback) -> client.delete().inBackground(callback).forPath(path),
                event -> conclude(code(event), Code.NONODE, false, done));
    }

    /** @param already says that it was as it is wanted */
    private void conclude(Code code, Code already, boolean wanted, Consumer<Pausing> done) {
        if (code == Code.OK || code == already) {
            troubles.gone(path);
            see(wanted);
            done.accept(Pausing.DONE);
            return;
        }
        switch (code) {
            case NOAUTH, AUTHFAILED -> {
                troubles.tellNotAllowed(path, code);
                done.accept(Pausing.NOT_ALLOWED);
            }
            case NONODE -> done.accept(Pausing.NO_PLACE);
            default -> done.accept(Pausing.UNKNOWN);
        }
    }
}
