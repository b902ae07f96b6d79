package io.bellwether.service.chaos;

import io.bellwether.service.chaos.Findings.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Lets the faults of a schedule strike the world, one step after another, and sees that it recovers from each. */
final class Storm {
    private static final Duration RECOVERY = Duration.ofMinutes(2);

    private final World world;
    private final Schedule schedule;
    private final Map<String, Integer> struck = new TreeMap<>();
    private final Map<String, Integer> missed = new TreeMap<>();
    private Duration longestRecovery = Duration.ZERO;
    private boolean well = true;

    Storm(World world, Schedule schedule) {
        this.world = world;
        this.schedule = schedule;
    }

    /** A fault that is under way. */
    private record UnderWay(Remedy remedy, long endsAtNanos) {}

    /** Rages for so long; false if the world did not recover, which ends it early. */
    boolean rage(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (int number = 1; System.nanoTime() - end < 0 && !world.waiting().ended(); number++) {
            if (!step(number, schedule.next())) {
                return false;
            }
        }
        world.calm();
        return recovered();
    }

    private boolean step(int number, Schedule.Step step) {
        if (step.destructive() && !well && !recovered()) {
            return false;
        }
        well = false;
        play(number, step.blows());
        world.calm();
        if ((step.recovers() || step.destructive()) && !recovered()) {
            return false;
        }
        world.waiting().pass(Duration.ofMillis(step.restMillis()));
        return true;
    }

    /** Each fault strikes in its moment and ends in its own. */
    private void play(int number, List<Schedule.Blow> blows) {
        Set<String> taken = new HashSet<>();
        PriorityQueue<UnderWay> underWay = new PriorityQueue<>(Comparator.comparingLong(UnderWay::endsAtNanos));
        List<Schedule.Blow> toCome = new ArrayList<>(blows);
        long start = System.nanoTime();
        while (!toCome.isEmpty() || !underWay.isEmpty()) {
            long strikesAt = toCome.isEmpty()
                    ? Long.MAX_VALUE
                    : start + TimeUnit.MILLISECONDS.toNanos(toCome.get(0).afterMillis());
            UnderWay first = underWay.peek();
            if (first != null && first.endsAtNanos() <= strikesAt) {
                underWay.remove();
                passUntil(first.endsAtNanos());
                first.remedy().heal().run();
            } else {
                passUntil(strikesAt);
                Schedule.Blow blow = toCome.remove(0);
                Scene scene = new Scene(world, new Random(blow.seed()), taken);
                blow.kind()
                        .injection()
                        .strike(scene)
                        .ifPresentOrElse(
                                remedy -> {
                                    count(struck, blow.kind());
                                    world.say(
                                            "step " + number + " " + blow.kind().name() + " for " + blow.forMillis()
                                                    + " ms: " + remedy.what());
                                    underWay.add(new UnderWay(
                                            remedy,
                                            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(blow.forMillis())));
                                },
                                () -> {
                                    count(missed, blow.kind());
                                    world.say(
                                            "step " + number + " " + blow.kind().name() + " finds nobody to strike");
                                });
            }
        }
    }

    private void passUntil(long nanos) {
        world.waiting().pass(Duration.ofNanos(nanos - System.nanoTime()));
    }

    private static void count(Map<String, Integer> counts, FaultKind kind) {
        counts.merge(kind.name(), 1, Integer::sum);
    }

    private boolean recovered() {
        long began = System.nanoTime();
        well = world.awaitWell(RECOVERY);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        if (took.compareTo(longestRecovery) > 0) {
            longestRecovery = took;
        }
        if (!well && !world.waiting().ended()) {
            world.findings().add(Promise.VIOLATION, "not well again within " + RECOVERY + ": " + world.state());
        } else {
            world.say("well again after " + took.toMillis() + " ms");
        }
        return well;
    }

    /** How often each kind has struck. */
    Map<String, Integer> struck() {
        return struck;
    }

    /** How often each kind found nobody. */
    String missed() {
        return missed.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    Duration longestRecovery() {
        return longestRecovery;
    }
}
