package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.BindException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class StartFailureTest {
    @Test
    void aPortThatIsTakenIsASentence() {
        assertThat(printed(new RuntimeException(
                        new IOException("Failed to bind to /127.0.0.1:8080", new BindException("in use")))))
                .startsWith("server: Failed to bind to /127.0.0.1:8080: in use. Stop what uses the address")
                .hasLineCount(1);
    }

    @Test
    void whatTheWorldRefusedIsASentence() {
        assertThat(printed(new IOException("The embedded ZooKeeper does not serve")))
                .hasLineCount(1);
        assertThat(printed(new NoSuchFileException("config.yaml"))).contains("there is no file config.yaml");
    }

    @Test
    void aMistakeOfOursIsShownWhole() {
        assertThat(printed(new IllegalStateException("oops")))
                .contains("Report it", "IllegalStateException: oops", "\tat " + StartFailureTest.class.getName());
    }

    private static String printed(Throwable failure) {
        StringWriter errors = new StringWriter();
        StartFailure.print("server", failure, new PrintWriter(errors));
        return errors.toString();
    }
}
