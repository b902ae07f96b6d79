package io.bellwether.service.trial;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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

    /** As it is named in options and in JSON, like {@code put-at-leader}. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @param words with commas between them */
    static List<Operation> parse(String words) {
        List<String> wanted = List.of(words.split(",", -1));
        return Arrays.stream(values())
                .filter(operation -> wanted.contains(operation.word()))
                .toList();
    }

    /** Whether the leader is asked; otherwise a follower is. */
    boolean atLeader() {
        return atLeader;
    }

    boolean writes() {
        return this == PUT_AT_LEADER || this == PUT_AT_FOLLOWER;
    }
}
