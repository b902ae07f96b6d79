package io.bellwether.service.http.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a peer gets that is not served, as RFC 9457 writes it.
 *
 * @param allow the methods that are allowed, with 405
 */
record PeerProblem(
        int status,
        String code,
        String title,
        String detail,
        @Nullable String allow) {
    PeerProblem(int status, String code, String title, String detail) {
        this(status, code, title, detail, null);
    }

    /**
     * Without a length, which the server knows: so it gathers the body, and nobody waits for a peer that doesn't read. The
     * details hold nothing that JSON would have to escape but what is escaped here.
     */
    void write(HttpServletResponse response) throws IOException {
        String escaped = detail.replaceAll("[\"\\\\\\p{Cntrl}]", "'");
        byte[] body = ("{\"type\":\"about:blank\",\"title\":\"" + title + "\",\"status\":" + status + ",\"code\":\""
                        + code + "\",\"detail\":\"" + escaped + "\"}")
                .getBytes(UTF_8);
        response.setStatus(status);
        response.setContentType("application/problem+json");
        if (allow != null) {
            response.setHeader("Allow", allow);
        }
        if (status == 503) {
            response.setHeader("Retry-After", "1");
        }
        response.getOutputStream().write(body);
    }
}
