package io.bellwether.checking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether transactions on lists can have taken effect one after another, in an order that agrees with real time. What was
 * seen tells which must come before which: a list shows the order of its appends, and every look stands after the append
 * that it saw last and before the next one. If these and real time go round in a circle there is no such order
 * (K. Kingsbury, P. Alvaro, "Elle: inferring isolation anomalies from experimental observations", 2020).
 */
public final class CycleChecker {
    private final List<Transaction> transactions;
    private final List<Breach> breaches = new ArrayList<>();
    /** Who appended an element to a key. */
    private final Map<Element, Integer> appenders = new HashMap<>();
    /** The longest sight of each key. */
    private final TreeMap<String, Sight> longest = new TreeMap<>();

    private final List<Sight> sights = new ArrayList<>();
    private final Graph graph;

    private record Element(String key, String element) {}

    /** What a transaction saw of a key before it appended to it. */
    private record Sight(int transaction, String key, List<String> elements) {}

    private CycleChecker(List<Transaction> all) {
        this.transactions = all;
        this.graph = new Graph(3 * all.size());
    }

    public static List<Breach> check(List<Transaction> transactions) {
        CycleChecker checker = new CycleChecker(transactions);
        checker.noteAppends();
        checker.noteSights();
        checker.checkSights();
        if (checker.breaches.isEmpty()) {
            checker.orderByWhatWasSeen();
            checker.orderByTime();
            checker.findCycle();
        }
        return checker.breaches;
    }

    private void check(boolean holds, String promise, Object evidence, Object... more) {
        if (!holds) {
            StringBuilder text = new StringBuilder(String.valueOf(evidence));
            for (Object each : more) {
                text.append(" | ").append(each);
            }
            breaches.add(new Breach(promise, text.toString()));
        }
    }

    // --- what was done and seen --------------------------------------------------------------------------------------

    private void noteAppends() {
        for (int i = 0; i < transactions.size(); i++) {
            for (Transaction.Step step : transactions.get(i).steps()) {
                if (step instanceof Transaction.Step.Append append) {
                    Integer before = appenders.put(new Element(append.key(), append.element()), i);
                    if (before != null) {
                        throw new IllegalArgumentException(
                                append + " stands twice in the history; nothing can be told from it");
                    }
                }
            }
        }
    }

    private void noteSights() {
        for (int i = 0; i < transactions.size(); i++) {
            if (transactions.get(i).fate() == Transaction.Fate.COMMITTED) {
                noteSights(i);
            }
        }
        for (Sight sight : sights) {
            longest.merge(
                    sight.key(),
                    sight,
                    (one, other) -> other.elements().size() > one.elements().size() ? other : one);
        }
    }

    /** A transaction sees its own appends at the end of what it would have seen without them. */
    private void noteSights(int number) {
        Map<String, List<String>> appended = new HashMap<>();
        Map<String, List<String>> seen = new HashMap<>();
        for (Transaction.Step step : transactions.get(number).steps()) {
            if (step instanceof Transaction.Step.Append append) {
                appended.computeIfAbsent(append.key(), none -> new ArrayList<>())
                        .add(append.element());
            } else if (step instanceof Transaction.Step.Look look) {
                List<String> own = appended.getOrDefault(look.key(), List.of());
                int before = look.elements().size() - own.size();
                boolean endsWithOwn = before >= 0
                        && look.elements()
                                .subList(before, look.elements().size())
                                .equals(own);
                check(endsWithOwn, "a transaction sees what it appended itself", transactions.get(number));
                if (endsWithOwn) {
                    List<String> others = look.elements().subList(0, before);
                    List<String> earlier = seen.putIfAbsent(look.key(), others);
                    check(
                            earlier == null || earlier.equals(others),
                            "a transaction sees the same twice",
                            transactions.get(number));
                    sights.add(new Sight(number, look.key(), others));
                }
            }
        }
    }

    private void checkSights() {
        for (Sight sight : sights) {
            Transaction reader = transactions.get(sight.transaction());
            Set<String> distinct = new HashSet<>(sight.elements());
            check(distinct.size() == sight.elements().size(), "an append takes effect once", reader);
            for (String element : sight.elements()) {
                Integer appender = appenders.get(new Element(sight.key(), element));
                check(appender != null, "what is seen was appended by somebody", reader, element);
                check(
                        appender == null || transactions.get(appender).fate() != Transaction.Fate.NONE,
                        "what was denied never happens",
                        reader,
                        element);
            }
            List<String> full = longestOf(sight.key());
            boolean prefix = full.subList(
                            0, Math.min(full.size(), sight.elements().size()))
                    .equals(sight.elements());
            check(
                    prefix,
                    "all see one order",
                    reader,
                    transactions.get(longest.getOrDefault(sight.key(), sight).transaction()));
            checkWhole(sight, reader);
        }
    }

    /** What is seen last of somebody's appends to a key is all of them. */
    private void checkWhole(Sight sight, Transaction reader) {
        if (sight.elements().isEmpty()) {
            return;
        }
        String last = sight.elements().get(sight.elements().size() - 1);
        Integer appender = appenders.get(new Element(sight.key(), last));
        if (appender != null) {
            String lastAppended = "";
            for (Transaction.Step step : transactions.get(appender).steps()) {
                if (step instanceof Transaction.Step.Append append
                        && append.key().equals(sight.key())) {
                    lastAppended = append.element();
                }
            }
            check(lastAppended.equals(last), "nobody sees half a transaction", reader, transactions.get(appender));
        }
    }

    private List<String> longestOf(String key) {
        Sight sight = longest.get(key);
        return sight == null ? List.of() : sight.elements();
    }

    // --- which comes before which ------------------------------------------------------------------------------------

    private void orderByWhatWasSeen() {
        Map<Element, Integer> places = new HashMap<>();
        longest.forEach((key, sight) -> {
            Integer before = null;
            for (int place = 0; place < sight.elements().size(); place++) {
                Element element = new Element(key, sight.elements().get(place));
                places.put(element, place);
                Integer appender = appenders.get(element);
                if (before != null && appender != null) {
                    graph.edge(before, appender, "appended before");
                }
                before = appender;
            }
        });
        appenders.forEach((element, appender) -> {
            boolean unseen = !places.containsKey(element);
            Sight sight = longest.get(element.key());
            if (unseen && sight != null && transactions.get(appender).fate() == Transaction.Fate.COMMITTED) {
                graph.edge(sight.transaction(), appender, "looked before");
                lastSeen(sight, sight.elements().size()).forEach(last -> graph.edge(last, appender, "appended before"));
            }
        });
        for (Sight sight : sights) {
            int size = sight.elements().size();
            lastSeen(sight, size).forEach(last -> graph.edge(last, sight.transaction(), "was seen by"));
            List<String> full = longestOf(sight.key());
            if (full.size() > size) {
                lastSeen(new Sight(sight.transaction(), sight.key(), full), size + 1)
                        .forEach(next -> graph.edge(sight.transaction(), next, "looked before"));
            }
        }
    }

    /** Who appended the last of the first {@code size} elements; none if there are none. */
    private List<Integer> lastSeen(Sight sight, int size) {
        if (size == 0) {
            return List.of();
        }
        Integer appender =
                appenders.get(new Element(sight.key(), sight.elements().get(size - 1)));
        return appender == null ? List.of() : List.of(appender);
    }

    /**
     * Whatever had ended before another began stands before it. In the place of an edge for each pair, a chain of
     * moments: an end leads to the next moment, and every moment to what begins after it.
     */
    private void orderByTime() {
        List<Integer> events = new ArrayList<>();
        for (int i = 0; i < transactions.size(); i++) {
            events.add(2 * i);
            if (transactions.get(i).fate() == Transaction.Fate.COMMITTED) {
                events.add(2 * i + 1);
            }
        }
        events.sort(Comparator.comparingLong(this::time).thenComparingInt(event -> event & 1));
        int moment = transactions.size();
        for (int event : events) {
            int transaction = event / 2;
            if ((event & 1) == 0) {
                graph.edge(moment, transaction, "ended before");
            } else {
                graph.edge(moment, moment + 1, "ended before");
                moment++;
                graph.edge(transaction, moment, "ended before");
            }
        }
    }

    private long time(int event) {
        Transaction transaction = transactions.get(event / 2);
        return (event & 1) == 0 ? transaction.beginNanos() : transaction.endNanos();
    }

    private void findCycle() {
        List<Graph.Edge> cycle = graph.cycle();
        if (cycle != null) {
            StringBuilder text = new StringBuilder();
            for (Graph.Edge edge : cycle) {
                if (edge.from() < transactions.size()) {
                    text.append(transactions.get(edge.from()))
                            .append(" | ")
                            .append(edge.why())
                            .append(" | ");
                }
            }
            breaches.add(new Breach("transactions take effect one after another", text + "the first"));
        }
    }
}
