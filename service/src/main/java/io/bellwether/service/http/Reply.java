package io.bellwether.service.http;

import io.bellwether.replication.Bytes;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * An answer, whole, before any of it is sent. Whatever may wait or fail (to read the store, to write JSON) was done to make
 * it; what is left to do is quick.
 *
 * @param fields the header; with the length only where no body says it
 * @param body empty for none
 */
record Reply(int status, HttpFields fields, Bytes body) {
    /** An answer without a body. */
    static Reply of(int status, HttpFields fields) {
        return new Reply(status, fields, Bytes.EMPTY);
    }

    static Reply of(String node, Problem problem) {
        return of(node, problem, HttpFields.build());
    }

    /** @param fields what the header says beside */
    static Reply of(String node, Problem problem, HttpFields.Mutable fields) {
        fields.put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
        fields.put(HttpHeader.CACHE_CONTROL, "no-store");
        fields.put(ResponseFields.NODE, node);
        if (problem.mayBeRetriedSoon()) {
            fields.put(HttpHeader.RETRY_AFTER, Problem.RETRY_AFTER_SECONDS);
        }
        return new Reply(problem.status(), fields, Bytes.wrap(problem.json()));
    }

    /** Sets the status and the header. Past the servlet's response, which would write some fields as it likes them. */
    void putHead(HttpServletResponse response) {
        response.setStatus(status);
        HttpFields.Mutable header = ServletContextResponse.getServletContextResponse(response)
                .getWrapped()
                .getHeaders();
        for (HttpField field : fields) {
            header.put(field);
        }
    }
}
