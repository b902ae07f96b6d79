package io.bellwether.scenarios;

import io.bellwether.replication.Entry;
import io.bellwether.replication.InvariantViolation;
import io.bellwether.replication.Message;
import io.bellwether.replication.StoreId;
import io.bellwether.replication.StoreRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What holds in every scenario, whatever its script does: the promises to clients, and what they rest on. */
final class Ledger {
    private final List<Entry> committed = new ArrayList<>();
    private final Map<StoreId, Long> promised = new HashMap<>();
    private long acknowledgedIndex;

    /** A replica has applied these entries. */
    void applied(List<Entry> entries) {
        for (Entry entry : entries) {
            int place = Math.toIntExact(entry.index() - 1);
            if (place < committed.size()) {
                check(
                        committed.get(place).position().equals(entry.position()),
                        "one committed value per index: " + committed.get(place).position() + " and then "
                                + entry.position());
            } else {
                check(place == committed.size(), "nothing is applied before what stands before it");
                boolean later = place == 0 || committed.get(place - 1).logTime() <= entry.logTime();
                check(later, "log time never goes back");
                committed.add(entry);
            }
        }
    }

    /** A message leaves: what it vouches for is on the disk. */
    void sent(StoreId from, Message message, StoreRecord durable, long durableEnd) {
        if (message instanceof Message.Promised answer) {
            check(durable.promise().epoch() >= answer.epoch(), "a promise is durable before it is given");
            promised.merge(from, answer.epoch(), Math::max);
        } else if (message instanceof Message.Appended answer) {
            check(durable.promise().epoch() >= answer.epoch(), "an epoch is durable before anything is acknowledged");
            check(answer.matchIndex() <= durableEnd, "an entry is durable before it is acknowledged");
            promised.merge(from, answer.epoch(), Math::max);
        }
    }

    /** A process opens a store. */
    void opened(StoreId store, StoreRecord durable) {
        check(durable.promise().epoch() >= promised.getOrDefault(store, 0L), "a replica never forgets a promise");
    }

    /** A script gave the disk an old state: what it had promised is forgotten by decree. */
    void rolledBack(StoreId store) {
        promised.remove(store);
    }

    /** An operator has given up what was committed behind this index (Rule 10.11). */
    void givenUp(long keptIndex) {
        while (committed.size() > keptIndex) {
            committed.remove(committed.size() - 1);
        }
        acknowledgedIndex = Math.min(acknowledgedIndex, keptIndex);
    }

    void acknowledged(long index) {
        check(index <= committed.size(), "what is acknowledged was applied");
        acknowledgedIndex = Math.max(acknowledgedIndex, index);
    }

    long acknowledgedIndex() {
        return acknowledgedIndex;
    }

    void read(long index, long acknowledgedBefore) {
        check(
                index >= acknowledgedBefore,
                "a read sees what was acknowledged before it began: it saw " + index + ", and " + acknowledgedBefore
                        + " was");
    }

    private static void check(boolean holds, String rule) {
        if (!holds) {
            throw new InvariantViolation(rule);
        }
    }
}
