package io.bellwether.checking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether the indexes that clients were told fit what they saw and when: in about linear time, for all keys together.
 * Operations without an index are passed over.
 */
public final class IndexChecker {
    private final List<Operation> operations;
    private final long slackNanos;
    private final List<Breach> breaches = new ArrayList<>();
    private final Map<Long, Operation> byIndex = new HashMap<>();
    private final TreeMap<String, KeyHistory> keys = new TreeMap<>();
    private final List<Learned> learned = new ArrayList<>();

    /** A write of unknown outcome that took effect, as readers saw. */
    private record Learned(Operation write, long index) {}

    private IndexChecker(List<Operation> operations, long slackMillis) {
        this.operations = new ArrayList<>(operations);
        this.operations.sort(Comparator.comparingLong(Operation::beginNanos));
        this.slackNanos = TimeUnit.MILLISECONDS.toNanos(slackMillis);
    }

    /**
     * @param slackMillis by how much the clocks of nodes and clients may differ while a bounded read is under way
     */
    public static List<Breach> check(List<Operation> operations, long slackMillis) {
        IndexChecker checker = new IndexChecker(operations, slackMillis);
        checker.checkEachDecisionHasItsPlace();
        checker.checkRealTimeOrder();
        checker.checkWishes();
        checker.checkStaleness();
        checker.checkContents();
        checker.checkLearned();
        return checker.breaches;
    }

    /** @param other what it does not fit, if there is something */
    private void check(boolean holds, String promise, Object evidence, @Nullable Object other) {
        if (!holds) {
            breaches.add(new Breach(promise, evidence + (other == null ? "" : " | " + other)));
        }
    }

    private void check(boolean holds, String promise, Object evidence) {
        check(holds, promise, evidence, null);
    }

    // --- the order ---------------------------------------------------------------------------------------------------

    private static boolean hasPlace(Operation operation) {
        return !operation.isRead() && operation.index() > 0;
    }

    private void checkEachDecisionHasItsPlace() {
        for (Operation operation : operations) {
            if (hasPlace(operation)) {
                Operation before = byIndex.putIfAbsent(operation.index(), operation);
                check(before == null, "one write at an index", operation, before);
            }
        }
    }

    /** Whatever began after something had been answered stands after it, or sees it. */
    private void checkRealTimeOrder() {
        HighestAnswered answered = new HighestAnswered(operations);
        for (Operation operation : operations) {
            Operation before = answered.before(operation.beginNanos());
            long highest = before == null ? 0 : before.index();
            if (hasPlace(operation)) {
                check(
                        operation.index() > highest,
                        "a write stands after what was answered before it began",
                        operation,
                        before);
            } else if (operation.index() > 0
                    && operation.action() instanceof Action.Read read
                    && read.level() == Action.Level.LINEARIZABLE) {
                check(
                        operation.index() >= highest,
                        "a linearizable read sees what was answered before it began",
                        operation,
                        before);
            }
        }
    }

    private void checkWishes() {
        for (Operation operation : operations) {
            if (operation.action() instanceof Action.Read read && operation.outcome() instanceof Outcome.Saw saw) {
                check(
                        saw.index() == 0 || saw.index() >= read.minIndex(),
                        "a read waits for its minimum index",
                        operation);
            }
        }
    }

    /** What was answered before the read began, less the staleness that it tells, is there. */
    private void checkStaleness() {
        List<Operation> bounded = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation.action() instanceof Action.Read read
                    && read.level() == Action.Level.BOUNDED
                    && operation.index() > 0
                    && staleness(operation) >= 0) {
                bounded.add(operation);
            }
        }
        bounded.sort(Comparator.comparingLong(this::freshAsOf));
        HighestAnswered answered = new HighestAnswered(operations);
        for (Operation read : bounded) {
            Operation before = answered.before(freshAsOf(read));
            check(
                    before == null || read.index() >= before.index(),
                    "a bounded read says how stale it is",
                    read,
                    before);
        }
    }

    private static long staleness(Operation operation) {
        return operation.outcome() instanceof Outcome.Saw saw ? saw.stalenessMillis() : -1;
    }

    private long freshAsOf(Operation read) {
        return read.beginNanos() - TimeUnit.MILLISECONDS.toNanos(staleness(read)) - slackNanos;
    }

    /** The operation of the highest index among all that were answered before a moment; to be asked in order of time. */
    private static final class HighestAnswered {
        private final List<Operation> byEnd = new ArrayList<>();
        private int next;
        private @Nullable Operation highest;

        HighestAnswered(List<Operation> operations) {
            operations.stream().filter(operation -> operation.index() > 0).forEach(byEnd::add);
            byEnd.sort(Comparator.comparingLong(Operation::endNanos));
        }

        @Nullable
        Operation before(long nanos) {
            while (next < byEnd.size() && byEnd.get(next).endNanos() < nanos) {
                Operation operation = byEnd.get(next++);
                if (highest == null || operation.index() > highest.index()) {
                    highest = operation;
                }
            }
            return highest;
        }
    }

    // --- the contents ------------------------------------------------------------------------------------------------

    private void checkContents() {
        for (Operation operation : operations) {
            keys.computeIfAbsent(operation.key(), KeyHistory::new).add(operation);
        }
        keys.values().forEach(KeyHistory::check);
    }

    /** Also what nobody was told stands after all that was answered before it was sent. */
    private void checkLearned() {
        learned.sort(Comparator.comparingLong(each -> each.write().beginNanos()));
        HighestAnswered answered = new HighestAnswered(operations);
        for (Learned each : learned) {
            Operation before = answered.before(each.write().beginNanos());
            check(
                    before == null || each.index() > before.index(),
                    "a write stands after what was answered before it began",
                    each.write() + " seen at " + each.index(),
                    before);
        }
    }

    /** What stood under one key, by index. */
    private final class KeyHistory {
        private final String key;
        private final List<Operation> known = new ArrayList<>();
        /** By value, each write that happened or may have. */
        private final Map<String, List<Operation>> writers = new HashMap<>();

        private final Map<String, Operation> denied = new HashMap<>();
        private final List<Operation> unknownDeletes = new ArrayList<>();
        /** What each index put there, as writers were told or readers saw. */
        private final TreeMap<Long, Placed> placed = new TreeMap<>();

        /** @param witness who wrote it, or saw it there */
        private record Placed(Content content, Operation witness) {}

        KeyHistory(String key) {
            this.key = key;
        }

        void add(Operation operation) {
            if (operation.index() > 0) {
                known.add(operation);
            }
            if (operation.isRead() || operation.outcome() instanceof Outcome.Unmet) {
                return;
            }
            String value = operation.written().value();
            if (operation.outcome() instanceof Outcome.None) {
                if (value != null) {
                    denied.put(value, operation);
                }
            } else if (value != null) {
                writers.computeIfAbsent(value, none -> new ArrayList<>()).add(operation);
            } else if (operation.outcome() instanceof Outcome.Unknown) {
                unknownDeletes.add(operation);
            }
        }

        void check() {
            for (Operation operation : known) {
                if (operation.outcome() instanceof Outcome.Wrote wrote) {
                    placed.put(wrote.index(), new Placed(operation.written(), operation));
                }
            }
            for (Operation operation : known) {
                if (operation.outcome() instanceof Outcome.Saw saw
                        && saw.content().value() != null) {
                    learn(operation, saw);
                }
            }
            checkOnce();
            for (Operation operation : known) {
                if (operation.outcome() instanceof Outcome.Saw saw) {
                    checkSight(operation, saw);
                } else {
                    checkCondition(operation, operation.index());
                }
            }
        }

        /** A sight tells where the write of that value stands, also if its own client never heard. */
        private void learn(Operation read, Outcome.Saw saw) {
            Content content = saw.content();
            List<Operation> candidates = writers.getOrDefault(String.valueOf(content.value()), List.of());
            if (candidates.isEmpty()) {
                Operation never = denied.get(String.valueOf(content.value()));
                IndexChecker.this.check(never == null, "what was denied never happens", read, never);
                IndexChecker.this.check(never != null, "what is read was written by somebody", read);
            }
            if (content.version() == 0) {
                return;
            }
            IndexChecker.this.check(
                    content.version() <= saw.index(), "a version is not above the index of the answer", read);
            Placed before = placed.putIfAbsent(content.version(), new Placed(content, read));
            IndexChecker.this.check(
                    before == null || content.equals(before.content()),
                    "one value at an index",
                    read,
                    before == null ? null : before.witness());
        }

        /** A value stands at no more places than it was written. */
        private void checkOnce() {
            Map<String, List<Long>> places = new TreeMap<>();
            placed.forEach((index, there) -> {
                if (there.content().value() != null) {
                    places.computeIfAbsent(there.content().value(), none -> new ArrayList<>())
                            .add(index);
                }
            });
            places.forEach((value, indexes) -> {
                List<Operation> wrote = writers.getOrDefault(value, List.of());
                IndexChecker.this.check(
                        wrote.isEmpty() || indexes.size() <= wrote.size(),
                        "a write takes effect once",
                        value + " under " + key + " at " + indexes,
                        wrote);
                if (wrote.size() == 1 && wrote.get(0).index() == 0) {
                    learned.add(new Learned(wrote.get(0), indexes.get(0)));
                    checkCondition(wrote.get(0), indexes.get(0));
                }
            });
        }

        /** What stood there at this index, as far as is known; nothing if no write up to it is known. */
        private Map.@Nullable Entry<Long, Placed> at(long index) {
            return placed.floorEntry(index);
        }

        private void checkSight(Operation read, Outcome.Saw saw) {
            var latest = at(saw.index());
            Content content = saw.content();
            if (content.absent()) {
                checkAbsent(read, latest);
            } else if (latest != null) {
                boolean latestIsIt = content.version() > 0
                        ? latest.getKey() == content.version()
                        : latest.getValue().content().like(content) != Content.Likeness.NO
                                || hasUnknownWriter(content, read);
                IndexChecker.this.check(latestIsIt, "a read sees the latest write at its index", read, witness(latest));
            } else {
                IndexChecker.this.check(
                        content.version() == 0 && hasUnknownWriter(content, read),
                        "a read sees a write at or below its index",
                        read);
            }
        }

        private boolean hasUnknownWriter(Content content, Operation read) {
            return content.value() == null
                    || writers.getOrDefault(content.value(), List.of()).stream()
                            .anyMatch(writer -> writer.index() == 0 && writer.beginNanos() <= read.endNanos());
        }

        /** What a conditional write found is what stood just before it; a version told with a 412 stood there. */
        private void checkCondition(Operation operation, long index) {
            var before = at(index - 1);
            Content expected = expected(operation.action());
            boolean named = expected.version() > 0;
            if (operation.outcome() instanceof Outcome.Unmet unmet) {
                if (unmet.current() > 0) {
                    IndexChecker.this.check(
                            (before == null || before.getKey() <= unmet.current())
                                    && !(named && expected.version() == unmet.current()),
                            "a refusal names the version that was there",
                            operation,
                            witness(before));
                } else if (operation.action() instanceof Action.Delete) {
                    checkAbsent(operation, before);
                }
            } else if (named) {
                IndexChecker.this.check(
                        before == null || before.getKey() <= expected.version(),
                        "a conditional write follows what it named",
                        operation,
                        witness(before));
            } else if (operation.action() instanceof Action.Create) {
                checkAbsent(operation, before);
            }
        }

        private void checkAbsent(Operation operation, Map.@Nullable Entry<Long, Placed> before) {
            boolean absent = before == null
                    || before.getValue().content().absent()
                    || unknownDeletes.stream().anyMatch(delete -> delete.beginNanos() <= operation.endNanos());
            IndexChecker.this.check(absent, "nothing is there only if it was deleted", operation, witness(before));
        }

        private static @Nullable Object witness(Map.@Nullable Entry<Long, Placed> entry) {
            return entry == null ? null : entry.getValue().witness();
        }

        private static Content expected(Action action) {
            if (action instanceof Action.Swap swap) {
                return swap.expected();
            }
            return action instanceof Action.DeleteIf delete ? delete.expected() : Content.ABSENT;
        }
    }
}
