package io.bellwether.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bellwether.replication.Bytes;
import io.bellwether.replication.InvariantViolation;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultCodecTest {
    private static final List<Result> ALL = List.of(
            new Result.Created(),
            new Result.Replaced(),
            new Result.Deleted(),
            new Result.NotFound(),
            new Result.ConditionFailed(0),
            new Result.ConditionFailed(4_702),
            new Result.NotUnderstood());

    @Test
    void everyResultIsAsTheGoldenFileHasIt() {
        GoldenFile golden = new GoldenFile("results-v1.txt");
        ALL.forEach(result -> golden.holds(result.toString(), ResultCodec.encode(result)));
        golden.holdsNothingElse();
    }

    @Test
    void everyResultComesBack() {
        assertThat(ALL).allSatisfy(result -> assertThat(ResultCodec.decode(ResultCodec.encode(result)))
                .isEqualTo(result));
    }

    @Test
    void bytesThatAreNoResultStopTheProcess() {
        for (byte[] bytes : new byte[][] {{}, {1}, {2, 1}, {1, 7}, {1, 0}, {1, 1, 0}, {1, 5}, {1, 5, (byte) 0x80}}) {
            assertThatThrownBy(() -> ResultCodec.decode(Bytes.wrap(bytes))).isInstanceOf(InvariantViolation.class);
        }
    }
}
