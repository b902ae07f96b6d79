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
import java.util.List;

/** Has this very node lead alone, when too few others are left (Rule 10.11): nobody forwards that. */
@Path("/v1/cluster/recover")
public final class RecoverResource {
    private final Recoveries recoveries;
    private final Limits limits;

    RecoverResource(Recoveries recoveries, Limits limits) {
        this.recoveries = recoveries;
        this.limits = limits;
    }

    /** JSON alone: what a page of somebody else's may send without being asked for leave is no JSON. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public void recover(
            byte[] body, @Context UriInfo uri, @Context HttpHeaders headers, @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        Later.answer(response, recoveries.ask(RecoverRequest.read(body), OperatorTimeout.of(headers, limits)));
    }
}
