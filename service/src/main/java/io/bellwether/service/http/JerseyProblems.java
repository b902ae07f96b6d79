package io.bellwether.service.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.jetty.http.HttpStatus;
import org.glassfish.jersey.server.ParamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes wrong on the way to a Jersey resource, as problems. */
@PreMatching
final class JerseyProblems implements ExceptionMapper<Throwable>, ContainerRequestFilter {
    private static final Logger LOG = LoggerFactory.getLogger(JerseyProblems.class);

    private final String node;

    /** Jersey's own, which stands for the request at hand; as is {@link #uri}. */
    @Context
    @SuppressWarnings("NullAway.Init")
    private Request request;

    @Context
    @SuppressWarnings("NullAway.Init")
    private UriInfo uri;

    JerseyProblems(String node) {
        this.node = node;
    }

    /** JAX-RS would cut a {@code ;} off its segment in silence. */
    @Override
    public void filter(ContainerRequestContext incoming) {
        String path = incoming.getUriInfo().getRequestUri().getRawPath();
        if (path.indexOf(';') >= 0) {
            Problem problem =
                    Problem.of(ProblemCode.INVALID_PATH, "The path '" + PercentEncoding.shown(path) + "' holds a ';'.");
            incoming.abortWith(response(problem, incoming.getMethod()));
        }
    }

    @Override
    public Response toResponse(Throwable thrown) {
        Response response = response(problem(thrown), request.getMethod());
        if (thrown instanceof NotAllowedException theirs) {
            response.getHeaders().putSingle(HttpHeaders.ALLOW, allow(theirs));
        }
        return response;
    }

    /** Jersey forgets that it answers a HEAD wherever it answers a GET. */
    private static String allow(NotAllowedException theirs) {
        SortedSet<String> methods = new TreeSet<>(theirs.getResponse().getAllowedMethods());
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return String.join(", ", methods);
    }

    private Response response(Problem problem, String method) {
        Problem told = problem.with(RecordsServlet.isWrite(method) ? fate(problem) : null);
        Response.ResponseBuilder response = Response.status(told.status())
                .type(Problem.CONTENT_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(ResponseFields.NODE, node)
                .entity(told.json());
        if (told.mayBeRetriedSoon()) {
            response.header(HttpHeaders.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        return response.build();
    }

    private static WriteFate fate(Problem problem) {
        if (problem.fate() != null) {
            return problem.fate();
        }
        return problem.status() < 500 ? WriteFate.NONE : WriteFate.UNKNOWN;
    }

    private Problem problem(Throwable thrown) {
        if (thrown instanceof ProblemException ours) {
            return ours.problem();
        }
        if (thrown instanceof JsonProcessingException json) {
            return Problem.of(ProblemCode.INVALID_JSON, "The body is refused: " + json.getOriginalMessage() + ".");
        }
        if (thrown instanceof ParamException parameter) {
            return Problem.of(
                    ProblemCode.INVALID_PARAMETER,
                    "The parameter '" + parameter.getParameterName() + "' is malformed.");
        }
        if (thrown instanceof NotFoundException) {
            return Problem.of(
                    ProblemCode.PATH_NOT_FOUND,
                    "There is nothing at '"
                            + PercentEncoding.shown(uri.getRequestUri().getRawPath())
                            + "'. Records are below /v1/kv, the cluster is /v1/cluster.");
        }
        if (thrown instanceof WebApplicationException theirs
                && theirs.getResponse().getStatus() < 500) {
            int status = theirs.getResponse().getStatus();
            return new Problem(
                    status,
                    JettyProblems.code(status),
                    "The request is refused: " + HttpStatus.getMessage(status) + ".",
                    null);
        }
        LOG.error("a request failed", thrown);
        return Problem.failed();
    }
}
