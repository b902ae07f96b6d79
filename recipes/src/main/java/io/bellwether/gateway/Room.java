package io.bellwether.gateway;

/** Whether the disk of a node has room for what its clients want to store, and what that means while it leads (Rule 12.5). */
public enum Room {
    /** It has. */
    HERE,
    /** It is low on space, and leadership is about to move to a node that is not, or this one does not lead. */
    ELSEWHERE,
    /** It is low on space, and so is, or does not take over, every other one of the in-sync set. */
    NOWHERE
}
