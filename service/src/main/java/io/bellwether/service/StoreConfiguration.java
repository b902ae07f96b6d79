package io.bellwether.service;

import io.bellwether.service.storage.LogRetention;
import io.bellwether.service.storage.StoreSettings;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDataSize;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.concurrent.TimeUnit;

/**
 * What the data directory may take of memory and disk. What each limit means stands in {@link StoreSettings}.
 *
 * @param minFreeSize the health check {@code disk} complains when the disk has less than this left
 * @param rebuildDamaged whether a node whose store is damaged begins anew when another one leads; otherwise it refuses to start
 * @param scrubEvery how long after all of it was read it is read again, to see whether it is as it was written
 * @param scrubRate how much of it is read in a second
 */
public record StoreConfiguration(
        @NotNull @MinDataSize(value = 1, unit = DataSizeUnit.MEBIBYTES)
        DataSize blockCacheSize,

        @NotNull
        @MinDataSize(value = 64, unit = DataSizeUnit.KIBIBYTES)
        @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES)
        DataSize logBufferSize,

        @NotNull
        @MinDataSize(value = 64, unit = DataSizeUnit.KIBIBYTES)
        @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES)
        DataSize tableBufferSize,

        @Min(2) @Max(64) int tableBuffers,

        @NotNull @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES)
        DataSize recentRowsSize,

        @NotNull
        @MinDataSize(value = 1, unit = DataSizeUnit.BYTES)
        @MaxDataSize(value = 256, unit = DataSizeUnit.MEBIBYTES)
        DataSize batchSize,

        @Min(1) @Max(10_000) int cutFiles,
        @NotNull DataSize cutFileSize,

        @NotNull @MinDataSize(value = 1, unit = DataSizeUnit.KIBIBYTES)
        DataSize keepLogAtLeast,

        @NotNull @MinDuration(value = 0, unit = TimeUnit.SECONDS) @MaxDuration(value = 365, unit = TimeUnit.DAYS)
        Duration keepLogFor,

        @NotNull DataSize keepLogAtMost,
        @NotNull DataSize minFreeSize,
        boolean rebuildDamaged,

        @NotNull @MinDuration(value = 1, unit = TimeUnit.SECONDS) @MaxDuration(value = 365, unit = TimeUnit.DAYS)
        Duration scrubEvery,

        @NotNull
        @MinDataSize(value = 64, unit = DataSizeUnit.KIBIBYTES)
        @MaxDataSize(value = 4, unit = DataSizeUnit.GIBIBYTES)
        DataSize scrubRate) {

    @ValidationMethod(message = "keepLogAtMost is not below keepLogAtLeast")
    public boolean isLogKeptWithinItsBounds() {
        return keepLogAtLeast == null || keepLogAtMost == null || keepLogAtMost.toBytes() >= keepLogAtLeast.toBytes();
    }

    /** The same as the store wants it. */
    StoreSettings settings() {
        return new StoreSettings(
                blockCacheSize.toBytes(),
                logBufferSize.toBytes(),
                tableBufferSize.toBytes(),
                tableBuffers,
                recentRowsSize.toBytes(),
                (int) batchSize.toBytes(),
                cutFiles,
                cutFileSize.toBytes(),
                new LogRetention(keepLogAtLeast.toBytes(), keepLogFor.toJavaDuration(), keepLogAtMost.toBytes()));
    }
}
