package io.bellwether.service.http;

import org.eclipse.jetty.http.HttpFields;

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
    static HttpFields.Mutable position(String node, long epoch, long index) {
        return HttpFields.build()
                .put(NODE, node)
                .put(EPOCH, Long.toString(epoch))
                .put(INDEX, Long.toString(index));
    }
}
