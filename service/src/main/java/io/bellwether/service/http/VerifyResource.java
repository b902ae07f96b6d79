package io.bellwether.service.http;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
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

/** Compares the states of all nodes, for operators at any node. */
@Path("/v1/cluster/verify")
public final class VerifyResource {
    private final StatusQuestion question;
    private final Verifications verifications;
    private final Limits limits;

    VerifyResource(StatusQuestion question, Verifications verifications, Limits limits) {
        this.question = question;
        this.verifications = verifications;
        this.limits = limits;
    }

    /** JSON alone: what a page of somebody else's may send without being asked for leave is no JSON. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public void verify(
            byte[] body, @Context UriInfo uri, @Context HttpHeaders headers, @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        refuseFields(body);
        Duration timeout = OperatorTimeout.of(headers, limits);
        Later.answer(response, question.ask().thenCompose(status -> verifications.ask(status, timeout)));
    }

    static void refuseFields(byte[] body) {
        JsonFields.read(body, (field, json) -> {
            throw JsonFields.refused("there is no field '" + PercentEncoding.shown(field) + "'; there are none.");
        });
    }
}
