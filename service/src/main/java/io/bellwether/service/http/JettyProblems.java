package io.bellwether.service.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's own errors as problems: what is no HTTP, paths that it refuses before anybody sees them, headers that are too
 * large. Where it refused the path of a key, we say which rule of keys is broken.
 */
final class JettyProblems implements Request.Handler {
    private static final String BAD_URI = "Bad URI";
    private static final String KEYS = RecordsServlet.PATH + "/";
    /** Attribute of a request that we refuse ourselves: the {@link Problem} that its sender is told. */
    private static final String OURS = JettyProblems.class.getName() + ".ours";

    /** Refuses a request that nobody has looked at, the way Jetty does: its body is left, and its connection if that is long. */
    static void refuse(Request request, Response response, Callback callback, Problem problem) {
        request.setAttribute(OURS, problem);
        Response.writeError(request, response, callback, problem.status());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Problem problem = problem(request, response.getStatus());
        response.setStatus(problem.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        if (problem.mayBeRetriedSoon()) {
            response.getHeaders().put(new HttpField(HttpHeader.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS));
        }
        if (problem.status() == 405 && !response.getHeaders().contains(HttpHeader.ALLOW)) {
            response.getHeaders()
                    .put(
                            HttpHeader.ALLOW,
                            RecordsServlet.methodsOf(request.getHttpURI().getPath()));
        }
        byte[] body = problem.json();
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    private static Problem problem(Request request, int responseStatus) {
        Object attribute = request.getAttribute(ErrorHandler.ERROR_STATUS);
        int status = attribute instanceof Integer told ? told : responseStatus;
        WriteFate fate = RecordsServlet.isWrite(request.getMethod()) ? fate(status) : null;
        if (request.getAttribute(OURS) instanceof Problem ours) {
            return ours.with(fate);
        }
        Problem ofKey = status == 400 ? ofKey(request) : null;
        if (ofKey != null) {
            return ofKey.with(fate);
        }
        String reason = reason(status, request);
        if (status == 400 && reason.startsWith(BAD_URI)) {
            return new Problem(
                    status, ProblemCode.INVALID_PATH, "The request's target can't be read. " + reason + ".", fate);
        }
        return new Problem(status, code(status), detail(status, request), fate);
    }

    /** What Jetty refuses has not reached us, nor has what comes while it stops. Where it failed later, we can't tell. */
    static WriteFate fate(int status) {
        return status < 500 || status == 503 ? WriteFate.NONE : WriteFate.UNKNOWN;
    }

    private static @Nullable Problem ofKey(Request request) {
        String path = request.getHttpURI() == null ? null : request.getHttpURI().getPath();
        if (path == null || !path.startsWith(KEYS)) {
            return null;
        }
        try {
            KeyPath.parse(path, KEYS.length());
            return null;
        } catch (ProblemException refused) {
            return refused.problem();
        }
    }

    static ProblemCode code(int status) {
        return switch (status) {
            case 403 -> ProblemCode.NOT_ALLOWED;
            case 404 -> ProblemCode.PATH_NOT_FOUND;
            case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
            case 406 -> ProblemCode.NOT_ACCEPTABLE;
            case 408 -> ProblemCode.REQUEST_TIMEOUT;
            case 411 -> ProblemCode.LENGTH_REQUIRED;
            case 413 -> ProblemCode.VALUE_TOO_LARGE;
            case 414 -> ProblemCode.URI_TOO_LONG;
            case 415 -> ProblemCode.UNSUPPORTED_CONTENT;
            case 429 -> ProblemCode.OVERLOADED;
            case 431 -> ProblemCode.HEADERS_TOO_LARGE;
            case 501, 505 -> ProblemCode.BAD_REQUEST;
            case 503 -> ProblemCode.STOPPING;
            default -> status >= 500 ? ProblemCode.INTERNAL_ERROR : ProblemCode.BAD_REQUEST;
        };
    }

    private static String detail(int status, Request request) {
        ProblemCode code = code(status);
        return switch (code) {
            case METHOD_NOT_ALLOWED ->
                PercentEncoding.shown(request.getMethod()) + " is not for "
                        + PercentEncoding.shown(request.getHttpURI().getPath()) + ".";
            case STOPPING -> "This node is being stopped, and has not looked at the request. Send it to another.";
            case INTERNAL_ERROR -> Problem.failed().detail();
            default -> "The request is refused: " + PercentEncoding.shown(reason(status, request)) + ".";
        };
    }

    /** Jetty tells what it did not like in the message, in the exception, or in what that came from. */
    private static String reason(int status, Request request) {
        if (request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof HttpException refused) {
            boolean says = refused.getReason() != null && !refused.getReason().equals(HttpStatus.getMessage(status));
            if (!says && ((Throwable) refused).getCause() instanceof IllegalArgumentException unreadable) {
                return BAD_URI + ": " + unreadable.getMessage();
            }
            return says ? refused.getReason() : HttpStatus.getMessage(status);
        }
        return request.getAttribute(ErrorHandler.ERROR_MESSAGE) instanceof String message
                ? message
                : HttpStatus.getMessage(status);
    }
}
