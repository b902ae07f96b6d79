package io.bellwether.service.http;

import io.bellwether.gateway.Leaderships;
import io.bellwether.gateway.ReadLevel;
import io.bellwether.replication.Tables;
import io.bellwether.service.node.ReadOutcome;
import io.bellwether.service.node.Requests;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** Who has led, as far as this node has applied the log: it asks nobody else, so it answers without a leader too. */
@Path("/v1/cluster/history")
public final class HistoryResource {
    static final String LIMIT = "limit";
    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Requests requests;
    private final Executor executor;
    private final String node;

    /** @param executor reads the rows, off the node's thread */
    HistoryResource(Requests requests, Executor executor, Identity identity) {
        this.requests = requests;
        this.executor = executor;
        this.node = identity.node();
    }

    /** Newest first. */
    public record Answer(List<Leadership> leaderships) {}

    /**
     * @param ended when the next one began; null for the latest
     * @param writePauseMillis from the last moment at which the leader before took writes; null if that is not known
     */
    public record Leadership(
            long epoch,
            String leader,
            String cause,
            long index,
            String started,
            @Nullable String ended,
            @Nullable Long writePauseMillis) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public void history(@Context UriInfo uri, @Suspended AsyncResponse response) {
        int limit = Query.parse(uri.getRequestUri().getRawQuery(), List.of(LIMIT))
                .number(LIMIT, 1, MAX_LIMIT, DEFAULT_LIMIT);
        CompletableFuture<ReadOutcome> read = new CompletableFuture<>();
        requests.read(new ReadLevel.Local(), 0, PATIENCE, read::complete);
        Later.answer(
                response,
                read.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                        .thenApplyAsync(outcome -> answer(outcome, limit), executor));
    }

    private Response answer(ReadOutcome outcome, int limit) {
        if (!(outcome instanceof ReadOutcome.Ready ready)) {
            throw new ProblemException(ProblemCode.NODE_NOT_ANSWERING, "This node takes no requests at the moment.");
        }
        List<Leadership> told = new ArrayList<>();
        HttpFields position;
        try (Tables.View view = ready.view()) {
            position = ResponseFields.position(
                    node, view.applied().epoch(), view.applied().index());
            String ended = null;
            for (Leaderships.Past past : Leaderships.newestFirst(view, limit)) {
                String started = Instant.ofEpochMilli(past.startedLogTime()).toString();
                told.add(new Leadership(
                        past.epoch(),
                        past.leader().name(),
                        past.cause(),
                        past.index(),
                        started,
                        ended,
                        past.writePauseMillis()));
                ended = started;
            }
        }
        Response.ResponseBuilder answer =
                Response.ok(new Answer(told), MediaType.APPLICATION_JSON).header(HttpHeaders.CACHE_CONTROL, "no-store");
        position.forEach(field -> answer.header(field.getName(), field.getValue()));
        return answer.build();
    }
}
