package io.bellwether.simulation;

import io.bellwether.gateway.ReadLevel;
import io.bellwether.gateway.ReadVerdict;
import io.bellwether.gateway.RequestId;
import io.bellwether.gateway.WriteOutcome;
import io.bellwether.replication.Bytes;
import io.bellwether.replication.Position;
import io.bellwether.replication.Tables;
import java.util.Optional;

/**
 * A client: one operation after another, each at some node, sometimes with an idempotency key of its own, with which it
 * asks again, at another node, when it was not told what became of a write.
 */
final class SimulatedClient {
    private static final int REGISTERS = 5;
    private static final int MAX_TRIES = 8;

    /** One in so many uses of a key is followed by another request under the same key. */
    private static final int KEY_REUSE = 20;

    private final World world;
    /** The highest index that this client has seen: it reads its own writes with it. */
    private long seenIndex;

    private boolean stopped;

    SimulatedClient(World world) {
        this.world = world;
    }

    void start() {
        think();
    }

    void stop() {
        stopped = true;
    }

    /** An index behind this one, from before something was given up, may name something else by now (Rule 10.13). */
    void countsUpTo(long index) {
        seenIndex = Math.min(seenIndex, index);
    }

    private void think() {
        world.at(
                world.nowMicros()
                        + world.dice().nextLong(1_000, 1_000L * world.weather().maxThinkMillis()),
                () -> {
                    if (!stopped) {
                        act();
                    }
                });
    }

    private void act() {
        int what = world.dice().nextInt(100);
        if (what < 60) {
            write();
        } else if (what < 85) {
            read(new ReadLevel.Linearizable(), 0);
        } else if (what < 95) {
            read(new ReadLevel.Bounded(world.dice().nextLong(20, 3_000)), 0);
        } else {
            read(new ReadLevel.Local(), seenIndex);
        }
    }

    // --- writes ----------------------------------------------------------------------------------------------------

    /** A write, from its first attempt to its last. */
    private final class Write {
        final Registers.SetRegister set;
        final Optional<RequestId.Keyed> key;
        final long beganMicros = world.nowMicros();
        int tries;
        boolean uncertain;
        boolean answered;

        Write() {
            long operation = world.nextOperation();
            int register = world.dice().nextInt(REGISTERS);
            long expected = world.dice().nextInt(3) == 0
                    ? world.truth().at(register, world.truth().committedIndex()).index()
                    : -1;
            set = new Registers.SetRegister(operation, register, expected);
            key = world.dice().nextInt(5) < 2
                    ? Optional.of(new RequestId.Keyed("key-" + operation, Bytes.utf8("f" + operation)))
                    : Optional.empty();
        }

        void attempt() {
            SimulatedNode node = world.anyNode();
            tries++;
            if (!node.up()) {
                tryAgainOrGiveUp();
                return;
            }
            answered = false;
            if (key.isPresent() && world.dice().nextInt(8) == 0) {
                attemptElsewhereToo();
            }
            int attempt = tries;
            int life = node.life();
            long timeout = world.dice().nextLong(300, 5_000);
            world.trace(() -> "client writes " + set + " at " + node.id());
            node.event(
                    life,
                    serving -> serving.write(set.encode(), key, timeout, outcome -> {
                        if (attempt == tries && !answered) {
                            answered = true;
                            onOutcome(outcome);
                        }
                    }));
            node.onConnectionLost(life, () -> {
                if (attempt == tries && !answered) {
                    answered = true;
                    uncertain = true;
                    tryAgainOrGiveUp();
                }
            });
        }

        /** The same key at the same time at another node: whatever each says, it takes effect once. */
        private void attemptElsewhereToo() {
            SimulatedNode other = world.anyNode();
            uncertain = true;
            world.totals().count("keys at two nodes at once");
            other.event(
                    other.life(),
                    serving -> serving.write(set.encode(), key, 2_000, outcome -> {
                        if (outcome instanceof WriteOutcome.Decided decided) {
                            acknowledged(decided);
                        }
                    }));
        }

        private void onOutcome(WriteOutcome outcome) {
            world.trace(() -> "client hears " + outcome + " for " + set);
            world.exercised().told(outcome);
            if (outcome instanceof WriteOutcome.Decided decided) {
                boolean stands = acknowledged(decided);
                if (stands) {
                    world.history().add(new History.Operation(beganMicros, world.nowMicros(), decided.index(), true));
                    seenIndex = Math.max(seenIndex, decided.index());
                }
                world.totals().count("acknowledged writes");
                if (key.isPresent() && world.dice().nextInt(KEY_REUSE) == 0 && stands) {
                    reuseKey(key.get());
                }
                think();
            } else if (outcome instanceof WriteOutcome.Unknown) {
                uncertain = true;
                tryAgainOrGiveUp();
            } else if (outcome instanceof WriteOutcome.Refused refused) {
                if (!uncertain) {
                    world.truth().denied(set.operation(), refused.reason() + " at " + world.nowMicros());
                    world.totals().count("denied writes");
                }
                think();
            } else {
                world.truth().check(false, "no key is reused in this world: " + set);
            }
        }

        /** Returns whether it stands. */
        private boolean acknowledged(WriteOutcome.Decided decided) {
            boolean fitted = decided.result().at(0) == 1;
            Position position = new Position(decided.epoch(), decided.index());
            return world.truth().acknowledged(set.operation(), position, fitted, world.nowMicros());
        }

        /** Another request under a key that is known: it never happens, whatever becomes of leaders and disks (Rule 9.3). */
        private void reuseKey(RequestId.Keyed known) {
            Registers.SetRegister other = new Registers.SetRegister(world.nextOperation(), set.register(), -1);
            world.truth().deniedByItsKey(other.operation());
            Optional<RequestId.Keyed> reused = Optional.of(new RequestId.Keyed(known.key(), Bytes.utf8("another")));
            SimulatedNode node = world.anyNode();
            world.soon(
                    node.id(),
                    node.life(),
                    serving -> serving.write(other.encode(), reused, 2_000, outcome -> {
                        world.exercised().told(outcome);
                        world.truth()
                                .check(
                                        !(outcome instanceof WriteOutcome.Decided)
                                                || world.truth().mayHappenAfterAll(other.operation()),
                                        "a key stands for one request: ",
                                        known.key());
                    }));
        }

        private void tryAgainOrGiveUp() {
            if (key.isPresent() && tries < MAX_TRIES && !stopped) {
                world.totals().count("retries");
                world.at(world.nowMicros() + world.dice().nextLong(1_000, 400_000), this::attempt);
            } else {
                world.totals().count(uncertain ? "unknown writes" : "refused connections");
                think();
            }
        }
    }

    private void write() {
        new Write().attempt();
    }

    // --- reads -----------------------------------------------------------------------------------------------------

    private void read(ReadLevel level, long minIndex) {
        SimulatedNode node = world.anyNode();
        if (!node.up()) {
            think();
            return;
        }
        long began = world.nowMicros();
        int register = world.dice().nextInt(REGISTERS);
        int life = node.life();
        boolean[] answered = {false};
        long timeout = world.dice().nextLong(200, 3_000);
        node.event(
                life,
                serving -> serving.read(level, minIndex, timeout, verdict -> {
                    if (!answered[0]) {
                        answered[0] = true;
                        world.exercised().told(level, verdict, serving.replica().leading());
                        if (verdict instanceof ReadVerdict.Ready ready) {
                            onReady(node, level, minIndex, register, began, ready);
                        }
                        think();
                    }
                }));
        node.onConnectionLost(life, () -> {
            if (!answered[0]) {
                answered[0] = true;
                think();
            }
        });
    }

    private void onReady(
            SimulatedNode node, ReadLevel level, long minIndex, int register, long began, ReadVerdict.Ready ready) {
        Position position;
        Registers.Content content;
        try (Tables.View view = node.tables().view()) {
            position = view.applied();
            content = Registers.contentOf(view.get(Registers.row(register)));
        }
        long index = position.index();
        world.truth().check(index >= minIndex, "a read waits for its minimum index");
        if (world.truth().isGivenUp(position)) {
            onGivenUp(node, level, began, ready);
            return;
        }
        world.truth().check(content.equals(world.truth().at(register, index)), "a read sees the state at its index");
        if (level instanceof ReadLevel.Linearizable) {
            world.history().add(new History.Operation(began, world.nowMicros(), index, false));
            world.totals().count("linearizable reads");
        } else if (level instanceof ReadLevel.Bounded) {
            long asOf = asOf(ready);
            world.truth()
                    .check(
                            index >= world.truth().acknowledgedBefore(asOf),
                            () -> "a bounded read says how stale it is: " + node.id() + " at index " + index + " says "
                                    + ready.stalenessMillis() + " ms");
            world.totals().count("bounded reads");
        } else {
            world.totals().count("local reads");
        }
        seenIndex = Math.max(seenIndex, index);
    }

    /** The moment of which a bounded read sees the state, at the latest. */
    private long asOf(ReadVerdict.Ready ready) {
        // A clock that runs slow makes everything look more recent.
        double slowest = 1 - world.weather().maxDriftPercent() / 100.0;
        return world.nowMicros() - 3_000 - (long) (1_000 * ready.stalenessMillis() / slowest);
    }

    /** What was given up is seen by nobody who is promised anything recent (Rule 10.12). */
    private void onGivenUp(SimulatedNode node, ReadLevel level, long began, ReadVerdict.Ready ready) {
        long since = world.truth().givenUpSinceMicros();
        boolean ofBefore = level instanceof ReadLevel.Linearizable
                ? began <= since
                : !(level instanceof ReadLevel.Bounded) || asOf(ready) <= since;
        world.truth().check(ofBefore, () -> "nobody reads what was given up: " + node.id() + " " + level);
        world.totals().count("reads of what was given up");
    }
}
