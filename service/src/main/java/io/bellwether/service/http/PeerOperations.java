package io.bellwether.service.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.bellwether.replication.Bytes;
import io.bellwether.service.http.peer.PeerJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Takes what an operator wants to the node that can do it, and its verdict back. Never repeats a question by itself. */
final class PeerOperations {
    private final HttpClient client;

    PeerOperations(Executor executor) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PeerStatusClient.PATIENCE)
                .executor(executor)
                .build();
    }

    /**
     * What is asked of a peer.
     *
     * @param path where
     * @param json the body
     * @param reply the type of what it answers
     * @param ifSilent what is to be known, and done, when it was asked and has not answered: the rest of a sentence
     * @param ifRefusing what is to be done when it takes no connections: a sentence
     */
    record Wish<T>(String path, Bytes json, Class<T> reply, String ifSilent, String ifRefusing) {}

    /** Ends with the peer's reply, or a {@link ProblemException}: the peer's, or why there is none. */
    <T> CompletableFuture<T> ask(String peer, URI base, Wish<T> wish, Duration timeout) {
        HttpRequest question = HttpRequest.newBuilder(base.resolve(wish.path()))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header(RequestFields.TIMEOUT, Math.max(1, timeout.toMillis()) + "ms")
                .POST(HttpRequest.BodyPublishers.ofByteArray(wish.json().unsafeArray()))
                .build();
        return client.sendAsync(question, HttpResponse.BodyHandlers.ofByteArray())
                .handle((answer, thrown) -> reply(peer, wish, answer, thrown));
    }

    private static <T> T reply(
            String peer, Wish<T> wish, @Nullable HttpResponse<byte[]> answer, @Nullable Throwable thrown) {
        if (answer == null) {
            Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
                throw new ProblemException(
                        ProblemCode.NO_LEADER, peer + " takes no connections. " + wish.ifRefusing(), WriteFate.NONE);
            }
            throw new ProblemException(
                    ProblemCode.OUTCOME_UNKNOWN,
                    peer + " was asked and has not answered: " + wish.ifSilent(),
                    WriteFate.UNKNOWN);
        }
        try {
            if (answer.statusCode() == 200) {
                return PeerJson.read(answer.body(), wish.reply());
            }
            JsonNode problem = PeerJson.read(answer.body(), JsonNode.class);
            throw new ProblemException(
                    ProblemCode.valueOf(
                            problem.path("code").asText().replace('-', '_').toUpperCase(Locale.ROOT)),
                    problem.path("detail").asText(),
                    problem.path("outcome").asText().equals(WriteFate.NONE.word())
                            ? WriteFate.NONE
                            : WriteFate.UNKNOWN);
        } catch (IOException | IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemCode.OUTCOME_UNKNOWN,
                    peer
                            + " answered with something that is neither a reply nor a problem that this node knows (status "
                            + answer.statusCode() + ").",
                    WriteFate.UNKNOWN);
        }
    }
}
