package io.bellwether.service.failpoints;

/** What is done to a cluster under load so that a step comes up. */
enum Occasion {
    /** Nothing: clients alone bring it up. */
    LOAD,
    /** The leader is killed, and started again when another one leads or has met the failpoint. */
    LEADER_LOST,
    /** A follower is killed, and started again when it has left the in-sync set. */
    FOLLOWER_LOST,
    /** Leadership is handed over. */
    HAND_OFF,
    /** A follower is told to leave the in-sync set, and to return when it has met the failpoint. */
    DEPARTURE
}
