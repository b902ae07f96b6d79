package io.bellwether.service.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.function.BooleanSupplier;

/** How this node is, to its peers. */
@Path(PeerStatusClient.PATH)
public final class PeerStatusResource {
    private final StatusQuestion question;
    private final BooleanSupplier lowOnSpace;
    private final Identity identity;

    PeerStatusResource(StatusQuestion question, BooleanSupplier lowOnSpace, Identity identity) {
        this.question = question;
        this.lowOnSpace = lowOnSpace;
        this.identity = identity;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public void status(@Context UriInfo uri, @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        Later.answer(response, question.ask(status -> PeerStatus.of(status, lowOnSpace.getAsBoolean(), identity)));
    }
}
