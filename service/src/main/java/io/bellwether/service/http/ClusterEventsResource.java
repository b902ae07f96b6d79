package io.bellwether.service.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;

/** The cluster, to whoever wants to see it change: an event {@code cluster} with the JSON of {@code GET /v1/cluster}. */
@Path("/v1/cluster/events")
public final class ClusterEventsResource {
    private final ClusterEvents events;

    ClusterEventsResource(ClusterEvents events) {
        this.events = events;
    }

    /** Else Jersey would have it listen, and no write to it would ever fail. */
    @HEAD
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response head(@Context UriInfo uri) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        return Response.ok().type(MediaType.SERVER_SENT_EVENTS_TYPE).build();
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void events(@Context UriInfo uri, @Context SseEventSink sink, @Context Sse sse) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        events.listen(sink, sse);
    }
}
