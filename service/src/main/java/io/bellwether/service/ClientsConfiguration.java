package io.bellwether.service;

import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MinDataSize;
import jakarta.validation.constraints.NotNull;

/**
 * What clients may do.
 *
 * @param maxValueSize the largest value of a key
 * @param tokensFile who has which role; empty: every request has every role
 */
public record ClientsConfiguration(
        @NotNull
        @MinDataSize(value = 1, unit = DataSizeUnit.BYTES)
        @MaxDataSize(value = 16, unit = DataSizeUnit.MEBIBYTES)
        DataSize maxValueSize,

        @NotNull String tokensFile) {}
