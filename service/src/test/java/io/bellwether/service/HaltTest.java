package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class HaltTest {
    private final List<Integer> exits = new CopyOnWriteArrayList<>();
    private final Halt halt = new Halt(exits::add);

    @Test
    void aThreadThatFailsEndsTheProcess() throws InterruptedException {
        Thread thread = new Thread(() -> {
            throw new IllegalStateException("a mistake, made by a test");
        });
        thread.setUncaughtExceptionHandler(halt);

        thread.start();
        thread.join();

        assertThat(exits).containsExactly(1);
    }

    @Test
    void theFirstReasonEndsItAndTheOthersAreSilent() {
        halt.because("a disk that a test took away");
        halt.because(new IllegalStateException("what followed from it"));

        assertThat(exits).containsExactly(1);
    }
}
