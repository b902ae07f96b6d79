package io.bellwether.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * Thousands of worlds, each from its own seed: a storm of a minute, then a calm in which everything must recover. A seed
 * that fails prints itself and how to run it again. More of them: {@code scripts/simulate --seeds N}.
 */
class SimulationTest {
    private static final long SEEDS = Long.getLong("simulation.seeds", 2_000);
    private static final long FIRST = Long.getLong("simulation.from", 1);

    @Test
    void everyWorldKeepsItsPromisesAndRecovers() throws Exception {
        assertThat(World.STORM_SECONDS).isGreaterThanOrEqualTo(60);
        Simulation.Result result =
                Simulation.many(FIRST, SEEDS, Runtime.getRuntime().availableProcessors());
        System.out.print(result.totals());
        System.out.println(result.seeds() + " seeds, " + result.failures().size() + " failed");
        assertThat(result.failures()).isEmpty();
        assertThat(result.missed()).as("what never happened was not tried").isEmpty();
    }

    @Test
    void theSameSeedMakesTheSameWorld() {
        for (long seed = FIRST; seed < FIRST + 5; seed++) {
            Trace first = Trace.of(seed);
            assertThat(first.lines).isGreaterThan(1_000);
            assertThat(Trace.of(seed).sum.getValue()).as("seed %d", seed).isEqualTo(first.sum.getValue());
        }
    }

    /** What happened in a world, to the last message. */
    private static final class Trace {
        final CRC32C sum = new CRC32C();
        long lines;

        static Trace of(long seed) {
            Trace trace = new Trace();
            Simulation.trace(seed, line -> {
                trace.sum.update(line.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                trace.lines++;
            });
            return trace;
        }
    }
}
