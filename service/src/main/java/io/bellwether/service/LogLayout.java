package io.bellwether.service;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.dropwizard.logging.common.DropwizardLayout;
import io.dropwizard.logging.common.layout.DiscoverableLayoutFactory;
import io.dropwizard.logging.json.EventJsonLayoutBaseFactory;
import java.util.Locale;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/**
 * What a line of the log looks like: the layout {@code bellwether} of an appender. One type for both formats, so that an
 * environment variable can choose between them.
 */
@JsonTypeName("bellwether")
public final class LogLayout implements DiscoverableLayoutFactory<ILoggingEvent> {
    /** With its zone, to the millisecond: what log collectors expect. */
    private static final String TIMESTAMP = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";

    /** For people, or one JSON object in each line, stack traces included. */
    enum Format {
        TEXT,
        JSON
    }

    private final Format format;

    LogLayout(Format format) {
        this.format = format;
    }

    /** @throws IllegalArgumentException if there is no such format */
    @JsonCreator
    static LogLayout named(@JsonProperty("format") @Nullable String format) {
        for (Format known : Format.values()) {
            if (known.name().toLowerCase(Locale.ROOT).equals(format)) {
                return new LogLayout(known);
            }
        }
        throw new IllegalArgumentException("format is 'text' or 'json', not '" + format + "' (BELLWETHER_LOG_FORMAT)");
    }

    Format format() {
        return format;
    }

    @Override
    public LayoutBase<ILoggingEvent> build(LoggerContext context, @Nullable TimeZone timeZone) {
        if (format == Format.TEXT) {
            return new DropwizardLayout(context, timeZone);
        }
        EventJsonLayoutBaseFactory json = new EventJsonLayoutBaseFactory();
        json.setTimestampFormat(TIMESTAMP);
        return json.build(context, timeZone);
    }
}
