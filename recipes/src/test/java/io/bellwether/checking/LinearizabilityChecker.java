package io.bellwether.checking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether there is an order of all operations on a key in which each takes effect at one moment between its beginning and
 * its end. The search of Wing and Gong with Lowe's memory: take any operation that may come next, go on, and come back
 * when nothing fits; a set of operations done together with what then stands there is tried once (G. Lowe, "Testing for
 * linearizability", 2017). Indexes count for nothing here but as the names of what was written.
 *
 * <p>Three things keep it quick. What only looks and fits is taken at once: it changes nothing, so that taking it later
 * would be no better. A write of unknown outcome, which may happen at any time or never, is tried last, and only where
 * what comes next doesn't fit without it. And the memory holds a fingerprint of 128 bits in the place of each set.
 */
public final class LinearizabilityChecker {
    private static final long MOST_STEPS = 100_000_000;

    private LinearizabilityChecker() {}

    /** Reads of a lower level than linearizable promise nothing here. */
    public static List<Breach> check(List<Operation> operations) {
        Map<String, List<Operation>> byKey = operations.stream()
                .filter(LinearizabilityChecker::counts)
                .collect(Collectors.groupingBy(Operation::key, TreeMap::new, Collectors.toList()));
        List<Breach> breaches = new ArrayList<>();
        byKey.values().forEach(ofKey -> new Search(ofKey).run(breaches));
        return breaches;
    }

    private static boolean counts(Operation operation) {
        if (operation.action() instanceof Action.Read read) {
            return operation.isKnown() && read.level() == Action.Level.LINEARIZABLE;
        }
        return !(operation.outcome() instanceof Outcome.None);
    }

    /** What an operation asks of what stands there, and what it puts in its place. */
    private static final class Step {
        private static final int LEAVES_IT = -1;

        private final Operation operation;
        private final int writes;
        private final long fingerprint;
        private final long otherFingerprint;

        Step(Operation operation, int writes, long number) {
            this.operation = operation;
            this.writes = writes;
            this.fingerprint = mixed(2 * number + 1);
            this.otherFingerprint = mixed(2 * number + 2);
        }

        boolean onlyLooks() {
            return writes == LEAVES_IT;
        }

        /** Whether it can have met this with its outcome. */
        boolean fits(Content there) {
            if (operation.outcome() instanceof Outcome.Saw saw) {
                return saw.content().like(there) != Content.Likeness.NO;
            }
            Content.Likeness met = conditionMet(there);
            if (operation.outcome() instanceof Outcome.Unmet unmet) {
                return met != Content.Likeness.YES
                        && (unmet.current() == 0
                                || new Content(null, unmet.current()).like(there) != Content.Likeness.NO);
            }
            return met != Content.Likeness.NO;
        }

        private Content.Likeness conditionMet(Content there) {
            Action action = operation.action();
            if (action instanceof Action.Create) {
                return there.like(Content.ABSENT);
            }
            if (action instanceof Action.Swap swap) {
                return swap.expected().like(there);
            }
            if (action instanceof Action.DeleteIf delete) {
                return delete.expected().like(there);
            }
            boolean unconditional = action instanceof Action.Write;
            return unconditional || !there.absent() ? Content.Likeness.YES : Content.Likeness.NO;
        }
    }

    /** Spreads a number over 64 bits (SplitMix64). */
    private static long mixed(long number) {
        long z = number * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private record Fingerprint(long one, long other) {}

    /** A step that was taken, and what stood there before it. */
    private record Taken(int place, boolean forced, int before) {}

    /** The search through the operations on one key. */
    private static final class Search {
        private static final int NONE = -1;

        private final List<Content> contents = new ArrayList<>();
        /** Those whose end is known: a step's beginning is place 2n, its end 2n + 1, in a list that the search shortens. */
        private final List<Step> ended = new ArrayList<>();
        /** Those that may happen at any time after their beginning, or never; by their beginning. */
        private final List<Step> open = new ArrayList<>();

        private final boolean[] openTaken;
        private final int[] next;
        private final int[] previous;
        /** The list's head, before the first place. */
        private final int head;

        private final Set<Fingerprint> tried = new HashSet<>();
        private final ArrayList<Taken> taken = new ArrayList<>();
        private int there;
        private long one;
        private long other;
        private int endedTaken;
        private int mostEnded = -1;
        private int stuckAt;
        private int stuckContent;

        Search(List<Operation> operations) {
            Map<Content, Integer> numbers = new HashMap<>();
            number(Content.ABSENT, numbers);
            List<Operation> inOrder = new ArrayList<>(operations);
            inOrder.sort(Comparator.comparingLong(Operation::beginNanos).thenComparingLong(Operation::endNanos));
            Seen seen = Seen.in(operations);
            for (Operation operation : inOrder) {
                boolean looks = operation.isRead() || operation.outcome() instanceof Outcome.Unmet;
                int writes = looks ? Step.LEAVES_IT : number(operation.written(), numbers);
                Step step = new Step(operation, writes, ended.size() + (long) open.size());
                if (operation.isKnown()) {
                    ended.add(step);
                } else if (!seen.canBeLeftOut(operation)) {
                    open.add(step);
                }
            }
            openTaken = new boolean[open.size()];
            head = 2 * ended.size();
            next = new int[head + 1];
            previous = new int[head + 1];
            link();
        }

        private int number(Content content, Map<Content, Integer> numbers) {
            return numbers.computeIfAbsent(content, found -> {
                contents.add(found);
                return contents.size() - 1;
            });
        }

        /** All beginnings and ends by time; at the same moment beginnings first, as those operations overlap. */
        private void link() {
            List<Integer> places = new ArrayList<>(head);
            for (int place = 0; place < head; place++) {
                places.add(place);
            }
            places.sort(Comparator.comparingLong(this::time).thenComparingInt(place -> place & 1));
            int last = head;
            for (int place : places) {
                next[last] = place;
                previous[place] = last;
                last = place;
            }
            next[last] = head;
            previous[head] = last;
        }

        private long time(int place) {
            Operation operation = ended.get(place / 2).operation;
            return isEnd(place) ? operation.endNanos() : operation.beginNanos();
        }

        private static boolean isEnd(int place) {
            return (place & 1) == 1;
        }

        // --- the search ------------------------------------------------------------------------------------------

        void run(List<Breach> breaches) {
            int after = NONE;
            for (long steps = 0; next[head] != head; steps++) {
                if (steps == MOST_STEPS) {
                    breaches.add(new Breach("undecided", "too many orders are possible: " + stuck()));
                    return;
                }
                if (advance(after)) {
                    after = NONE;
                } else if (taken.isEmpty()) {
                    breaches.add(new Breach("linearizable", stuck()));
                    return;
                } else {
                    after = back();
                }
            }
        }

        /** Takes one step that was not tried here yet, if there is one; {@code after} is the place of the last tried. */
        private boolean advance(int after) {
            if (after == NONE) {
                noteProgress();
                int looking = fittingLook();
                if (looking != NONE) {
                    return take(looking, true);
                }
            }
            int place = after == NONE ? next[head] : after > head ? head : next[after];
            while (place != head && !isEnd(place)) {
                if (fits(ended.get(place / 2)) && take(place, false)) {
                    return true;
                }
                place = next[place];
            }
            return takeOpen(after > head ? after - head : 0);
        }

        private int fittingLook() {
            for (int place = next[head]; place != head && !isEnd(place); place = next[place]) {
                if (ended.get(place / 2).onlyLooks() && fits(ended.get(place / 2))) {
                    return place;
                }
            }
            return NONE;
        }

        /** An open step has its place behind the list's head. */
        private boolean takeOpen(int from) {
            long firstEnd = ended.get(firstEnd() / 2).operation.endNanos();
            for (int i = from; i < open.size() && open.get(i).operation.beginNanos() <= firstEnd; i++) {
                if (!openTaken[i] && fits(open.get(i)) && take(head + 1 + i, false)) {
                    return true;
                }
            }
            return false;
        }

        private int firstEnd() {
            int place = next[head];
            while (!isEnd(place)) {
                place = next[place];
            }
            return place;
        }

        /**
         * Open steps are taken for the sake of what comes next: if that fits without the last of them, or the last few,
         * those would be in vain.
         */
        private boolean fits(Step step) {
            boolean fits = step.fits(contents.get(there));
            for (int i = taken.size() - 1; fits && i >= 0 && isOpen(taken.get(i)); i--) {
                fits = !step.fits(contents.get(taken.get(i).before()));
            }
            return fits;
        }

        private boolean isOpen(Taken step) {
            return step.place() > head;
        }

        /** What may come next depends on what stands there, and on what stood there before the last few open steps. */
        private long situation(int place, int then) {
            long situation = then;
            if (place > head) {
                situation += mixed(there + 1L);
                for (int i = taken.size() - 1; i >= 0 && isOpen(taken.get(i)); i--) {
                    situation += mixed(taken.get(i).before() + 1L);
                }
            }
            return situation;
        }

        private Step step(int place) {
            return place > head ? open.get(place - head - 1) : ended.get(place / 2);
        }

        /** Fails if what comes of it was tried before. */
        private boolean take(int place, boolean forced) {
            Step step = step(place);
            int then = step.onlyLooks() ? there : step.writes;
            long oneThen = one ^ step.fingerprint;
            long otherThen = other ^ step.otherFingerprint;
            long situation = situation(place, then);
            if (!tried.add(new Fingerprint(oneThen + mixed(situation), otherThen ^ mixed(~situation)))) {
                return false;
            }
            taken.add(new Taken(place, forced, there));
            there = then;
            one = oneThen;
            other = otherThen;
            if (place > head) {
                openTaken[place - head - 1] = true;
            } else {
                unlink(place);
                unlink(place + 1);
                endedTaken++;
            }
            return true;
        }

        /** Takes steps back, to the last that was one choice among others. Says after which place to look on. */
        private int back() {
            while (true) {
                Taken last = taken.remove(taken.size() - 1);
                Step step = step(last.place());
                there = last.before();
                one ^= step.fingerprint;
                other ^= step.otherFingerprint;
                if (isOpen(last)) {
                    openTaken[last.place() - head - 1] = false;
                } else {
                    relink(last.place() + 1);
                    relink(last.place());
                    endedTaken--;
                }
                if (!last.forced()) {
                    return last.place();
                }
                if (taken.isEmpty()) {
                    return exhausted();
                }
            }
        }

        /** Nothing is left to be tried: behind the last open step. */
        private int exhausted() {
            return head + 1 + open.size();
        }

        private void unlink(int place) {
            next[previous[place]] = next[place];
            previous[next[place]] = previous[place];
        }

        private void relink(int place) {
            next[previous[place]] = place;
            previous[next[place]] = place;
        }

        // --- what to say if there is none ------------------------------------------------------------------------

        private void noteProgress() {
            if (endedTaken > mostEnded) {
                mostEnded = endedTaken;
                stuckAt = firstEnd();
                stuckContent = there;
            }
        }

        private String stuck() {
            Operation operation = ended.get(stuckAt / 2).operation;
            return "no order explains this operation on " + operation.key() + ", after " + mostEnded + " of "
                    + ended.size() + " with " + contents.get(stuckContent) + " there: " + operation;
        }
    }

    /** What of a key's contents somebody saw, or asked for. */
    private record Seen(Set<String> values, boolean presenceMatters) {
        static Seen in(List<Operation> operations) {
            Set<String> values = new HashSet<>();
            boolean presenceMatters = false;
            for (Operation operation : operations) {
                if (operation.outcome() instanceof Outcome.Saw saw
                        && saw.content().value() != null) {
                    values.add(saw.content().value());
                }
                Action action = operation.action();
                Content expected = action instanceof Action.Swap swap
                        ? swap.expected()
                        : action instanceof Action.DeleteIf delete ? delete.expected() : Content.ABSENT;
                if (expected.value() != null) {
                    values.add(expected.value());
                }
                presenceMatters |= action instanceof Action.Delete
                        || operation.outcome() instanceof Outcome.Unmet
                        || isVersionOnly(expected)
                        || (operation.outcome() instanceof Outcome.Saw saw && isVersionOnly(saw.content()));
            }
            return new Seen(values, presenceMatters);
        }

        private static boolean isVersionOnly(Content content) {
            return content.value() == null && content.version() > 0;
        }

        /** A write of unknown outcome that nobody saw, where it makes no difference that something was there. */
        boolean canBeLeftOut(Operation operation) {
            Content written = operation.written();
            return !presenceMatters && written.value() != null && !values.contains(written.value());
        }
    }
}
