package io.bellwether.service.chaos;

import io.bellwether.checking.Action;
import io.bellwether.checking.Content;
import io.bellwether.checking.Operation;
import io.bellwether.checking.Outcome;
import io.bellwether.service.chaos.Findings.Promise;
import io.bellwether.service.cluster.HttpConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's connection to one node at a time. It repeats nothing by itself, and goes to another node after trouble. */
final class Session implements AutoCloseable {
    static final String TIMEOUT = "3s";

    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Set<Integer> REFUSALS = Set.of(408, 429, 503, 507);

    private final String name;
    private final List<InetSocketAddress> nodes;
    private final Findings findings;
    private final Random dice;
    private int life;
    private @Nullable HttpConnection connection;

    /** @param nodes where the nodes are, or the proxies before them */
    Session(String name, List<InetSocketAddress> nodes, Findings findings, Random dice) {
        this.name = name;
        this.nodes = nodes;
        this.findings = findings;
        this.dice = dice;
    }

    /** Its name in the history: one thing after another. What may still be under way belongs to an earlier one. */
    String process() {
        return name + "." + life;
    }

    String name() {
        return name;
    }

    /** The same client's connection to perhaps another node. */
    Session another() {
        return new Session(name, nodes, findings, dice);
    }

    /** One operation, once. */
    Operation perform(String key, Action action, String... headers) {
        long begin = System.nanoTime();
        Outcome outcome = attempt(key, action, headers);
        Operation operation = new Operation(process(), key, begin, System.nanoTime(), action, outcome);
        if (outcome instanceof Outcome.Unknown) {
            life++;
        }
        return operation;
    }

    /** One sending of an operation. */
    Outcome attempt(String key, Action action, String... headers) {
        HttpConnection current = connect();
        if (current == null) {
            return new Outcome.None(); // nothing was sent
        }
        try {
            Outcome outcome = outcome(key, action, send(current, key, action, headers));
            if (outcome instanceof Outcome.None || outcome instanceof Outcome.Unknown) {
                leaveAtTimes();
            }
            return outcome;
        } catch (IOException e) {
            close();
            return action instanceof Action.Read ? new Outcome.None() : new Outcome.Unknown();
        }
    }

    private static HttpConnection.Answer send(HttpConnection connection, String key, Action action, String... more)
            throws IOException {
        List<String> headers = new ArrayList<>(List.of("Bellwether-Timeout", TIMEOUT));
        headers.addAll(List.of(more));
        if (action instanceof Action.Read read) {
            String level =
                    switch (read.level()) {
                        case LINEARIZABLE -> "";
                        case BOUNDED -> "?consistency=bounded&max-staleness=2s";
                        case LOCAL -> "?consistency=local";
                    };
            if (read.minIndex() > 0) {
                headers.addAll(List.of("Bellwether-Min-Index", Long.toString(read.minIndex())));
            }
            return connection.get("/v1/kv/" + key + level, headers.toArray(String[]::new));
        }
        if (action instanceof Action.Create create) {
            headers.addAll(List.of("If-None-Match", "*"));
            return connection.put(key, create.value(), headers.toArray(String[]::new));
        }
        if (action instanceof Action.Swap swap) {
            headers.addAll(ifMatch(swap.expected()));
            return connection.put(key, swap.value(), headers.toArray(String[]::new));
        }
        if (action instanceof Action.DeleteIf delete) {
            headers.addAll(ifMatch(delete.expected()));
            return connection.delete(key, headers.toArray(String[]::new));
        }
        if (action instanceof Action.Write write) {
            return connection.put(key, write.value(), headers.toArray(String[]::new));
        }
        return connection.delete(key, headers.toArray(String[]::new));
    }

    private static List<String> ifMatch(Content expected) {
        return List.of("If-Match", "\"" + expected.version() + "\"");
    }

    /** What an answer says. One that no client should ever get is a finding. */
    Outcome outcome(String key, Action action, HttpConnection.Answer answer) {
        boolean read = action instanceof Action.Read;
        if (answer.succeeded()) {
            return read
                    ? new Outcome.Saw(
                            new Content(answer.text(), version(answer.etag())), answer.index(), staleness(answer))
                    : new Outcome.Wrote(answer.index());
        }
        if (answer.status() == 404 && answer.text().contains("key-not-found")) {
            return read
                    ? new Outcome.Saw(Content.ABSENT, answer.index(), staleness(answer))
                    : new Outcome.Unmet(answer.index(), 0);
        }
        if (answer.status() == 412 && !read) {
            return new Outcome.Unmet(answer.index(), version(answer.etag()));
        }
        boolean refused = REFUSALS.contains(answer.status());
        if ((read && (refused || answer.status() == 504))
                || (refused && answer.outcome().equals("none"))) {
            return new Outcome.None();
        }
        if (!read && answer.status() == 504 && answer.outcome().equals("unknown")) {
            return new Outcome.Unknown();
        }
        findings.add(Promise.VIOLATION, name + " asked for " + action + " of " + key + " and was answered " + answer);
        return new Outcome.Unknown();
    }

    private static long version(String etag) {
        return etag.isEmpty() ? 0 : Long.parseLong(etag.replace("\"", ""));
    }

    private static long staleness(HttpConnection.Answer answer) {
        String told = answer.field("Bellwether-Staleness");
        return told.isEmpty() ? -1 : Long.parseLong(told);
    }

    /** A connection to any node; null if it takes none. */
    @Nullable
    HttpConnection connect() {
        if (connection == null) {
            try {
                connection = new HttpConnection(nodes.get(dice.nextInt(nodes.size())), SILENCE);
            } catch (IOException e) {
                return null; // it is down, or hangs
            }
        }
        return connection;
    }

    private void leaveAtTimes() {
        if (dice.nextInt(3) == 0) {
            close();
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
