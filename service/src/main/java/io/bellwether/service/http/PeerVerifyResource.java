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

/** Compares the states of all nodes at the leader, for a peer that an operator has asked. */
@Path(PeerVerifyResource.PATH)
public final class PeerVerifyResource {
    static final String PATH = "/peer/v1/verify";

    private final Verifications verifications;
    private final Limits limits;

    PeerVerifyResource(Verifications verifications, Limits limits) {
        this.verifications = verifications;
        this.limits = limits;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public void verify(
            byte[] body, @Context UriInfo uri, @Context HttpHeaders headers, @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        VerifyResource.refuseFields(body);
        Later.answer(response, verifications.here(OperatorTimeout.of(headers, limits)));
    }
}
