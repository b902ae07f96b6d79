package io.bellwether.service;

import io.bellwether.service.storage.StoreSettings;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MinDataSize;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;

/**
 * What the data directory may take of memory and disk. What each limit means stands in {@link StoreSettings}.
 *
 * @param minFreeSize the health check {@code disk} complains when the disk has less than this left
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
        @NotNull DataSize minFreeSize) {

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
                cutFileSize.toBytes());
    }
}
