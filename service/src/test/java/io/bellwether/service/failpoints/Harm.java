package io.bellwether.service.failpoints;

/** What befalls a node at a failpoint. */
enum Harm {
    /** The process is gone at that very moment: nothing that it would have done next happens, on any of its threads. */
    CRASH,
    /** The thread that takes the step stands still for a second. */
    DELAY,
    /**
     * What lies behind the door fails: the disk refuses, the connection is reset, ZooKeeper's answer is lost. Before a step
     * it has not happened; after a step it has, though the node is told otherwise.
     */
    ERROR
}
