package io.bellwether.service.http;

import jakarta.ws.rs.container.AsyncResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Answers a Jersey request when a future ends. */
final class Later {
    private Later() {}

    /** What goes wrong in here, Jersey has already told the client. */
    @SuppressWarnings("FutureReturnValueIgnored")
    static void answer(AsyncResponse response, CompletableFuture<?> future) {
        future.whenComplete((entity, thrown) -> {
            if (thrown == null) {
                response.resume(entity);
            } else {
                response.resume(thrown instanceof CompletionException ? thrown.getCause() : thrown);
            }
        });
    }
}
