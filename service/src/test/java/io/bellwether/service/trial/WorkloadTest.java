package io.bellwether.service.trial;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final int SOME = 4_711;

    @Test
    void bothSystemsStoreTheSameValuesUnderTheSameKeys() throws IOException {
        String ours = text(Workload.bellwether(Operation.PUT_AT_FOLLOWER));
        JsonNode theirs = new ObjectMapper().readTree(body(text(Workload.etcd(Operation.PUT_AT_FOLLOWER))));

        assertThat(ours).startsWith("PUT /v1/kv/bench/key-04711 HTTP/1.1\r\n").contains("Content-Length: 256\r\n");
        assertThat(decoded(theirs.path("key"))).isEqualTo("bench/key-04711");
        assertThat(decoded(theirs.path("value"))).isEqualTo(body(ours)).hasSize(256);
    }

    @Test
    void aLocalReadIsASerializableOne() {
        assertThat(text(Workload.bellwether(Operation.GET_LOCAL)))
                .startsWith("GET /v1/kv/bench/key-04711?consistency=local HTTP/1.1\r\n");
        assertThat(text(Workload.etcd(Operation.GET_LOCAL)))
                .startsWith("POST /v3/kv/range HTTP/1.1\r\n")
                .contains("\"serializable\":true");
        assertThat(text(Workload.etcd(Operation.GET_LINEARIZABLE))).contains("\"serializable\":false");
    }

    private static String text(Workload workload) {
        return new String(workload.requests().get(SOME), ISO_8859_1);
    }

    private static String body(String request) {
        return request.substring(request.indexOf("\r\n\r\n") + 4);
    }

    private static String decoded(JsonNode base64) {
        return new String(Base64.getDecoder().decode(base64.textValue()), ISO_8859_1);
    }
}
