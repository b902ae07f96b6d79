package io.bellwether.service.http;

import io.bellwether.service.node.NodeStatus;
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
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** This node, to load balancers: 200 or 503. */
@Path("/v1/node")
@Produces(MediaType.APPLICATION_JSON)
public final class NodeResource {
    static final String MAX_LAG = "max-lag";
    static final Duration DEFAULT_MAX_LAG = Duration.ofSeconds(1);

    private final StatusQuestion question;
    private final BooleanSupplier stopping;

    /** @param stopping whether this process was told to end */
    NodeResource(StatusQuestion question, BooleanSupplier stopping) {
        this.question = question;
        this.stopping = stopping;
    }

    /** What a load balancer's log may show. */
    public record Answer(
            String node, String role, long epoch, @Nullable String leader, long appliedIndex) {
        static Answer of(NodeStatus status) {
            return new Answer(
                    status.replica().node().name(),
                    status.role().word(),
                    status.epoch(),
                    status.leader() == null ? null : status.leader().name(),
                    status.appliedIndex());
        }
    }

    /** Only the leader that has committed in the highest epoch that it knows. */
    @GET
    @Path("/leader")
    public void leader(@Context UriInfo uri, @Suspended AsyncResponse response) {
        withoutParameters(uri);
        answer(
                response,
                status -> status.role() == NodeStatus.Role.LEADER && status.serving()
                        ? null
                        : Problem.of(
                                ProblemCode.NOT_LEADER,
                                "This node is " + status.role().word() + " and does not serve as leader"
                                        + (status.leader() == null
                                                ? "; it knows none."
                                                : "; it takes " + status.leader() + " for the leader.")));
    }

    @GET
    @Path("/follower")
    public void follower(@Context UriInfo uri, @Suspended AsyncResponse response) {
        withoutParameters(uri);
        answer(
                response,
                status -> status.role() == NodeStatus.Role.FOLLOWER
                        ? null
                        : Problem.of(
                                ProblemCode.NOT_FOLLOWER,
                                "This node is " + status.role().word() + ", not a follower."));
    }

    /** Has applied within {@code max-lag}, hears a leader, and is not being stopped. Asks nothing of ZooKeeper. */
    @GET
    @Path("/ready")
    public void ready(@Context UriInfo uri, @Suspended AsyncResponse response) {
        Duration maxLag = Query.parse(uri.getRequestUri().getRawQuery(), List.of(MAX_LAG))
                .duration(MAX_LAG)
                .orElse(DEFAULT_MAX_LAG);
        answer(response, status -> notReady(status, maxLag));
    }

    private @Nullable Problem notReady(NodeStatus status, Duration maxLag) {
        if (stopping.getAsBoolean()) {
            return Problem.of(ProblemCode.NOT_READY, "This node is being stopped.");
        }
        if (!status.sound()) {
            return Problem.of(
                    ProblemCode.NOT_READY, "This node's state is not what it should be; it is about to be rebuilt.");
        }
        if (status.leader() == null) {
            return Problem.of(ProblemCode.NOT_READY, "This node knows no leader.");
        }
        long lag = status.stalenessMillis();
        if (lag < 0) {
            return Problem.of(ProblemCode.NOT_READY, "This node can't tell how far it is behind.");
        }
        return lag <= maxLag.toMillis()
                ? null
                : Problem.of(
                        ProblemCode.NOT_READY,
                        "This node may be " + lag + " ms behind, and " + maxLag.toMillis() + " ms are allowed.");
    }

    /** Its own thread answers. */
    @GET
    @Path("/live")
    public void live(@Context UriInfo uri, @Suspended AsyncResponse response) {
        withoutParameters(uri);
        answer(response, status -> null);
    }

    private static void withoutParameters(UriInfo uri) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
    }

    /** @param objection null if the answer is yes */
    private void answer(AsyncResponse response, Function<NodeStatus, @Nullable Problem> objection) {
        Later.answer(response, question.ask(status -> {
            Problem problem = objection.apply(status);
            if (problem != null) {
                throw new ProblemException(problem.code(), problem.detail());
            }
            return Response.ok(Answer.of(status))
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .build();
        }));
    }
}
