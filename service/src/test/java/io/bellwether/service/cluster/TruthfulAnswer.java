package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collection;
import org.assertj.core.api.ThrowingConsumer;

/** What a node said of a write, and whether it is so. */
final class TruthfulAnswer {
    private TruthfulAnswer() {}

    /** Acknowledged: it is there, on all nodes. {@code none}: it is nowhere. Otherwise it must say {@code unknown}. */
    static ThrowingConsumer<HttpConnection.Answer> of(String key, Collection<NodeProcess> nodes) {
        return answer -> {
            if (!answer.succeeded()) {
                assertThat(answer.status()).as(answer.toString()).isIn(429, 503, 504);
                assertThat(answer.outcome())
                        .as(answer.toString())
                        .isEqualTo(answer.status() == 504 ? "unknown" : "none");
            }
            for (NodeProcess node : nodes) {
                int status = present(node, key);
                if (answer.succeeded()) {
                    assertThat(status)
                            .as("%s on %s after %s", key, node, answer)
                            .isEqualTo(200);
                } else if (answer.outcome().equals("none")) {
                    assertThat(status)
                            .as("%s on %s after %s", key, node, answer)
                            .isEqualTo(404);
                }
            }
        };
    }

    private static int present(NodeProcess node, String key) throws IOException {
        return HttpConnection.getOnce(node.port(), "/v1/kv/" + key).status();
    }
}
