package io.bellwether.service.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.checking.Action;
import io.bellwether.checking.Operation;
import io.bellwether.checking.Outcome;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that clients did and were told, in a file and in memory, and counted. */
final class Recorder implements AutoCloseable {
    private final BufferedWriter file;
    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Map<String, Integer>> counts = new TreeMap<>();
    private long highestIndex;

    Recorder(Path path) {
        try {
            file = Files.newBufferedWriter(path, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param kind of the client */
    synchronized void add(String kind, Operation operation) {
        operations.add(operation);
        counts.computeIfAbsent(kind, any -> new TreeMap<>()).merge(word(operation), 1, Integer::sum);
        if (operation.outcome() instanceof Outcome.Wrote wrote) {
            highestIndex = Math.max(highestIndex, wrote.index());
        }
        try {
            file.write(operation + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String word(Operation operation) {
        if (operation.outcome() instanceof Outcome.None) {
            return "none";
        }
        if (operation.outcome() instanceof Outcome.Unknown) {
            return operation.action() instanceof Action.Read ? "none" : "unknown";
        }
        return operation.outcome() instanceof Outcome.Unmet ? "unmet" : "done";
    }

    /** Of the writes that were acknowledged so far. */
    synchronized long highestIndex() {
        return highestIndex;
    }

    synchronized List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** By kind of the client and by outcome. */
    synchronized Map<String, Map<String, Integer>> counts() {
        return counts;
    }

    synchronized int size() {
        return operations.size();
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
