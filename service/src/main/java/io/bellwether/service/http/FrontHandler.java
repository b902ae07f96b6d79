package io.bellwether.service.http;

import io.bellwether.service.http.peer.Lane;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * The first that a request meets. Requests of records and of peers are handled at once, on the thread that has read them:
 * their servlets never block, and on a busy node most of a request's cost would be to wake one more thread for it. All
 * others, Jersey's and the admin port's, may block and go to the server's threads, those of clients to half of them: whoever
 * sends its bodies byte by byte must not hold them all. What a page of another site wants to change ends here.
 */
final class FrontHandler extends Handler.Wrapper {
    private static final Problem FOREIGN_PAGE = Problem.of(
            ProblemCode.NOT_ALLOWED,
            "The request's Origin is another host than its Host, so a page of another site sent it, and such pages may"
                    + " only read. Send it from a program, without Origin, or from a page of this host.");

    private static final Problem BUSY = Problem.of(
            ProblemCode.OVERLOADED,
            "Requests whose bodies are slow to come, or that take long, hold half of this node's threads (server.maxThreads), and"
                    + " that is the most. Send it again a little later, or to another node.");

    /** Dropwizard's name of the port that is not for strangers. */
    private static final String ADMIN = "admin";

    private final Semaphore blocking;

    /** @param maxBlocking requests of clients that may hold a thread of the server at one moment; beyond, they get 429 */
    FrontHandler(Handler behind, int maxBlocking) {
        super(behind);
        this.blocking = new Semaphore(maxBlocking);
    }

    @Override
    public Invocable.InvocationType getInvocationType() {
        return Invocable.InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (CrossSite.changes(request.getMethod(), request.getHeaders())) {
            return onThread(
                    request, response, callback, () -> JettyProblems.refuse(request, response, callback, FOREIGN_PAGE));
        }
        // By the canonical path servlets are found: '/v1/kv/../cluster' is none of the records.
        if (neverBlocks(request.getHttpURI().getCanonicalPath())) {
            return super.handle(request, response, callback);
        }
        if (isOfAdmin(request)) {
            return onThread(request, response, callback, () -> handleBehind(request, response, callback));
        }
        if (!blocking.tryAcquire()) {
            return onThread(request, response, callback, () -> JettyProblems.refuse(request, response, callback, BUSY));
        }
        return onThread(request, response, callback, () -> {
            try {
                handleBehind(request, response, callback);
            } finally {
                blocking.release();
            }
        });
    }

    /** Also what is refused: else whoever sends one such request after another would keep the reading thread for itself. */
    private boolean onThread(Request request, Response response, Callback callback, Runnable job) {
        try {
            getServer().getThreadPool().execute(job);
        } catch (RejectedExecutionException e) {
            Response.writeError(request, response, callback, 503, "The server is stopping", e);
        }
        return true;
    }

    private static boolean isOfAdmin(Request request) {
        return ADMIN.equals(request.getConnectionMetaData().getConnector().getName());
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
