package io.bellwether.service.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CourseTest {
    private static final Duration NO_PATIENCE = Duration.ofMillis(1);
    private static final StoredFile A = new StoredFile(Path.of("a"), "quickstart/a");
    private static final StoredFile B = new StoredFile(Path.of("b"), "quickstart/b");

    private final Progress progress =
            new Progress(new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8), false);
    private final Course course = new Course(List.of(A, B), List.of("n1", "n2"), progress);

    @Test
    void theMiddleIsReachedWhenHalfIsStoredAndEveryNodeHadAShare() throws InterruptedException {
        store("n1", 1);
        assertThat(course.awaitMiddle(NO_PATIENCE)).as("n2 has stored nothing").isFalse();

        store("n2", 2);

        assertThat(course.awaitMiddle(NO_PATIENCE)).isTrue();
    }

    @Test
    void theFirstHalfIsWrittenAgainUntilTheLeaderIsKilledAndTheSecondHalfAfterwards() throws InterruptedException {
        store("n1", 1);
        store("n2", 2);
        Course.Task again = course.next("n2").orElseThrow();
        assertThat(again.file()).isEqualTo(A);
        assertThat(again.first()).isFalse();

        assertThat(course.retire("n1", NO_PATIENCE)).isTrue();
        assertThat(course.killing()).as("files stored before the kill").isEqualTo(1);
        Course.Task second = course.next("n2").orElseThrow();
        assertThat(second.file()).isEqualTo(B);
        course.acknowledged("n2", again, 3);
        assertThat(course.awaitEnd(NO_PATIENCE)).as("B is not stored yet").isFalse();

        course.acknowledged("n2", second, 4);
        assertThat(course.awaitEnd(NO_PATIENCE))
                .as("n1 may have helped with both")
                .isFalse();
        course.killed();
        assertThat(course.awaitEnd(NO_PATIENCE)).isFalse();

        store("n2", 5);

        assertThat(course.awaitEnd(NO_PATIENCE)).isTrue();
        assertThat(course.next("n2")).isEmpty();
        assertThat(course.lastIndex()).isEqualTo(5);
        assertThat(course.longestWait()).isPositive();
    }

    @Test
    void aSingleFileIsWrittenAgainAfterTheKill() throws InterruptedException {
        Course single = new Course(List.of(A), List.of("n1", "n2"), progress);
        for (String node : List.of("n1", "n2")) {
            single.acknowledged(node, single.next(node).orElseThrow(), 1);
        }
        Course.Task underWay = single.next("n2").orElseThrow();
        assertThat(single.awaitMiddle(NO_PATIENCE)).isTrue();
        assertThat(single.retire("n1", NO_PATIENCE)).isTrue();
        assertThat(single.killing()).isEqualTo(1);
        single.killed();
        single.acknowledged("n2", underWay, 2);
        assertThat(single.awaitEnd(NO_PATIENCE))
                .as("that write began before the kill")
                .isFalse();

        single.acknowledged("n2", single.next("n2").orElseThrow(), 3);

        assertThat(single.awaitEnd(NO_PATIENCE)).isTrue();
    }

    @Test
    void theLeaderIsKilledOnlyWhenItsLastAnswerCame() throws InterruptedException {
        Course.Task underWay = course.next("n1").orElseThrow();

        assertThat(course.retire("n1", NO_PATIENCE)).isFalse();
        assertThat(course.next("n1")).isEmpty();

        course.acknowledged("n1", underWay, 1);
        assertThat(course.retire("n1", NO_PATIENCE)).isTrue();
    }

    @Test
    void failuresAreToldAndTooManyEndTheStory() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            assertThat(course.failures()).hasSize(i);
            Optional<Course.Task> task = course.next("n1");
            course.failed("n1", task.orElseThrow(), "503");
        }

        assertThat(course.next("n1")).isEmpty();
        assertThat(course.awaitMiddle(Duration.ofSeconds(30))).isFalse();
        assertThat(course.failures()).hasSize(100).contains("quickstart/a through n1: 503");
    }

    private void store(String node, long index) {
        course.acknowledged(node, course.next(node).orElseThrow(), index);
    }
}
