package io.bellwether.service.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Each limit of a store on both sides. */
class StoreSettingsTest {
    private static final long MIB = 1 << 20;
    private static final long KIB_64 = 64 << 10;

    @Test
    void theSmallestOfEachIsTaken() {
        StoreSettings smallest = new StoreSettings(MIB, KIB_64, KIB_64, 2, 0, 1, 1, 0, LogRetention.DEFAULT);
        assertThat(smallest.tableBuffers()).isEqualTo(2);
    }

    @Test
    void lessIsRefusedByName() {
        refused(
                () -> new StoreSettings(MIB - 1, KIB_64, KIB_64, 2, 0, 1, 1, 0, LogRetention.DEFAULT),
                "blockCacheBytes must be at least 1048576");
        refused(
                () -> new StoreSettings(MIB, KIB_64 - 1, KIB_64, 2, 0, 1, 1, 0, LogRetention.DEFAULT),
                "logBufferBytes");
        refused(
                () -> new StoreSettings(MIB, KIB_64, KIB_64 - 1, 2, 0, 1, 1, 0, LogRetention.DEFAULT),
                "tableBufferBytes");
        refused(() -> new StoreSettings(MIB, KIB_64, KIB_64, 1, 0, 1, 1, 0, LogRetention.DEFAULT), "tableBuffers");
        refused(() -> new StoreSettings(MIB, KIB_64, KIB_64, 2, -1, 1, 1, 0, LogRetention.DEFAULT), "recentRowsBytes");
        refused(() -> new StoreSettings(MIB, KIB_64, KIB_64, 2, 0, 0, 1, 0, LogRetention.DEFAULT), "batchBytes");
        refused(() -> new StoreSettings(MIB, KIB_64, KIB_64, 2, 0, 1, 0, 0, LogRetention.DEFAULT), "cutFiles");
        refused(() -> new StoreSettings(MIB, KIB_64, KIB_64, 2, 0, 1, 1, -1, LogRetention.DEFAULT), "cutFileBytes");
    }

    private static void refused(Runnable settings, String message) {
        assertThatThrownBy(settings::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
