package io.bellwether.service.http.peer;

import io.bellwether.service.http.OutgoingBody;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the servlets for peers begin and end what they answer on another thread; a peer that is gone is no trouble. */
final class PeerAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(PeerAnswers.class);

    private PeerAnswers() {}

    /** Without a time limit of the server's own: its idle timeout ends what nobody reads or sends. */
    static AsyncContext begin(HttpServletRequest request) {
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        return async;
    }

    static void refuse(AsyncContext async, HttpServletResponse response, PeerProblem problem) {
        try {
            problem.write(response);
        } catch (IOException e) {
            LOG.debug("a refusal is lost: the peer is gone", e);
        }
        OutgoingBody.complete(async);
    }
}
