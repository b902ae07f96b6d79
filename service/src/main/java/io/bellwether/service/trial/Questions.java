package io.bellwether.service.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Who leads? Asked now and then, so that the JDK's client is good enough. */
final class Questions {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final ObjectMapper json = new ObjectMapper();

    /** What a node of Bellwether says about its cluster. */
    JsonNode cluster(Server node) throws IOException {
        return ask(HttpRequest.newBuilder(node.url().resolve("/v1/cluster")).header("Accept", "application/json"));
    }

    /** The name of the node that leads, as {@code node} sees it. */
    Optional<String> leaderOfBellwether(Server node) throws IOException {
        return Optional.ofNullable(cluster(node).path("leader").textValue());
    }

    /** Whether this member of etcd leads. */
    boolean leadsEtcd(Server member) throws IOException {
        URI status = member.url().resolve("/v3/maintenance/status");
        JsonNode answer = ask(HttpRequest.newBuilder(status).POST(BodyPublishers.ofString("{}")));
        JsonNode leader = answer.path("leader");
        return !leader.isMissingNode() && leader.equals(answer.path("header").path("member_id"));
    }

    private JsonNode ask(HttpRequest.Builder request) throws IOException {
        HttpRequest question = request.timeout(TIMEOUT).build();
        try {
            HttpResponse<String> answer = client.send(question, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(question.uri() + " answers " + answer.statusCode() + ": " + answer.body());
            }
            return json.readTree(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while asking " + question.uri());
        }
    }
}
