package io.bellwether.service.http;

import io.bellwether.replication.Pausing;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
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
import java.util.concurrent.CompletionStage;

/** Switches automation off for the whole cluster, and on again, for operators at any node (Rules 15.1 to 15.3). */
@Path("/v1/cluster/paused")
public final class PausedResource {
    private static final String UNSETTLED = "it may have happened, or may happen yet. Ask again: it does no harm.";

    private final Switch automation;
    private final Limits limits;

    PausedResource(Switch automation, Limits limits) {
        this.automation = automation;
        this.limits = limits;
    }

    /** Where the mark is made. */
    @FunctionalInterface
    public interface Switch {
        /** Never fails. */
        CompletionStage<Pausing> pause(boolean wanted);
    }

    /** How it stands then. */
    record Reply(boolean paused) {}

    /** What may come along is not looked at: it would mean nothing. */
    @PUT
    @Produces(MediaType.APPLICATION_JSON)
    public void pause(@Context UriInfo uri, @Context HttpHeaders headers, @Suspended AsyncResponse response) {
        set(true, uri, headers, response);
    }

    @DELETE
    @Produces(MediaType.APPLICATION_JSON)
    public void unpause(@Context UriInfo uri, @Context HttpHeaders headers, @Suspended AsyncResponse response) {
        set(false, uri, headers, response);
    }

    private void set(boolean wanted, UriInfo uri, HttpHeaders headers, AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        Duration timeout = OperatorTimeout.of(headers, limits);
        CompletableFuture<Reply> reply = automation
                .pause(wanted)
                .thenApply(result -> reply(wanted, result))
                .toCompletableFuture();
        Later.answer(response, OperatorTimeout.within(timeout, reply, UNSETTLED));
    }

    private static Reply reply(boolean wanted, Pausing result) {
        return switch (result) {
            case DONE -> new Reply(wanted);
            case AWAY ->
                throw new ProblemException(
                        ProblemCode.ZOOKEEPER_UNAVAILABLE,
                        "The mark is kept in ZooKeeper, which does not answer this node. Ask again, or another node.",
                        WriteFate.NONE);
            case NOT_ALLOWED ->
                throw new ProblemException(
                        ProblemCode.ZOOKEEPER_UNAVAILABLE,
                        "ZooKeeper does not let this node write the mark; the node's log says what it needs.",
                        WriteFate.NONE);
            case NO_PLACE ->
                throw new ProblemException(
                        ProblemCode.ZOOKEEPER_UNAVAILABLE,
                        "The cluster's folder is gone from ZooKeeper, and with it the place for the mark. Nothing was changed.",
                        WriteFate.NONE);
            case UNKNOWN ->
                throw new ProblemException(
                        ProblemCode.OUTCOME_UNKNOWN,
                        "The connection with ZooKeeper was lost: " + UNSETTLED,
                        WriteFate.UNKNOWN);
        };
    }
}
