package io.bellwether.service.failpoints;

import io.bellwether.checking.Action;
import io.bellwether.checking.Content;
import io.bellwether.checking.Operation;
import io.bellwether.checking.Outcome;
import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Tables;
import io.bellwether.service.data.Command;
import io.bellwether.service.data.CommandCodec;
import io.bellwether.service.data.Condition;
import io.bellwether.service.data.RecordReader;
import io.bellwether.service.data.Result;
import io.bellwether.service.data.ResultCodec;
import io.bellwether.service.data.StoredRecord;
import io.bellwether.service.node.ReadOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A client that does one thing after another, at any node that runs. It repeats nothing by itself. */
final class Client {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    /** A node answers at the deadline at the latest, and its end breaks the connection. */
    private static final long ANSWER_SECONDS = 20;

    private static final long MAX_STALENESS_MILLIS = 2_000;

    private final String name;
    private final List<Machine> machines;
    private final Journal journal;
    private final Random dice;
    private int life;

    Client(String name, List<Machine> machines, Journal journal, Random dice) {
        this.name = name;
        this.machines = machines;
        this.journal = journal;
        this.dice = dice;
    }

    String name() {
        return name;
    }

    Random dice() {
        return dice;
    }

    /** Its name in the history. What may still be under way belongs to an earlier one. */
    String process() {
        return name + "." + life;
    }

    /** One operation, once, at any node. */
    Operation perform(String key, Action action) {
        long begin = System.nanoTime();
        Outcome outcome = attempt(key, action);
        Operation operation = new Operation(process(), key, begin, System.nanoTime(), action, outcome);
        if (outcome instanceof Outcome.Unknown) {
            life++;
        }
        return operation;
    }

    private Outcome attempt(String key, Action action) {
        ClientsDoor node = connect();
        if (node == null) {
            return new Outcome.None(); // nothing was sent
        }
        return action instanceof Action.Read read
                ? read(node, key, read)
                : write(send(node, key, action, Optional.empty()), key, action);
    }

    /** One sending of a write that may be sent again, to two nodes at once at times: both must tell of the same. */
    Outcome attemptOnce(String key, Action.Write action, String once) {
        ClientsDoor node = connect();
        if (node == null) {
            return new Outcome.None();
        }
        Optional<RequestId.Keyed> id = Optional.of(new RequestId.Keyed(once, Bytes.utf8(key + " " + action.value())));
        CompletableFuture<WriteOutcome> first = send(node, key, action, id);
        ClientsDoor other = dice.nextInt(4) == 0 ? connect() : null;
        CompletableFuture<WriteOutcome> second = other == null ? first : send(other, key, action, id);
        Outcome one = write(first, key, action);
        Outcome two = write(second, key, action);
        if (one instanceof Outcome.Wrote && two instanceof Outcome.Wrote && !one.equals(two)) {
            journal.problem(once + " was applied twice: " + one + " and " + two);
        }
        return one instanceof Outcome.Wrote ? one : two;
    }

    private @Nullable ClientsDoor connect() {
        Life running = machines.get(dice.nextInt(machines.size())).life();
        return running == null ? null : running.clients();
    }

    private static CompletableFuture<WriteOutcome> send(
            ClientsDoor node, String key, Action action, Optional<RequestId.Keyed> id) {
        return node.write(CommandCodec.encode(command(Bytes.utf8(key), action)), id, TIMEOUT);
    }

    private static Command command(Bytes key, Action action) {
        if (action instanceof Action.Write write) {
            return put(key, Condition.ALWAYS, write.value());
        }
        if (action instanceof Action.Create create) {
            return put(key, Condition.ABSENT, create.value());
        }
        if (action instanceof Action.Swap swap) {
            return put(key, madeBy(swap.expected()), swap.value());
        }
        return new Command.Delete(
                key, action instanceof Action.DeleteIf delete ? madeBy(delete.expected()) : Condition.ALWAYS);
    }

    private static Command put(Bytes key, Condition condition, String value) {
        return new Command.Put(key, condition, "text/plain", Bytes.utf8(value));
    }

    private static Condition madeBy(Content expected) {
        return new Condition.MadeBy(List.of(expected.version()));
    }

    private Outcome write(CompletableFuture<WriteOutcome> answer, String key, Action action) {
        WriteOutcome outcome = await(answer);
        if (outcome instanceof WriteOutcome.Decided decided) {
            return decided(decided, key, action);
        }
        if (outcome instanceof WriteOutcome.Refused) {
            return new Outcome.None();
        }
        if (outcome instanceof WriteOutcome.KeyReused) {
            journal.problem(name + " asked for " + action + " of " + key + ": its key is said to stand for another");
        }
        return new Outcome.Unknown();
    }

    private Outcome decided(WriteOutcome.Decided decided, String key, Action action) {
        Result result = ResultCodec.decode(decided.result());
        if (result instanceof Result.ConditionFailed failed) {
            return new Outcome.Unmet(decided.index(), failed.index());
        }
        if (result instanceof Result.NotFound) {
            return new Outcome.Unmet(decided.index(), 0);
        }
        if (result instanceof Result.NotUnderstood) {
            journal.problem(name + " asked for " + action + " of " + key + ": it was not understood");
        }
        return new Outcome.Wrote(decided.index());
    }

    private Outcome read(ClientsDoor node, String key, Action.Read read) {
        ReadLevel level =
                switch (read.level()) {
                    case LINEARIZABLE -> new ReadLevel.Linearizable();
                    case BOUNDED -> new ReadLevel.Bounded(MAX_STALENESS_MILLIS);
                    case LOCAL -> new ReadLevel.Local();
                };
        ReadOutcome outcome = await(node.read(level, read.minIndex(), TIMEOUT));
        if (!(outcome instanceof ReadOutcome.Ready ready)) {
            return new Outcome.None();
        }
        try (Tables.View view = ready.view()) {
            StoredRecord stored = new RecordReader(view).get(Bytes.utf8(key));
            Content content =
                    stored == null ? Content.ABSENT : new Content(stored.value().utf8(), stored.index());
            return new Outcome.Saw(content, view.applied().index(), ready.stalenessMillis());
        }
    }

    /** Null where the connection broke. */
    private static <T> @Nullable T await(CompletableFuture<T> answer) {
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClientsDoor.ConnectionBroken) {
                return null;
            }
            throw new IllegalStateException("a client is answered, or its connection breaks", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("a client got no answer within " + ANSWER_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
