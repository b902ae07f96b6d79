package io.bellwether.service.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Takes a hand-off to the node that can do it, and its verdict back. Never repeats a question by itself. */
final class PeerHandOffClient {
    static final String PATH = "/peer/v1/handoff";

    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final HttpClient client;

    PeerHandOffClient(Executor executor) {
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PeerStatusClient.PATIENCE)
                .executor(executor)
                .build();
    }

    /** Ends with the peer's reply, or a {@link ProblemException}: the peer's, or why there is none. */
    CompletableFuture<HandOffReply> ask(String peer, URI base, HandOffRequest request, Duration timeout) {
        HttpRequest question = HttpRequest.newBuilder(base.resolve(PATH))
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header(RequestFields.TIMEOUT, Math.max(1, timeout.toMillis()) + "ms")
                .POST(HttpRequest.BodyPublishers.ofByteArray(request.json()))
                .build();
        return client.sendAsync(question, HttpResponse.BodyHandlers.ofByteArray())
                .handle((answer, thrown) -> reply(peer, answer, thrown));
    }

    private static HandOffReply reply(String peer, @Nullable HttpResponse<byte[]> answer, @Nullable Throwable thrown) {
        if (answer == null) {
            Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            throw cause instanceof ConnectException
                    ? new ProblemException(
                            ProblemCode.NO_LEADER,
                            peer + " refuses connections. A leader that hangs is replaced with 'force'.",
                            WriteFate.NONE)
                    : new ProblemException(
                            ProblemCode.OUTCOME_UNKNOWN,
                            peer
                                    + " was asked and has not answered: leadership may have moved, or may move yet. Look at"
                                    + " the cluster; a leader that hangs is replaced with 'force'.",
                            WriteFate.UNKNOWN);
        }
        try {
            if (answer.statusCode() == 200) {
                return JSON.readValue(answer.body(), HandOffReply.class);
            }
            JsonNode problem = JSON.readTree(answer.body());
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
