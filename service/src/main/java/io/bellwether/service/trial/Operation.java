package io.bellwether.service.trial;

/** What the benchmark asks for. */
enum Operation {
    PUT_AT_LEADER("PUT at the leader", true),
    PUT_AT_FOLLOWER("PUT at a follower", false),
    GET_LINEARIZABLE("GET linearizable", true),
    GET_LOCAL("GET local", true);

    private final String title;
    private final boolean atLeader;

    Operation(String title, boolean atLeader) {
        this.title = title;
        this.atLeader = atLeader;
    }

    String title() {
        return title;
    }

    /** Whether the leader is asked; otherwise a follower is. */
    boolean atLeader() {
        return atLeader;
    }

    boolean writes() {
        return this == PUT_AT_LEADER || this == PUT_AT_FOLLOWER;
    }
}
