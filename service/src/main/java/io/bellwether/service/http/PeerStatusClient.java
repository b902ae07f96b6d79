package io.bellwether.service.http;

import io.bellwether.service.http.peer.PeerJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks peers how they are, when an operator wants to know. A few questions a second at most, so the JDK's client is
 * good enough here; the replication has a way of its own.
 */
final class PeerStatusClient {
    static final String PATH = "/peer/v1/status";
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(PeerStatusClient.class);

    private final HttpClient client;

    PeerStatusClient(Executor executor) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .executor(executor)
                .build();
    }

    /** Always answers, within {@link #PATIENCE}: empty if the peer does not, or with anything that is no status. */
    CompletableFuture<Optional<PeerStatus>> ask(URI base) {
        HttpRequest question =
                HttpRequest.newBuilder(base.resolve(PATH)).timeout(PATIENCE).build();
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(question, HttpResponse.BodyHandlers.ofByteArray());
        return exchange.copy()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((answer, thrown) -> exchange.cancel(true))
                .handle((answer, thrown) -> {
                    if (thrown != null) {
                        LOG.debug("no status from {}", base, thrown);
                        return Optional.empty();
                    }
                    return answer.statusCode() == 200 ? read(base, answer.body()) : Optional.empty();
                });
    }

    private static Optional<PeerStatus> read(URI base, byte[] body) {
        try {
            return Optional.of(PeerJson.read(body, PeerStatus.class));
        } catch (IOException e) {
            LOG.debug("{} answered with something that is no status", base, e);
            return Optional.empty();
        }
    }
}
