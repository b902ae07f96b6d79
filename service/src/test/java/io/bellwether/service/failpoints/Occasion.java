package io.bellwether.service.failpoints;

/** What is done to a cluster under load so that a step comes up. */
enum Occasion {
    /** Nothing: clients alone bring it up. */
    LOAD,
    /** The leader is killed, and started again when another one leads or has met the failpoint. */
    LEADER_LOST,
    /**
     * The leader is killed when it has entries that nobody else has, and started again when another one leads or has met the
     * failpoint.
     */
    LEADER_LOST_WITH_A_TAIL,
    /** A follower that lacks entries of the leader's is told to claim leadership. */
    CLAIM_FROM_BEHIND,
    /** A follower is told to claim leadership while the other one lacks entries of the leader's. */
    CLAIM_WITH_ANOTHER_BEHIND,
    /** A follower is killed, and started again when it has left the in-sync set. */
    FOLLOWER_LOST,
    /** A follower is killed, and started again when what it lacks is no longer in the leader's log. */
    FOLLOWER_LEFT_FAR_BEHIND,
    /** Leadership is handed over. */
    HAND_OFF,
    /** A follower is told to leave the in-sync set, and to return when it has met the failpoint. */
    DEPARTURE
}
