package io.bellwether.service.http;

import io.bellwether.service.http.peer.Lane;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * The first that a request meets. Requests of records and of peers are handled at once, on the thread that has read them:
 * their servlets never block, and on a busy node most of a request's cost would be to wake one more thread for it. All
 * others, Jersey's and the admin port's, may block and go to the server's threads. What a page of another site wants to change
 * ends here.
 */
final class FrontHandler extends Handler.Wrapper {
    private static final Problem FOREIGN_PAGE = Problem.of(
            ProblemCode.NOT_ALLOWED,
            "The request's Origin is another host than its Host, so a page of another site sent it, and such pages may"
                    + " only read. Send it from a program, without Origin, or from a page of this host.");

    FrontHandler(Handler behind) {
        super(behind);
    }

    @Override
    public Invocable.InvocationType getInvocationType() {
        return Invocable.InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (CrossSite.changes(request.getMethod(), request.getHeaders())) {
            JettyProblems.refuse(request, response, callback, FOREIGN_PAGE);
            return true;
        }
        // By the canonical path servlets are found: '/v1/kv/../cluster' is none of the records.
        if (neverBlocks(request.getHttpURI().getCanonicalPath())) {
            return super.handle(request, response, callback);
        }
        try {
            getServer().getThreadPool().execute(() -> handleBehind(request, response, callback));
        } catch (RejectedExecutionException e) {
            Response.writeError(request, response, callback, 503, "The server is stopping", e);
        }
        return true;
    }

    static boolean neverBlocks(@Nullable String canonicalPath) {
        return canonicalPath != null && (RecordsServlet.serves(canonicalPath) || Lane.isReceivedAt(canonicalPath));
    }

    private void handleBehind(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Throwable failure) { // as Jetty itself does it: whatever went wrong, the client hears of it
            Response.writeError(request, response, callback, failure);
        }
    }
}
