package io.bellwether.checking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: the quick search says what a search through all orders says, on histories that are right and on some that are not;
 * and it says so in seconds on long ones. Method: small random histories, half of them with one answer changed, against
 * every order; long random ones against the clock.
 */
class CheckersTest {
    private static final long SEED = 4;
    private static final long SLACK_MILLIS = 0;
    /** Several times what it takes: other tests may run beside. */
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    @Test
    void theQuickSearchAgreesWithTryingEveryOrder() {
        SplittableRandom dice = new SplittableRandom(SEED);
        int refused = 0;
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            List<Operation> operations = withoutVersions(RandomHistory.of(dice, 7, 4, 1, 30, true));
            List<Operation> history = dice.nextBoolean() ? operations : withOneAnswerChanged(operations, dice);
            boolean possible = EveryOrder.explains(history);
            assertThat(LinearizabilityChecker.check(history).isEmpty())
                    .as("%s", history)
                    .isEqualTo(possible);
            if (possible) {
                accepted++;
            } else {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_000);
        assertThat(accepted).isGreaterThan(10_000);
    }

    @Test
    void whatWasMadeInOrderPasses() {
        SplittableRandom dice = new SplittableRandom(SEED);
        for (int i = 0; i < 500; i++) {
            List<Operation> operations = RandomHistory.of(dice, 200, 6, 3, 5, i % 2 == 0);
            assertThat(History.of(operations).breaches(SLACK_MILLIS)).isEmpty();
        }
    }

    /** An answer that shows what was there before, in a history of unique values, is a stale read: all are found. */
    @Test
    void oneStaleAnswerInALongHistoryIsFound() {
        SplittableRandom dice = new SplittableRandom(SEED);
        for (int i = 0; i < 20; i++) {
            List<Operation> operations = new ArrayList<>(RandomHistory.of(dice, 3_000, 6, 3, 2, false));
            operations.add(staleReadAtTheEnd(operations));
            assertThat(LinearizabilityChecker.check(operations)).hasSize(1);
            assertThat(IndexChecker.check(operations, SLACK_MILLIS)).isNotEmpty();
        }
    }

    @Test
    void aHundredThousandOperationsAreCheckedInSeconds() throws Exception {
        List<Operation> operations = RandomHistory.of(new SplittableRandom(SEED), 400_000, 30, 50, 2, false);
        assertThat(operations).hasSizeGreaterThan(100_000);
        Path file = folder.resolve("history.txt");
        History.of(operations).write(file);
        long began = System.nanoTime();
        List<Breach> breaches = History.read(file).breaches(SLACK_MILLIS);
        assertThat(breaches).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG_ENOUGH);
    }

    /** The bits of a set of operations are not copied for every step, so one key can have all of them. */
    @Test
    void aHundredThousandOperationsOnOneKeyAreCheckedInSeconds() {
        List<Operation> operations = RandomHistory.of(new SplittableRandom(SEED), 300_000, 12, 1, 0, false);
        assertThat(operations).hasSizeGreaterThan(100_000);
        long began = System.nanoTime();
        assertThat(LinearizabilityChecker.check(operations)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG_ENOUGH);
    }

    @Test
    void aHundredThousandTransactionsAreCheckedInSeconds() {
        List<Transaction> transactions = RandomTransactions.of(new SplittableRandom(SEED), 100_000, 20, 2_000);
        long began = System.nanoTime();
        assertThat(CycleChecker.check(transactions)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LONG_ENOUGH);
    }

    @Test
    void aLineThatIsNoneIsRefused() {
        for (String line : List.of(
                "process=c1",
                "process=c1 key=a begin=1 end=0 do=delete told=none",
                "process=c1 key=a begin=0 end=1 do=fly told=none",
                "process=c1 key=a begin=0 end=1 do=delete told=none more=1",
                "process=c1 key=a begin=0 end=1 do=delete told=saw",
                "process=c1 key=a key=b begin=0 end=1 do=delete told=none")) {
            assertThatThrownBy(() -> History.parse(Stream.of(line)))
                    .as(line)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    // --- histories that are changed
    // ------------------------------------------------------------------------------------

    private static Operation staleReadAtTheEnd(List<Operation> operations) {
        long after = operations.stream().mapToLong(Operation::endNanos).max().orElse(0) + 10;
        List<Operation> writes = operations.stream()
                .filter(each -> each.key().equals("k0")
                        && each.outcome() instanceof Outcome.Wrote
                        && each.written().value() != null)
                .toList();
        Content old = writes.get(writes.size() / 2).written();
        return new Operation(
                "stale",
                "k0",
                after,
                after + 1,
                new Action.Read(Action.Level.LINEARIZABLE, 0),
                new Outcome.Saw(old, operations.size(), 0));
    }

    private static List<Operation> withoutVersions(List<Operation> operations) {
        return operations.stream().map(CheckersTest::withoutVersions).toList();
    }

    private static Operation withoutVersions(Operation operation) {
        Action action = operation.action();
        if (action instanceof Action.Swap swap) {
            action = new Action.Swap(new Content(swap.expected().value(), 0), swap.value());
        } else if (action instanceof Action.DeleteIf delete) {
            action = new Action.DeleteIf(new Content(delete.expected().value(), 0));
        }
        return with(operation, action, withoutVersions(operation.outcome()));
    }

    private static Outcome withoutVersions(Outcome outcome) {
        if (outcome instanceof Outcome.Wrote) {
            return new Outcome.Wrote(0);
        }
        if (outcome instanceof Outcome.Saw saw) {
            return new Outcome.Saw(new Content(saw.content().value(), 0), 0, 0);
        }
        return outcome instanceof Outcome.Unmet ? new Outcome.Unmet(0, 0) : outcome;
    }

    private static List<Operation> withOneAnswerChanged(List<Operation> operations, SplittableRandom dice) {
        List<Operation> changed = new ArrayList<>(operations);
        if (!changed.isEmpty()) {
            int which = dice.nextInt(changed.size());
            changed.set(which, withAnotherAnswer(changed.get(which), dice));
        }
        return changed;
    }

    private static Operation withAnotherAnswer(Operation operation, SplittableRandom dice) {
        if (operation.isRead()) {
            Content content = dice.nextInt(4) == 0 ? Content.ABSENT : new Content("v" + dice.nextInt(3), 0);
            return with(operation, operation.action(), new Outcome.Saw(content, 0, 0));
        }
        return with(
                operation,
                operation.action(),
                operation.outcome() instanceof Outcome.Unmet ? new Outcome.Wrote(0) : new Outcome.Unmet(0, 0));
    }

    private static Operation with(Operation operation, Action action, Outcome outcome) {
        return new Operation(
                operation.process(), operation.key(), operation.beginNanos(), operation.endNanos(), action, outcome);
    }
}
