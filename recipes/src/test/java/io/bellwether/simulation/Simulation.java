package io.bellwether.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Runs worlds: {@code --seeds N [--from S] [--threads T]} many of them, on all processors unless told otherwise, or {@code
 * --seed S [--trace]} one. What {@code scripts/simulate} calls.
 */
public final class Simulation {
    /** So many worlds come across everything that can happen: a run of so many in which something did not has failed. */
    static final long ENOUGH_SEEDS = 2_000;

    private static final long PROGRESS_EVERY_SEEDS = 10_000;

    private Simulation() {}

    /** What became of many seeds. */
    record Result(long seeds, List<String> failures, Totals totals) {
        /** What should have happened in so many worlds, and did not. */
        List<String> missed() {
            return seeds < ENOUGH_SEEDS ? List.of() : totals.missing();
        }
    }

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        long seeds = 0;
        long from = 1;
        long seed = -1;
        int threads = Runtime.getRuntime().availableProcessors();
        boolean trace = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--seeds" -> seeds = Long.parseLong(arguments[++i]);
                case "--from" -> from = Long.parseLong(arguments[++i]);
                case "--seed" -> seed = Long.parseLong(arguments[++i]);
                case "--threads" -> threads = Integer.parseInt(arguments[++i]);
                case "--trace" -> trace = true;
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i]);
            }
        }
        if (seed >= 0) {
            one(seed, trace);
        } else {
            Result result = many(from, seeds, threads);
            System.out.print(result.totals());
            result.totals().missing().forEach(what -> System.out.println("  never happened: " + what));
            System.out.println(result.seeds() + " seeds, " + result.failures().size() + " failed");
            System.exit(result.failures().isEmpty() && result.missed().isEmpty() ? 0 : 1);
        }
    }

    private static void one(long seed, boolean trace) {
        World world = new World(seed, System.out::println, trace);
        try {
            world.live();
            System.out.print(world.totals());
            System.out.println("1 seeds, 0 failed");
        } catch (RuntimeException broken) {
            System.out.printf("at %d µs: %s%n", world.nowMicros(), broken);
            broken.printStackTrace(System.out);
            System.out.println("1 seeds, 1 failed");
            System.exit(1);
        }
    }

    /** Runs the seeds from {@code first} on, as many as are wanted. */
    static Result many(long first, long seeds, int threads) throws InterruptedException, ExecutionException {
        ExecutorService workers = Executors.newFixedThreadPool(threads, task -> {
            Thread worker = new Thread(task);
            worker.setDaemon(true);
            return worker;
        });
        AtomicLong next = new AtomicLong(first);
        List<Future<Result>> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            parts.add(workers.submit(() -> work(next, first + seeds)));
        }
        Totals totals = new Totals();
        List<String> failures = new ArrayList<>();
        for (Future<Result> part : parts) {
            totals.addAll(part.get().totals());
            failures.addAll(part.get().failures());
        }
        workers.shutdown();
        return new Result(seeds, failures, totals);
    }

    private static Result work(AtomicLong next, long end) {
        Totals totals = new Totals();
        List<String> failures = new ArrayList<>();
        long begin = next.get();
        for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
            String failure = failureOf(seed, totals);
            if (failure != null) {
                System.err.println(failure);
                failures.add(failure);
            }
            if ((seed - begin + 1) % PROGRESS_EVERY_SEEDS == 0) {
                System.err.println("seeds " + begin + " to " + seed + " are done or under way");
            }
        }
        return new Result(0, failures, totals);
    }

    private static @org.jspecify.annotations.Nullable String failureOf(long seed, Totals totals) {
        World world = new World(seed, line -> {}, false);
        try {
            world.live();
            totals.addAll(world.totals());
            return null;
        } catch (RuntimeException broken) {
            return "seed " + seed + " at " + world.nowMicros() + " µs: " + broken + "\n  run it again: scripts/simulate"
                    + " --seed " + seed + " --trace";
        }
    }

    /** Runs one seed and hands out its trace. */
    static void trace(long seed, Consumer<String> lines) {
        new World(seed, lines, true).live();
    }
}
