package io.bellwether.service.http;

import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee10.servlet.ServletContextResponse;
import org.eclipse.jetty.http.HttpHeader;

/** The header fields that say of which state an answer speaks. */
final class ResponseFields {
    static final String NODE = "Bellwether-Node";
    static final String EPOCH = "Bellwether-Epoch";
    static final String INDEX = "Bellwether-Index";
    static final String CREATED_INDEX = "Bellwether-Created-Index";
    static final String VERSION = "Bellwether-Version";
    static final String STALENESS = "Bellwether-Staleness";

    private ResponseFields() {}

    /** @param index the log position that the answer reflects; of a write, its own */
    static void position(HttpServletResponse response, String node, long epoch, long index) {
        response.setHeader(NODE, node);
        response.setHeader(EPOCH, Long.toString(epoch));
        response.setHeader(INDEX, Long.toString(index));
    }

    /** As it is. The servlet's response would write it as it likes it, which is not what the client stored. */
    static void contentType(HttpServletResponse response, String contentType) {
        ServletContextResponse.getServletContextResponse(response)
                .getWrapped()
                .getHeaders()
                .put(HttpHeader.CONTENT_TYPE, contentType);
    }
}
