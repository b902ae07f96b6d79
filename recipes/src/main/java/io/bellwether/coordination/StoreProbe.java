package io.bellwether.coordination;

import io.bellwether.replication.StoreId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Asks whoever listens at a url which store it has. Given by the service, which can talk to other nodes. */
@FunctionalInterface
public interface StoreProbe {
    /**
     * Never blocks.
     *
     * @param url as it stands in a {@link io.bellwether.replication.Member}
     * @return completes with the store that answers there, or empty if nobody answers in a time that the service chooses;
     *     it must complete, and not exceptionally
     */
    CompletionStage<Optional<StoreId>> storeAnsweringAt(String url);
}
