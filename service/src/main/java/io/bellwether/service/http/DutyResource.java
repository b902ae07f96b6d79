package io.bellwether.service.http;

import io.bellwether.replication.DepartureOutcome;
import io.bellwether.service.node.NodeStatus;
import io.bellwether.service.node.Operations;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes this node off duty, and back: it leaves leadership and the in-sync set, and goes on serving its clients. */
@Path("/v1/node/{duty: drain|resume}")
@Produces(MediaType.APPLICATION_JSON)
public final class DutyResource {
    private final StatusQuestion question;
    private final Operations operations;
    private final Executor executor;
    private final Limits limits;

    private static final String GOES_ON = "the node goes on trying to leave until it is told to resume.";

    DutyResource(StatusQuestion question, Operations operations, Executor executor, Limits limits) {
        this.question = question;
        this.operations = operations;
        this.executor = executor;
        this.limits = limits;
    }

    /**
     * How far it got.
     *
     * @param drained it neither leads nor stands in the in-sync set, and stays away from both
     * @param detail why it is not drained, though that was asked; null otherwise
     */
    public record Answer(
            String node,
            String role,
            long epoch,
            @Nullable String leader,
            boolean drained,
            @Nullable String detail) {
        static Answer of(NodeStatus status, boolean drained, @Nullable String detail) {
            return new Answer(
                    status.replica().node().name(),
                    status.role().word(),
                    status.epoch(),
                    status.leader() == null ? null : status.leader().name(),
                    drained,
                    detail);
        }
    }

    @POST
    public void change(
            @PathParam("duty") String duty,
            @Context UriInfo uri,
            @Context HttpHeaders headers,
            @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        Duration timeout = OperatorTimeout.of(headers, limits);
        Later.answer(response, duty.equals("drain") ? drain(timeout) : resume(timeout));
    }

    private CompletableFuture<Answer> drain(Duration timeout) {
        CompletableFuture<DepartureOutcome> outcome = new CompletableFuture<>();
        operations.leave(outcome::complete);
        return OperatorTimeout.within(timeout, outcome, GOES_ON)
                .thenComposeAsync(
                        departure -> question.askAfterwards(status -> departure instanceof DepartureOutcome.Stays stays
                                ? Answer.of(status, false, stays.why())
                                : Answer.of(status, true, null)),
                        executor);
    }

    private CompletableFuture<Answer> resume(Duration timeout) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        operations.returnToDuty(() -> done.complete(true));
        return done.completeOnTimeout(false, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .thenComposeAsync(
                        returned -> question.askAfterwards(status -> Answer.of(status, false, null)), executor);
    }
}
