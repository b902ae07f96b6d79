package io.bellwether.service.http;

import jakarta.servlet.http.HttpServletResponse;

/** A problem as the response of a servlet. */
final class ProblemResponse {
    private ProblemResponse() {}

    /** Sets the status and the headers, and answers the body. */
    static byte[] prepare(HttpServletResponse response, String node, Problem problem) {
        byte[] body = problem.json();
        response.setStatus(problem.status());
        response.setHeader("Content-Type", Problem.CONTENT_TYPE);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader(ResponseFields.NODE, node);
        response.setContentLength(body.length);
        if (problem.mayBeRetriedSoon()) {
            response.setHeader("Retry-After", Problem.RETRY_AFTER_SECONDS);
        }
        return body;
    }
}
