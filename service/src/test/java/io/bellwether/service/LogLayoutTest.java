package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

class LogLayoutTest {
    private static final String MESSAGE = "leading epoch=7 inSync=n1,\"n2\"\nand a second line";

    private final LoggerContext context = new LoggerContext();

    @Test
    void aLineOfJsonIsOneObjectWithAllThatHappened() throws IOException {
        String line = written(LogLayout.Format.JSON);

        assertThat(line).endsWith("}\n");
        assertThat(line.strip().lines()).hasSize(1);
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(json.path("level").asText()).isEqualTo("WARN");
        assertThat(json.path("logger").asText()).isEqualTo("io.bellwether.Test");
        assertThat(json.path("message").asText()).isEqualTo(MESSAGE);
        assertThat(json.path("exception").asText()).contains("IllegalStateException: why", "LogLayoutTest");
        assertThat(json.path("timestamp").asText()).isEqualTo("2026-01-05T10:00:00.007Z");
        assertThat(json.path("thread").asText()).isEqualTo("node-n1");
    }

    @Test
    void textIsForPeople() {
        assertThat(written(LogLayout.Format.TEXT))
                .startsWith("WARN  [2026-01-05 10:00:00,007] io.bellwether.Test: leading epoch=7")
                .contains("IllegalStateException: why");
    }

    private String written(LogLayout.Format format) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        LayoutBase<ILoggingEvent> layout = new LogLayout(format).build(context, TimeZone.getTimeZone("UTC"));
        layout.start();
        LoggingEvent event = new LoggingEvent(
                "",
                context.getLogger("io.bellwether.Test"),
                Level.WARN,
                MESSAGE,
                new IllegalStateException("why"),
                null);
        event.setThreadName("node-n1");
        event.setInstant(Instant.parse("2026-01-05T10:00:00.007Z"));
        return layout.doLayout(event);
    }
}
