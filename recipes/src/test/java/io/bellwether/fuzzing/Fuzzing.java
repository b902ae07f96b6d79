package io.bellwether.fuzzing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Tries targets with inputs out of one seed. A finding is anything that a target throws, and memory that is taken by a
 * length which the input merely states.
 */
public final class Fuzzing {
    /** What a reader may take in memory: so many times its input, and what a refusal with its message costs. */
    private static final long BYTES_PER_BYTE = 64;

    private static final long BYTES_PER_INPUT = 64 << 10;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzzing() {}

    /** How a target fared. */
    public record Report(String target, long taken, long refused) {}

    /**
     * @param inputs for all targets together
     * @throws AssertionError for the first finding, with what is needed to repeat it
     */
    public static List<Report> run(List<FuzzTarget> targets, long inputs, long seed) {
        List<Report> reports = new ArrayList<>();
        long each = Math.max(1, inputs / targets.size());
        for (FuzzTarget target : targets) {
            reports.add(run(target, each, seed));
        }
        return List.copyOf(reports);
    }

    private static Report run(FuzzTarget target, long inputs, long seed) {
        List<byte[]> samples = target.samples();
        for (byte[] sample : samples) {
            if (!taken(target, sample, seed, 0)) {
                throw finding(target, sample, seed, 0, "a sample is refused", null);
            }
        }
        SplittableRandom dice = new SplittableRandom(seed ^ target.name().hashCode());
        Mutator mutator = new Mutator(dice);
        long taken = 0;
        for (long number = 1; number <= inputs; number++) {
            byte[] input = mutator.from(samples);
            if (dice.nextInt(8) > 0) {
                input = target.repair(input);
            }
            taken += taken(target, input, seed, number) ? 1 : 0;
        }
        return new Report(target.name(), taken, inputs - taken);
    }

    private static boolean taken(FuzzTarget target, byte[] input, long seed, long number) {
        long most = BYTES_PER_INPUT + BYTES_PER_BYTE * input.length;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean taken = take(target, input, seed, number);
        if (THREADS.getCurrentThreadAllocatedBytes() - before > most) {
            // Whoever comes by first pays for classes that are loaded and code that is linked; whoever comes next does
            // not.
            before = THREADS.getCurrentThreadAllocatedBytes();
            take(target, input, seed, number);
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            if (allocated > most) {
                String what = allocated + " bytes of memory were taken for an input of " + input.length;
                throw finding(target, input, seed, number, what, null);
            }
        }
        return taken;
    }

    private static boolean take(FuzzTarget target, byte[] input, long seed, long number) {
        try {
            return target.take(input);
        } catch (Exception | StackOverflowError | OutOfMemoryError unexpected) {
            throw finding(target, input, seed, number, unexpected.toString(), unexpected);
        }
    }

    private static AssertionError finding(
            FuzzTarget target,
            byte[] input,
            long seed,
            long number,
            String what,
            @org.jspecify.annotations.Nullable Throwable cause) {
        return new AssertionError(
                target.name() + ", seed " + seed + ", input " + number + ": " + what + "\n"
                        + HexFormat.of().formatHex(input),
                cause);
    }
}
