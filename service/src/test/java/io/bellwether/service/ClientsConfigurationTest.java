package io.bellwether.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.ConstraintViolations;
import org.junit.jupiter.api.Test;

/** Limits that contradict each other are refused at the start, by name. */
class ClientsConfigurationTest {
    private static final DataSize MEBIBYTE = DataSize.mebibytes(1);
    private static final Duration SECOND = Duration.seconds(1);

    @Test
    void limitsMayMeet() {
        assertThat(complaints(new ClientsConfiguration(MEBIBYTE, MEBIBYTE, SECOND, SECOND, 1, 1, MEBIBYTE, "")))
                .isEmpty();
    }

    @Test
    void limitsMayNotCross() {
        assertThat(complaints(new ClientsConfiguration(
                        MEBIBYTE, DataSize.bytes(MEBIBYTE.toBytes() - 1), SECOND, SECOND, 1, 1, MEBIBYTE, "")))
                .contains("maxReceivingSize is not smaller than maxValueSize");
        assertThat(complaints(new ClientsConfiguration(
                        MEBIBYTE, MEBIBYTE, SECOND, Duration.milliseconds(999), 1, 1, MEBIBYTE, "")))
                .contains("maxTimeout is not shorter than defaultTimeout");
        assertThat(complaints(new ClientsConfiguration(MEBIBYTE, MEBIBYTE, SECOND, SECOND, 2, 1, MEBIBYTE, "")))
                .contains("maxPageLimit is not below defaultPageLimit");
        assertThat(complaints(new ClientsConfiguration(MEBIBYTE, MEBIBYTE, SECOND, SECOND, 0, 1, MEBIBYTE, "")))
                .contains("defaultPageLimit");
        assertThat(complaints(new ClientsConfiguration(
                        DataSize.mebibytes(17), DataSize.mebibytes(17), SECOND, SECOND, 1, 1, MEBIBYTE, "")))
                .contains("maxValueSize");
    }

    private static String complaints(ClientsConfiguration configuration) {
        return String.join(
                "; ", ConstraintViolations.format(Validators.newValidator().validate(configuration)));
    }
}
