package io.bellwether.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each scenario as its file has it. {@code -Drewrite} records all of them anew instead. */
class ScenariosTest {
    private static final Path FOLDER = Path.of("src/test/resources/scenarios");

    @TestFactory
    Stream<DynamicTest> everyScenarioIsAsExpected() throws IOException {
        return Scenario.in(FOLDER).stream()
                .map(scenario -> DynamicTest.dynamicTest(scenario.name(), () -> {
                    assertThat(scenario.difference()).as(scenario.name()).isEmpty();
                }));
    }
}
