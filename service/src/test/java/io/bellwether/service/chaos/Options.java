package io.bellwether.service.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param folder of the run, where everything is kept
 * @param namespaces what the names of the network namespaces begin with; null if there are none
 * @param faults names of kinds, or beginnings of such names; empty for all
 * @param leastKinds of faults that must have struck
 */
record Options(
        Duration time, long seed, Path folder, @Nullable String namespaces, List<String> faults, int leastKinds) {
    private static final long LONG_RUN_MINUTES = 10;
    private static final long OUTAGE_MILLIS = 60_000;
    private static final long SHORT_OUTAGE_MILLIS = 20_000;

    static Options parse(String[] arguments) {
        double minutes = 1;
        long seed = 1;
        Path folder = Path.of(".");
        String namespaces = null;
        List<String> faults = List.of();
        int leastKinds = 0;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            String value = arguments[i + 1];
            switch (arguments[i]) {
                case "--minutes" -> minutes = Double.parseDouble(value);
                case "--seed" -> seed = Long.parseLong(value);
                case "--folder" -> folder = Path.of(value).toAbsolutePath();
                case "--namespaces" -> namespaces = value;
                case "--faults" -> faults = List.of(value.split(",", -1));
                case "--at-least" -> leastKinds = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("unknown argument " + arguments[i]);
            }
        }
        return new Options(Duration.ofMillis((long) (minutes * 60_000)), seed, folder, namespaces, faults, leastKinds);
    }

    boolean wants(FaultKind kind) {
        return faults.isEmpty() || faults.stream().anyMatch(kind.name()::startsWith);
    }

    /** A minute, where that leaves time for anything else. */
    long outageMillis() {
        return time.toMinutes() >= LONG_RUN_MINUTES ? OUTAGE_MILLIS : SHORT_OUTAGE_MILLIS;
    }
}
