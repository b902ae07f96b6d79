package io.bellwether.service.trial;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Measures a cluster that runs, and etcd beside it, in turns: whatever else the machine does meanwhile meets both.
 * Started by {@code scripts/bench}. The table (or JSON) goes to stdout, talk to stderr.
 */
public final class Bench {
    private final BenchPlan plan;
    private final List<Contestant> contestants = new ArrayList<>();
    private final ServerProcesses self =
            new ServerProcesses(List.of(ProcessHandle.current().pid()));
    private final Map<Case, Map<Contestant, Tally>> tallies = new LinkedHashMap<>();

    private record Case(Operation operation, LoadShape shape) {}

    private Bench(BenchPlan plan) {
        this.plan = plan;
        Questions questions = new Questions();
        if (!plan.bellwether().isEmpty()) {
            contestants.add(Contestant.bellwether(plan.bellwether(), questions));
        }
        if (!plan.etcd().isEmpty()) {
            contestants.add(Contestant.etcd(plan.etcd(), questions));
        }
    }

    public static void main(String[] arguments) throws IOException {
        Bench bench = new Bench(BenchPlan.parse(List.of(arguments)));
        bench.run();
        System.out.print(bench.plan.json() ? bench.json() : bench.table());
    }

    private void run() throws IOException {
        say("This takes about " + (plan.expectedDuration().toSeconds() / 60 + 1) + " minutes.");
        for (Contestant contestant : contestants) {
            warmUp(contestant);
        }
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Operation operation : plan.operations()) {
                say("Round " + round + " of " + plan.rounds() + ": " + operation.title());
                for (LoadShape shape : plan.shapes()) {
                    for (Contestant contestant : contestants) {
                        measure(contestant, new Case(operation, shape), round);
                    }
                }
            }
        }
    }

    /** Writes every key, then runs each operation for an equal part of the time: compilers need the load they'll get. */
    private void warmUp(Contestant contestant) throws IOException {
        say("Warming up " + contestant.title() + " for " + plan.warmUp().toSeconds() + " s");
        Operation first = Operation.PUT_AT_LEADER;
        LoadResult written = Load.once(contestant.serverFor(first).address(), contestant.workload(first), 16);
        if (written.errors() > 0) {
            throw new IOException(written.errors() + " of the first writes to " + contestant.title() + " failed");
        }
        Duration part = plan.warmUp().dividedBy(plan.operations().size());
        for (Operation operation : plan.operations()) {
            Load.closed(contestant.serverFor(operation).address(), contestant.workload(operation), 64, part, 0);
        }
    }

    private void measure(Contestant contestant, Case what, int round) throws IOException {
        ServerProcesses servers = contestant.processes();
        Server server = contestant.serverFor(what.operation());
        Workload workload = contestant.workload(what.operation());
        LoadShape shape = what.shape();
        Duration serverBefore = servers.processorTime();
        Duration clientBefore = self.processorTime();
        LoadResult result = shape.isOpen()
                ? Load.open(server.address(), workload, shape.connections(), plan.round(), shape.ratePerSecond(), round)
                : Load.closed(server.address(), workload, shape.connections(), plan.round(), round);
        tallies.computeIfAbsent(what, key -> new LinkedHashMap<>())
                .computeIfAbsent(contestant, key -> new Tally())
                .add(
                        result,
                        servers.processorTime().minus(serverBefore),
                        self.processorTime().minus(clientBefore));
    }

    private String table() throws IOException {
        StringBuilder table = new StringBuilder();
        String line = "%-18s %-8s %-10s %9s %8s %8s %8s %7s %7s %6s %6s%n";
        table.append(line.formatted(
                "OPERATION",
                "LOAD",
                "SYSTEM",
                "OPS/S",
                "P50-MS",
                "P99-MS",
                "P99.9-MS",
                "CPU-US",
                "GEN-US",
                "ERRORS",
                "RATIO"));
        for (Map.Entry<Case, Map<Contestant, Tally>> row : tallies.entrySet()) {
            for (Map.Entry<Contestant, Tally> cell : row.getValue().entrySet()) {
                Tally tally = cell.getValue();
                table.append(line.formatted(
                        row.getKey().operation().title(),
                        row.getKey().shape().title(),
                        cell.getKey().title(),
                        decimal("%.0f", tally.operationsPerSecond()),
                        decimal("%.2f", tally.millisAt(50)),
                        decimal("%.2f", tally.millisAt(99)),
                        decimal("%.2f", tally.millisAt(99.9)),
                        decimal("%.0f", tally.serverMicrosPerOperation()),
                        decimal("%.0f", tally.clientMicrosPerOperation()),
                        tally.errors(),
                        ratio(row.getValue(), cell.getKey())));
            }
        }
        table.append("\nCPU-US: processor time of all three servers together, GEN-US: of the load generator, ")
                .append("in microseconds per operation.\n");
        for (Contestant contestant : contestants) {
            table.append("Memory of the largest server of %s: %d MiB%n"
                    .formatted(contestant.title(), contestant.processes().largestResidentMebibytes()));
        }
        return table.toString();
    }

    /** How often Bellwether does it while etcd does it once. */
    private String ratio(Map<Contestant, Tally> row, Contestant contestant) {
        if (contestants.size() < 2 || contestant != contestants.get(0)) {
            return "";
        }
        return decimal("%.1f", ratio(row));
    }

    private double ratio(Map<Contestant, Tally> row) {
        Tally ours = row.getOrDefault(contestants.get(0), new Tally());
        Tally theirs = row.getOrDefault(contestants.get(1), new Tally());
        return ours.operationsPerSecond() / theirs.operationsPerSecond();
    }

    private String json() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode report = mapper.createObjectNode()
                .put("warmUpSeconds", plan.warmUp().toSeconds())
                .put("roundSeconds", plan.round().toSeconds())
                .put("rounds", plan.rounds());
        ArrayNode rows = report.putArray("results");
        for (Map.Entry<Case, Map<Contestant, Tally>> entry : tallies.entrySet()) {
            LoadShape shape = entry.getKey().shape();
            ObjectNode row = rows.addObject()
                    .put("operation", entry.getKey().operation().word())
                    .put("loop", shape.isOpen() ? "open" : "closed")
                    .put("connections", shape.connections());
            if (shape.isOpen()) {
                row.put("ratePerSecond", shape.ratePerSecond());
            }
            entry.getValue().forEach((contestant, tally) -> row.set(name(contestant), tally.json(mapper)));
            if (contestants.size() == 2 && !shape.isOpen()) {
                row.put("ratio", ratio(entry.getValue()));
            }
        }
        ObjectNode memory = report.putObject("largestResidentMebibytes");
        for (Contestant contestant : contestants) {
            memory.put(name(contestant), contestant.processes().largestResidentMebibytes());
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n";
    }

    private static String name(Contestant contestant) {
        return contestant.title().toLowerCase(Locale.ROOT);
    }

    /** With a point, whatever the locale. */
    private static String decimal(String format, double number) {
        return String.format(Locale.ROOT, format, number);
    }

    private static void say(String words) {
        System.err.println(words);
    }
}
