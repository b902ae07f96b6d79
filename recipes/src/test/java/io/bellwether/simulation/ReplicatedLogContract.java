package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.LogWrite;
import io.bellwether.replication.Position;
import io.bellwether.replication.Promise;
import io.bellwether.replication.ReplicatedLog;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ReplicatedLog} does. Each test begins with a new store; a subclass says how its writes become durable
 * and how its process comes back.
 */
public abstract class ReplicatedLogContract {
    private static final int PLENTY = 1 << 20;

    private long number;

    /** The log as the process that runs now has opened it. */
    protected abstract ReplicatedLog log();

    /** Waits until all that was written is durable, and returns the highest number that was reported since the start. */
    protected abstract long settle();

    /** The process ends, losing nothing that was reported, and another one opens the log. */
    protected abstract void restart();

    /** Hears the number of each write, when it was staged. */
    protected void written(long number) {}

    @Test
    void aNewStoreIsEmpty() {
        assertThat(log().record()).isEqualTo(StoreRecord.NEW);
        assertThat(log().start()).isEqualTo(Position.ZERO);
        assertThat(log().end()).isEqualTo(Position.ZERO);
        assertThat(log().epochStarts()).isEmpty();
    }

    @Test
    void whatIsDurableIsReadBack() {
        List<Entry> entries = entries(1, 5, 1);
        write(entries);
        settle();
        assertThat(log().read(1, PLENTY)).isEqualTo(entries);
        assertThat(log().read(4, PLENTY)).isEqualTo(entries.subList(3, 5));
    }

    @Test
    void aCompletionStandsForAllWritesUpToItsNumber() {
        write(entries(1, 1, 1));
        write(entries(2, 2, 1));
        write(entries(3, 3, 1));
        assertThat(settle()).isEqualTo(number);
        assertThat(log().read(1, PLENTY)).isEqualTo(entries(1, 3, 1));
    }

    @Test
    void entriesOfEveryKindAndSizeComeBackAsTheyWere() {
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }
        List<Entry> entries = List.of(
                Entry.of(1, 1, 0, Entry.Kind.EPOCH_STARTED, Bytes.utf8("n1\nbootstrap")),
                Entry.of(2, 1, Long.MAX_VALUE - 1, Entry.Kind.COMMAND, Bytes.wrap(large)),
                Entry.of(3, 1, Long.MAX_VALUE, Entry.Kind.TICK, Bytes.EMPTY));
        write(entries);
        settle();
        assertThat(log().read(1, 4 << 20)).isEqualTo(entries);
        restart();
        assertThat(log().read(1, 4 << 20)).isEqualTo(entries);
    }

    @Test
    void aReadStopsBeforeTheEntryThatNoLongerFits() {
        List<Entry> entries = entries(1, 5, 1);
        write(entries);
        settle();
        int weightOfThree =
                entries.stream().limit(3).mapToInt(Entry::weightBytes).sum();
        assertThat(log().read(1, weightOfThree)).isEqualTo(entries.subList(0, 3));
        assertThat(log().read(1, weightOfThree - 1)).isEqualTo(entries.subList(0, 2));
    }

    @Test
    void aReadGivesOneEntryHoweverLarge() {
        List<Entry> entries = entries(1, 3, 1);
        write(entries);
        settle();
        assertThat(log().read(2, 0)).isEqualTo(entries.subList(1, 2));
    }

    @Test
    void whatIsNotThereCannotBeRead() {
        assertThatThrownBy(() -> log().read(1, PLENTY)).isInstanceOf(InvariantViolation.class);
        write(entries(1, 3, 1));
        settle();
        assertThatThrownBy(() -> log().read(0, PLENTY)).isInstanceOf(InvariantViolation.class);
        assertThatThrownBy(() -> log().read(4, PLENTY)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aCutMakesRoomForOtherEntries() {
        write(entries(1, 5, 1));
        write(3, entries(3, 4, 2), null);
        settle();
        List<Entry> expected = new ArrayList<>(entries(1, 2, 1));
        expected.addAll(entries(3, 4, 2));
        assertThat(log().read(1, PLENTY)).isEqualTo(expected);
        assertThatThrownBy(() -> log().read(5, PLENTY)).isInstanceOf(InvariantViolation.class);
        restart();
        assertThat(log().end()).isEqualTo(new Position(2, 4));
        assertThat(log().read(1, PLENTY)).isEqualTo(expected);
    }

    @Test
    void aCutAloneShortensTheLog() {
        write(entries(1, 5, 1));
        write(2, List.of(), null);
        settle();
        assertThat(log().read(1, PLENTY)).isEqualTo(entries(1, 1, 1));
        restart();
        assertThat(log().end()).isEqualTo(new Position(1, 1));
    }

    @Test
    void aCutFromTheFirstEntryEmptiesTheLog() {
        write(entries(1, 5, 1));
        settle();
        write(1, List.of(), null);
        settle();
        restart();
        assertThat(log().end()).isEqualTo(Position.ZERO);
        assertThat(log().epochStarts()).isEmpty();
        write(entries(1, 2, 2));
        settle();
        assertThat(log().read(1, PLENTY)).isEqualTo(entries(1, 2, 2));
    }

    @Test
    void anEntryWhoseCutIsStagedIsNeverReadAgain() {
        write(entries(1, 5, 1));
        settle();
        write(3, entries(3, 3, 2), null);
        List<Entry> read = log().read(2, PLENTY);
        assertThat(read.get(0)).isEqualTo(entries(2, 2, 1).get(0));
        assertThat(read.stream().filter(entry -> entry.index() >= 3)).allMatch(entry -> entry.epoch() == 2);
        settle();
        assertThat(log().read(3, PLENTY)).isEqualTo(entries(3, 3, 2));
    }

    @Test
    void manyCutsInARowTakeEffectInTheirOrder() {
        write(entries(1, 10, 1));
        write(8, entries(8, 9, 2), null);
        write(9, entries(9, 12, 3), null);
        write(4, entries(4, 5, 4), null);
        write(entries(6, 6, 4));
        settle();
        List<Entry> expected = new ArrayList<>(entries(1, 3, 1));
        expected.addAll(entries(4, 6, 4));
        assertThat(log().read(1, PLENTY)).isEqualTo(expected);
        restart();
        assertThat(log().end()).isEqualTo(new Position(4, 6));
        assertThat(log().read(1, PLENTY)).isEqualTo(expected);
        assertThat(log().epochStarts()).containsExactly(new Position(1, 1), new Position(4, 4));
    }

    @Test
    void theRecordIsReplacedWholeAndRemembered() {
        StoreRecord first = new StoreRecord("c1", new Promise(3, "claim-a"), 7);
        StoreRecord second = new StoreRecord("c1", new Promise(4, ""), 9);
        write(0, List.of(), first);
        settle();
        restart();
        assertThat(log().record()).isEqualTo(first);
        write(0, List.of(), second);
        write(entries(1, 1, 4));
        settle();
        assertThat(log().record()).as("as it was opened").isEqualTo(first);
        restart();
        assertThat(log().record()).isEqualTo(second);
    }

    @Test
    void oneWriteCutsAppendsAndRecords() {
        StoreRecord record = new StoreRecord("clüster", new Promise(2, "claim\nb"), 1);
        write(entries(1, 3, 1));
        write(2, entries(2, 2, 2), record);
        settle();
        restart();
        assertThat(log().end()).isEqualTo(new Position(2, 2));
        assertThat(log().record()).isEqualTo(record);
    }

    @Test
    void theStoreKeepsItsName() {
        StoreId store = log().storeId();
        restart();
        assertThat(log().storeId()).isEqualTo(store);
    }

    @Test
    void theBeginningOfEachEpochIsKnownAfterARestart() {
        write(entries(1, 3, 1));
        write(entries(4, 4, 3));
        write(entries(5, 9, 7));
        settle();
        restart();
        assertThat(log().epochStarts()).containsExactly(new Position(1, 1), new Position(3, 4), new Position(7, 5));
        write(6, entries(6, 6, 8), null);
        settle();
        restart();
        assertThat(log().epochStarts())
                .containsExactly(new Position(1, 1), new Position(3, 4), new Position(7, 5), new Position(8, 6));
    }

    @Test
    void anEpochThatWasCutAwayNeverBegan() {
        write(entries(1, 3, 1));
        write(entries(4, 6, 2));
        write(4, entries(4, 4, 5), null);
        settle();
        restart();
        assertThat(log().epochStarts()).containsExactly(new Position(1, 1), new Position(5, 4));
    }

    @Test
    void anEpochMayBeginWithinAWrite() {
        List<Entry> entries = new ArrayList<>(entries(1, 2, 1));
        entries.addAll(entries(3, 5, 2));
        write(entries);
        settle();
        restart();
        assertThat(log().epochStarts()).containsExactly(new Position(1, 1), new Position(2, 3));
    }

    @Test
    void anotherProcessGoesOnWhereTheLogEnds() {
        write(entries(1, 3, 1));
        settle();
        restart();
        assertThat(log().end()).isEqualTo(new Position(1, 3));
        write(entries(4, 6, 1));
        assertThat(settle()).isEqualTo(number);
        assertThat(log().read(1, PLENTY)).isEqualTo(entries(1, 6, 1));
    }

    @Test
    void aWriteThatDoesNotContinueTheLogIsAViolation() {
        write(entries(1, 3, 1));
        assertThatThrownBy(() -> write(entries(5, 5, 1))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void anEntryOfAnEpochBelowTheOneBeforeIsAViolation() {
        write(entries(1, 3, 2));
        assertThatThrownBy(() -> write(entries(4, 4, 1))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void theEpochsAreCheckedAcrossACut() {
        write(entries(1, 3, 2));
        write(entries(4, 6, 5));
        write(4, entries(4, 4, 3), null);
        assertThatThrownBy(() -> write(3, entries(3, 3, 1), null)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aCutBehindTheEndIsAViolation() {
        write(entries(1, 3, 1));
        assertThatThrownBy(() -> write(4, entries(4, 4, 1), null)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aDamagedEntryIsNotWritten() {
        Entry good = entries(1, 1, 1).get(0);
        Entry damaged = new Entry(1, 1, good.logTime(), good.kind(), Bytes.utf8("another"), good.checksum());
        assertThatThrownBy(() -> write(List.of(damaged))).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void whatGoesInFrontIsGone() {
        write(entries(1, 9, 1));
        settle();
        compact(4);
        settle();
        assertThatThrownBy(() -> log().read(4, PLENTY)).isInstanceOf(InvariantViolation.class);
        assertThat(log().read(5, PLENTY)).isEqualTo(entries(5, 9, 1));
        restart();
        assertThat(log().start()).isEqualTo(new Position(1, 4));
        assertThat(log().end()).isEqualTo(new Position(1, 9));
        assertThat(log().epochStarts()).containsExactly(new Position(1, 5));
        assertThatThrownBy(() -> log().read(4, PLENTY)).isInstanceOf(InvariantViolation.class);
        assertThat(log().read(5, PLENTY)).isEqualTo(entries(5, 9, 1));
    }

    @Test
    void theEpochsBehindTheNewStartStayAsTheyWere() {
        write(entries(1, 3, 1));
        write(entries(4, 6, 2));
        write(entries(7, 9, 5));
        settle();
        compact(3);
        settle();
        restart();
        assertThat(log().start()).isEqualTo(new Position(1, 3));
        assertThat(log().epochStarts()).containsExactly(new Position(2, 4), new Position(5, 7));
        compact(7);
        write(entries(10, 10, 5));
        settle();
        restart();
        assertThat(log().start()).isEqualTo(new Position(5, 7));
        assertThat(log().epochStarts()).containsExactly(new Position(5, 8));
        assertThat(log().read(8, PLENTY)).isEqualTo(entries(8, 10, 5));
    }

    @Test
    void aLogThatWasCutInFrontAndBehindGoesOn() {
        write(entries(1, 9, 1));
        settle();
        compact(4);
        write(5, List.of(), null);
        write(entries(5, 6, 3));
        settle();
        restart();
        assertThat(log().start()).isEqualTo(new Position(1, 4));
        assertThat(log().epochStarts()).containsExactly(new Position(3, 5));
        assertThat(log().read(5, PLENTY)).isEqualTo(entries(5, 6, 3));
    }

    @Test
    void theLastEntryDoesNotGoInFront() {
        write(entries(1, 3, 1));
        settle();
        assertThatThrownBy(() -> compact(3)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aNumberThatWasLeftOutIsAViolation() {
        write(entries(1, 1, 1));
        number++;
        assertThatThrownBy(() -> write(entries(2, 2, 1))).isInstanceOf(InvariantViolation.class);
    }

    /** Stages entries at the end of the log. */
    protected final void write(List<Entry> entries) {
        write(0, entries, null);
    }

    protected final void write(long cutFrom, List<Entry> entries, @Nullable StoreRecord record) {
        number++;
        log().write(new LogWrite(number, cutFrom, entries, record, 0));
        written(number);
    }

    /** The entries up to this one go. */
    protected final void compact(long to) {
        number++;
        log().write(new LogWrite(number, 0, List.of(), null, to));
        written(number);
    }

    /** Entries of one epoch, both indexes inclusive. The same arguments give equal entries. */
    protected static List<Entry> entries(long first, long last, long epoch) {
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            Bytes payload = Bytes.utf8("entry " + index + " of epoch " + epoch);
            entries.add(Entry.of(index, epoch, 1_000 * epoch + index, Entry.Kind.COMMAND, payload));
        }
        return entries;
    }
}
