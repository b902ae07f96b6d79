package io.bellwether.checking;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Transactions on lists that took effect one after another, with the times that their clients saw. */
final class RandomTransactions {
    private static final int LONGEST_LIST = 50;

    private RandomTransactions() {}

    static List<Transaction> of(SplittableRandom dice, int size, int processes, int keys) {
        List<Transaction> transactions = new ArrayList<>();
        Map<String, List<String>> store = new HashMap<>();
        long[] free = new long[processes];
        long now = 0;
        while (transactions.size() < size) {
            now += dice.nextInt(1, 20);
            int process = dice.nextInt(processes);
            if (free[process] < now) {
                long begin = free[process] + dice.nextLong(now - free[process]) + 1;
                long end = now + dice.nextInt(100);
                free[process] = end + 1;
                List<Transaction.Step> steps = new ArrayList<>();
                for (int i = dice.nextInt(1, 4); i > 0; i--) {
                    steps.add(step(dice, keys, transactions.size() + "-" + i, store));
                }
                boolean told = dice.nextInt(50) > 0;
                transactions.add(new Transaction(
                        "c" + process,
                        begin,
                        end,
                        steps,
                        told ? Transaction.Fate.COMMITTED : Transaction.Fate.UNKNOWN));
            }
        }
        return transactions;
    }

    private static Transaction.Step step(
            SplittableRandom dice, int keys, String element, Map<String, List<String>> store) {
        String key = "k" + dice.nextInt(keys);
        List<String> list = store.computeIfAbsent(key, none -> new ArrayList<>());
        if (dice.nextBoolean() && list.size() < LONGEST_LIST) {
            list.add(element);
            return new Transaction.Step.Append(key, element);
        }
        return new Transaction.Step.Look(key, list);
    }
}
