package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What processes take of the machine, from {@code /proc}. */
final class ServerProcesses {
    /** The unit of {@code /proc/PID/stat}; 100 per second on every Linux (USER_HZ). */
    private static final Duration TICK = Duration.ofMillis(10);

    private final List<Long> ids;

    ServerProcesses(List<Long> ids) {
        this.ids = List.copyOf(ids);
    }

    /** User and system time of all of them together since they started. */
    Duration processorTime() throws IOException {
        long ticks = 0;
        for (long id : ids) {
            String stat = Files.readString(Path.of("/proc", Long.toString(id), "stat"), UTF_8);
            // After "pid (name) ": the name may hold anything. utime and stime are fields 14 and 15.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return TICK.multipliedBy(ticks);
    }

    /** Resident memory of the one that has most, in MiB. */
    long largestResidentMebibytes() throws IOException {
        long largest = 0;
        for (long id : ids) {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(id), "status"), UTF_8)) {
                if (line.startsWith("VmRSS:")) {
                    long kibibytes = Long.parseLong(line.replaceAll("[^0-9]", ""));
                    largest = Math.max(largest, kibibytes / 1_024);
                }
            }
        }
        return largest;
    }
}
