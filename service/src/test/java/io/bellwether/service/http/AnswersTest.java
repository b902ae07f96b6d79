package io.bellwether.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bellwether.replication.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private final List<Throwable> broken = new ArrayList<>();
    private final List<String> written = new ArrayList<>();
    private final Answers answers = new Answers(Runnable::run, broken::add);

    /** Else a damaged row would be a 500 for each reader, and the node would go on with it. */
    @Test
    void aRowThatNoNodeWroteStopsTheProcess() {
        InvariantViolation damage = new InvariantViolation("a row is what a node wrote");
        answers.execute(() -> {
            throw damage;
        });

        assertThat(broken).containsExactly(damage);
    }

    @Test
    void anAnswerThatFailsCostsNobodyElseHis() {
        answers.execute(() -> {
            throw new IllegalStateException("the client is gone");
        });
        answers.execute(() -> written.add("the next"));

        assertThat(written).containsExactly("the next");
        assertThat(broken).isEmpty();
    }
}
