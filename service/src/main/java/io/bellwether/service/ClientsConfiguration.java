package io.bellwether.service;

import io.bellwether.service.http.Limits;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDataSize;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/**
 * What clients may do. What each limit means stands in {@link Limits}.
 *
 * @param tokensFile must be empty: there are no roles yet, every request has every one, and whoever sets it believes
 *     otherwise
 */
public record ClientsConfiguration(
        @NotNull
        @MinDataSize(value = 1, unit = DataSizeUnit.BYTES)
        @MaxDataSize(value = 16, unit = DataSizeUnit.MEBIBYTES)
        DataSize maxValueSize,

        @NotNull @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES)
        DataSize maxReceivingSize,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.MILLISECONDS)
        Duration defaultTimeout,

        @NotNull @MaxDuration(value = 1, unit = TimeUnit.HOURS)
        Duration maxTimeout,

        @Min(1) int defaultPageLimit,
        int maxPageLimit,

        @NotNull
        @MinDataSize(value = 1, unit = DataSizeUnit.BYTES)
        @MaxDataSize(value = 64, unit = DataSizeUnit.MEBIBYTES)
        DataSize maxPageSize,

        @NotNull String tokensFile) {

    @ValidationMethod(
            message = "tokensFile (BELLWETHER_TOKENS_FILE) is not supported by this version, and must be empty: every"
                    + " request has every role. Let only those reach the node's ports who may do everything")
    public boolean isTokensFileUnset() {
        return tokensFile == null || tokensFile.isEmpty();
    }

    @ValidationMethod(message = "maxTimeout is not shorter than defaultTimeout")
    public boolean isTimeoutWithinItsLimit() {
        return maxTimeout == null
                || defaultTimeout == null
                || maxTimeout.toMilliseconds() >= defaultTimeout.toMilliseconds();
    }

    @ValidationMethod(message = "maxPageLimit is not below defaultPageLimit")
    public boolean isPageLimitWithinItsLimit() {
        return maxPageLimit >= defaultPageLimit;
    }

    @ValidationMethod(message = "maxReceivingSize is not smaller than maxValueSize")
    public boolean isLargestValueReceivable() {
        return maxReceivingSize == null || maxValueSize == null || maxReceivingSize.toBytes() >= maxValueSize.toBytes();
    }

    /** The same as the faces want it. */
    public Limits limits() {
        return new Limits(
                (int) maxValueSize.toBytes(),
                defaultTimeout.toJavaDuration(),
                maxTimeout.toJavaDuration(),
                defaultPageLimit,
                maxPageLimit,
                (int) maxPageSize.toBytes(),
                maxReceivingSize.toBytes());
    }
}
