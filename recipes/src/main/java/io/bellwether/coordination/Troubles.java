package io.bellwether.coordination;

import io.bellwether.replication.CoordinationEvents;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.zookeeper.KeeperException.Code;

/** What is wrong in ZooKeeper, by the path it is wrong at. Each trouble is told once, and again after it was gone. */
final class Troubles {
    private final CoordinationEvents events;
    private final SortedMap<String, String> told = new TreeMap<>();

    Troubles(CoordinationEvents events) {
        this.events = events;
    }

    void tell(String path, String what) {
        if (!what.equals(told.put(path, what))) {
            events.trouble(what);
        }
    }

    /** ZooKeeper refuses a write for want of rights. */
    void tellNotAllowed(String path, Code code) {
        tellRefused("write", path, code);
    }

    /** ZooKeeper refuses a read for want of rights. */
    void tellNotReadable(String path, Code code) {
        tellRefused("read", path, code);
    }

    private void tellRefused(String what, String path, Code code) {
        tell(
                path,
                "ZooKeeper does not let this node " + what + " " + path + " (" + code
                        + "). Give the node the credentials, or the znode the access list, that it needs.");
    }

    void gone(String path) {
        told.remove(path);
    }
}
