package io.bellwether.service.http.peer;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** JSON that another node has sent, or whoever answers in its place. A node of a later version may say more. */
public final class PeerJson {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private PeerJson() {}

    /** @throws IOException if it is anything else than JSON of that type; {@code null} is of none */
    public static <T> T read(byte[] json, Class<T> type) throws IOException {
        T value = MAPPER.readValue(json, type);
        if (value == null) {
            throw new IOException("it is null, and no " + type.getSimpleName());
        }
        return value;
    }
}
