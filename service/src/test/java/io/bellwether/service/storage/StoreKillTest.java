package io.bellwether.service.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.Entry;
import io.bellwether.replication.Position;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that writes is killed with {@code kill -9}, in the middle of whatever it does, again and again on the same
 * store. What it had been told is durable is there each time, and everything that is there is whole.
 */
class StoreKillTest {
    private static final int ROUNDS = Integer.getInteger("kill.rounds", 6);
    private static final long SEED = Long.getLong("kill.seed", 20260105);

    @TempDir
    private Path scratch;

    @Test
    void nothingThatWasReportedIsLost() throws Exception {
        Random dice = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            String latest = runAndKill(dice.nextLong(), 1 + dice.nextInt(300));
            String[] numbers = latest.split(" ", -1);
            try (OpenStore store = new OpenStore(scratch, StoreProcess.settings())) {
                String scene = "round " + round + " of seed " + SEED + ", last report " + latest;
                checkLog(scene, store, Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
                checkState(scene, store);
            }
        }
    }

    @Test
    void aDiskThatRefusesAWriteStopsTheProcessAndNothingReportedIsLost() throws Exception {
        int mostBytesOfAFile = 20 << 20;
        Process process = StoreProcess.startWithFilesUpTo(mostBytesOfAFile, scratch, "7", "" + (64 << 20));
        String latest = "";
        try (BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                latest = line;
            }
            assertThat(process.waitFor()).isEqualTo(StoreProcess.STOPPED);
            assertThat(errorsOf(process)).contains("Writing ", " in " + scratch, " failed", "The node stops");
        } finally {
            process.destroyForcibly();
        }
        String[] numbers = latest.split(" ", -1);
        try (OpenStore store = new OpenStore(scratch)) {
            checkLog("after " + latest, store, Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
            checkState("after " + latest, store);
        }
    }

    /** Kills it once it has reported so many times. Returns the last report that left it. */
    private String runAndKill(long seed, int reports) throws Exception {
        Process process = StoreProcess.start(scratch, "" + seed);
        String latest = "";
        try (BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            int lines = 0;
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.split(" ", -1).length == 3) {
                    latest = line;
                }
                lines++;
                if (lines == reports) {
                    process.toHandle().destroyForcibly(); // Unlike that of Process it leaves the stream open.
                }
            }
            process.waitFor();
            assertThat(lines)
                    .as(() -> "it ended by itself: " + errorsOf(process))
                    .isGreaterThanOrEqualTo(reports);
        } finally {
            process.destroyForcibly();
        }
        assertThat(latest).as("nothing was reported").isNotEmpty();
        return latest;
    }

    private static void checkLog(String scene, OpenStore store, long reportedEpoch, long reportedGeneration) {
        assertThat(store.log().record().generation()).as(scene).isGreaterThanOrEqualTo(reportedGeneration);
        Position end = store.log().end();
        assertThat(end.epoch()).as(scene).isGreaterThanOrEqualTo(reportedEpoch);
        long index = 1;
        long epoch = 0;
        List<Position> starts = new ArrayList<>();
        while (index <= end.index()) {
            for (Entry entry : store.log().read(index, 1 << 20)) {
                assertThat(entry.index()).as(scene).isEqualTo(index);
                assertThat(entry.payload()).as(scene).isEqualTo(StoreProcess.payload(index, entry.epoch()));
                assertThat(entry.epoch()).as(scene).isGreaterThanOrEqualTo(epoch);
                if (entry.epoch() > epoch) {
                    epoch = entry.epoch();
                    starts.add(entry.position());
                }
                index++;
            }
        }
        assertThat(epoch).as(scene).isEqualTo(end.epoch());
        assertThat(store.log().epochStarts()).as(scene).isEqualTo(starts);
    }

    private static void checkState(String scene, OpenStore store) {
        Position applied = store.tables().applied();
        assertThat(applied.index())
                .as(scene)
                .isLessThanOrEqualTo(store.log().end().index());
        List<Bytes> keys = new ArrayList<>();
        store.tables().scan(Bytes.utf8("r"), Bytes.utf8("s"), (key, value) -> keys.add(key));
        assertThat(keys).as(scene).hasSize((int) applied.index());
        for (int i = 0; i < keys.size(); i++) {
            assertThat(keys.get(i)).as(scene).isEqualTo(StoreProcess.rowKey(i + 1));
        }
    }

    private static String errorsOf(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), UTF_8);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
