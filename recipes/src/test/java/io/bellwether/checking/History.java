package io.bellwether.checking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * All that clients did, in any order. In a file an operation and a transaction have a line each; empty lines and lines
 * that begin with {@code #} say nothing.
 */
public record History(List<Operation> operations, List<Transaction> transactions) {
    public History {
        operations = List.copyOf(operations);
        transactions = List.copyOf(transactions);
    }

    public static History of(List<Operation> operations) {
        return new History(operations, List.of());
    }

    public static History of(Operation... operations) {
        return of(List.of(operations));
    }

    /** @throws IllegalArgumentException if a line is not of this form */
    public static History read(Path path) throws IOException {
        try (Stream<String> lines = Files.lines(path, UTF_8)) {
            return parse(lines);
        }
    }

    /** @throws IllegalArgumentException if a line is not of this form */
    public static History parse(Stream<String> lines) {
        List<Operation> operations = new ArrayList<>();
        List<Transaction> transactions = new ArrayList<>();
        lines.filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            if (line.contains(" steps=")) {
                transactions.add(TransactionLine.parse(line));
            } else {
                operations.add(OperationLine.parse(line));
            }
        });
        return new History(operations, transactions);
    }

    public void write(Path path) throws IOException {
        try (BufferedWriter file = Files.newBufferedWriter(path, UTF_8)) {
            for (Operation operation : operations) {
                file.write(operation + "\n");
            }
            for (Transaction transaction : transactions) {
                file.write(transaction + "\n");
            }
        }
    }

    /**
     * All that the checkers find.
     *
     * @param slackMillis by how much the clocks of nodes and clients may differ while a bounded read is under way
     */
    public List<Breach> breaches(long slackMillis) {
        List<Breach> breaches = new ArrayList<>(LinearizabilityChecker.check(operations));
        breaches.addAll(IndexChecker.check(operations, slackMillis));
        breaches.addAll(CycleChecker.check(transactions));
        return breaches;
    }
}
