package io.bellwether.service.http;

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
import java.util.List;

/** The cluster, to operators. */
@Path("/v1/cluster")
public final class ClusterResource {
    private final ClusterSurvey survey;

    ClusterResource(ClusterSurvey survey) {
        this.survey = survey;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON + ";qs=1")
    public void json(@Context UriInfo uri, @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        Later.answer(response, survey.view().thenApply(view -> fresh(view, MediaType.APPLICATION_JSON)));
    }

    /** The table that the scripts print. */
    @GET
    @Produces(MediaType.TEXT_PLAIN + ";charset=utf-8;qs=0.5")
    public void table(@Context UriInfo uri, @Suspended AsyncResponse response) {
        Query.parse(uri.getRequestUri().getRawQuery(), List.of());
        Later.answer(
                response,
                survey.view().thenApply(view -> fresh(ClusterTable.of(view), MediaType.TEXT_PLAIN + ";charset=utf-8")));
    }

    private static Response fresh(Object entity, String type) {
        return Response.ok(entity, type)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }
}
