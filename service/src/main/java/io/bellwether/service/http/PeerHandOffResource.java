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

/** Moves leadership from this node, or by force to it, for a peer that an operator has asked. */
@Path(PeerHandOffResource.PATH)
public final class PeerHandOffResource {
    static final String PATH = "/peer/v1/handoff";

    private final HandOffs handOffs;
    private final Limits limits;

    PeerHandOffResource(HandOffs handOffs, Limits limits) {
        this.handOffs = handOffs;
        this.limits = limits;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public void handOff(
            byte[] body, @Context UriInfo uri, @Context HttpHeaders headers, @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        Later.answer(response, handOffs.here(HandOffRequest.read(body), OperatorTimeout.of(headers, limits)));
    }
}
