package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.coordination.CoordinationFuzz;
import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.fuzzing.Fuzzing;
import io.bellwether.gateway.GatewayFuzz;
import io.bellwether.service.data.DataFuzz;
import io.bellwether.service.http.HttpFuzz;
import io.bellwether.service.http.peer.PeerFuzz;
import io.bellwether.service.storage.StorageFuzz;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Everything that reads what others wrote takes it or refuses it as it promises, whatever it is, and takes no memory for
 * what it merely states. {@code scripts/fuzz} runs this with more inputs and other seeds.
 */
class FuzzTest {
    private static final long INPUTS = Long.getLong("fuzz.inputs", 100_000);
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    private static final List<FuzzTarget> TARGETS = Stream.of(
                    PeerFuzz.targets(),
                    StorageFuzz.targets(),
                    DataFuzz.targets(),
                    GatewayFuzz.targets(),
                    HttpFuzz.targets(),
                    CoordinationFuzz.targets(),
                    SnapshotFuzz.targets())
            .flatMap(List::stream)
            .toList();

    @Test
    void whatIsNotRightIsRefusedAndNothingElseHappens() {
        for (Fuzzing.Report report : Fuzzing.run(TARGETS, INPUTS, SEED)) {
            System.out.printf(
                    "figure: fuzz target=%s taken=%d refused=%d%n",
                    report.target().replace(' ', '-'), report.taken(), report.refused());
            assertThat(report.taken()).as("%s taken", report.target()).isPositive();
            assertThat(report.refused()).as("%s refused", report.target()).isPositive();
        }
    }
}
