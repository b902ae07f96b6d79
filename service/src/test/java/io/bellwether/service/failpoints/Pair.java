package io.bellwether.service.failpoints;

import static io.bellwether.service.failpoints.Occasion.CLAIM_FROM_BEHIND;
import static io.bellwether.service.failpoints.Occasion.CLAIM_WITH_ANOTHER_BEHIND;
import static io.bellwether.service.failpoints.Occasion.DEPARTURE;
import static io.bellwether.service.failpoints.Occasion.FOLLOWER_LEFT_FAR_BEHIND;
import static io.bellwether.service.failpoints.Occasion.FOLLOWER_LOST;
import static io.bellwether.service.failpoints.Occasion.HAND_OFF;
import static io.bellwether.service.failpoints.Occasion.LEADER_LOST;
import static io.bellwether.service.failpoints.Occasion.LEADER_LOST_WITH_A_TAIL;
import static io.bellwether.service.failpoints.Occasion.LOAD;
import static io.bellwether.service.failpoints.Pair.Who.ANYBODY;
import static io.bellwether.service.failpoints.Pair.Who.FOLLOWER;
import static io.bellwether.service.failpoints.Pair.Who.LEADER;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A point and what happens there. */
record Pair(Who who, Step step, Occasion occasion, Moment moment, Harm harm) {
    /** Whose step it has to be. */
    enum Who {
        LEADER,
        FOLLOWER,
        ANYBODY
    }

    /** All that are tried. */
    static List<Pair> all() {
        List<Pair> pairs = new ArrayList<>();
        for (Step step : List.of(Step.LOG_WRITE, Step.LOG_DURABLE, Step.APPLY, Step.ANSWER_WRITE, Step.ANSWER_READ)) {
            add(pairs, LEADER, step, LOAD);
            add(pairs, FOLLOWER, step, LOAD);
        }
        for (Step step :
                List.of(Step.SEND_APPEND, Step.SEND_READ_INDEXED, Step.SEND_FORWARDED, Step.SEND_HELD_BY_ALL)) {
            add(pairs, LEADER, step, LOAD);
        }
        for (Step step : List.of(Step.SEND_APPENDED, Step.SEND_READ_INDEX, Step.SEND_FORWARD, Step.SEND_STATE_IS)) {
            add(pairs, FOLLOWER, step, LOAD);
        }
        for (Step step : List.of(
                Step.SEND_SUSPECT,
                Step.SEND_SUSPECTED,
                Step.DELETE_LATCH_PLACES,
                Step.QUEUE,
                Step.CLAIM,
                Step.CLAIM_ANSWERED,
                Step.SEND_PROMISE_REQUEST,
                Step.PROMISE_WRITE,
                Step.SEND_PROMISED)) {
            add(pairs, ANYBODY, step, LEADER_LOST);
        }
        add(pairs, FOLLOWER, Step.SEND_MISMATCHED, CLAIM_WITH_ANOTHER_BEHIND);
        add(pairs, FOLLOWER, Step.LOG_CUT, LEADER_LOST_WITH_A_TAIL);
        add(pairs, ANYBODY, Step.SEND_PULL, CLAIM_FROM_BEHIND);
        add(pairs, ANYBODY, Step.SEND_PULLED, CLAIM_FROM_BEHIND);
        add(pairs, LEADER, Step.CHANGE, FOLLOWER_LOST);
        add(pairs, LEADER, Step.CHANGE_ANSWERED, FOLLOWER_LOST);
        add(pairs, LEADER, Step.LOG_COMPACT, LOAD);
        add(pairs, FOLLOWER, Step.LOG_COMPACT, LOAD);
        add(pairs, LEADER, Step.SEND_TAKE_SNAPSHOT, FOLLOWER_LEFT_FAR_BEHIND);
        add(pairs, FOLLOWER, Step.SNAPSHOT_FETCHED, FOLLOWER_LEFT_FAR_BEHIND);
        add(pairs, FOLLOWER, Step.SNAPSHOT_INSTALL, FOLLOWER_LEFT_FAR_BEHIND);
        add(pairs, LEADER, Step.DELETE_LATCH_PLACES, HAND_OFF);
        add(pairs, LEADER, Step.SEND_RESIGN, HAND_OFF);
        add(pairs, FOLLOWER, Step.CLAIM, HAND_OFF);
        add(pairs, FOLLOWER, Step.SEND_LEAVING, DEPARTURE);
        add(pairs, FOLLOWER, Step.LEAVE, DEPARTURE);
        return List.copyOf(pairs);
    }

    /**
     * Those that every build has the time for: at each point a crash and one of the two other harms, with the moments taking
     * turns; at what is durable, or tells a client so, a crash at both moments.
     */
    static List<Pair> inEachBuild() {
        List<Pair> chosen = new ArrayList<>();
        Map<Point, List<Pair>> byPoint =
                all().stream().collect(Collectors.groupingBy(Pair::point, LinkedHashMap::new, Collectors.toList()));
        int turn = 0;
        for (List<Pair> atPoint : byPoint.values()) {
            Moment first = turn % 2 == 0 ? Moment.BEFORE : Moment.AFTER;
            Harm other = turn / 2 % 2 == 0 ? Harm.DELAY : Harm.ERROR;
            for (Pair pair : atPoint) {
                if (pair.harm == Harm.CRASH && (pair.moment == first || pair.step.isDurable())) {
                    chosen.add(pair);
                }
            }
            // An error after what has no such pair comes before it.
            List<Pair> others = atPoint.stream()
                    .filter(pair -> pair.harm != Harm.CRASH)
                    .sorted(Comparator.comparing(pair -> pair.harm != other))
                    .toList();
            chosen.add(others.stream()
                    .filter(pair -> pair.harm == others.get(0).harm && pair.moment != first)
                    .findFirst()
                    .orElse(others.get(0)));
            turn++;
        }
        return List.copyOf(chosen);
    }

    /** Where: a step of somebody, on an occasion. */
    private record Point(Who who, Step step, Occasion occasion) {}

    private Point point() {
        return new Point(who, step, occasion);
    }

    private static void add(List<Pair> pairs, Who who, Step step, Occasion occasion) {
        for (Moment moment : Moment.values()) {
            for (Harm harm : Harm.values()) {
                Pair pair = new Pair(who, step, occasion, moment, harm);
                if (pair.isDistinct()) {
                    pairs.add(pair);
                }
            }
        }
    }

    /**
     * Who has its answer doesn't care what becomes of the connection; and between a disk and the node that it belongs to no word
     * is lost.
     */
    private boolean isDistinct() {
        if (step == Step.SNAPSHOT_FETCHED && harm == Harm.ERROR) {
            return false;
        }
        boolean answer = step == Step.ANSWER_WRITE
                || step == Step.ANSWER_READ
                || step == Step.CLAIM_ANSWERED
                || step == Step.CHANGE_ANSWERED;
        return !(answer && moment == Moment.AFTER && harm == Harm.ERROR);
    }

    @Override
    public String toString() {
        return (harm + " " + moment + " " + step + " of " + who + ", " + occasion)
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
    }
}
