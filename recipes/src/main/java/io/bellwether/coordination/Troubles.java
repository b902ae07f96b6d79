package io.bellwether.coordination;

import io.bellwether.replication.CoordinationEvents;
import java.util.SortedMap;
import java.util.TreeMap;

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

    void gone(String path) {
        told.remove(path);
    }
}
