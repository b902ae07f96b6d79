package io.bellwether.coordination;

import io.bellwether.replication.Member;

/** Another live process calls itself by this node's id: this one must not start. */
public final class NodeIdTakenException extends Exception {
    private static final long serialVersionUID = 1;

    NodeIdTakenException(Member self, Member other) {
        super("The node id " + self.replica().node() + " belongs to a process that answers at " + other.url()
                + " with the store " + other.replica().store() + ", while this one has the store "
                + self.replica().store() + ". Give this node an id of its own, or stop the other process first.");
    }
}
