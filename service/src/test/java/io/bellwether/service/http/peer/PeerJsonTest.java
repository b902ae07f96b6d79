package io.bellwether.service.http.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever answers in a node's place is not believed, and ends nobody's process. */
class PeerJsonTest {
    private static final String MANIFEST = """
            {"clusterId":"c","id":"0f","epoch":3,"index":12,"logTime":9,"promisedEpoch":3,"totalBytes":7,\
            "files":[{"name":"CURRENT","bytes":3,"crc32c":4294967295}]}""";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "<html>",
                "{\"id\":\"0f\",\"files\":[]}",
                "{\"clusterId\":\"c\",\"files\":[]}",
                "{\"clusterId\":\"c\",\"id\":\"0f\"}",
                "{\"clusterId\":\"c\",\"id\":\"0f\",\"files\":[null]}",
                "{\"clusterId\":\"c\",\"id\":\"0f\",\"files\":[{\"bytes\":3}]}",
            })
    void whatIsNoManifestIsRefused(String json) {
        assertThatThrownBy(() -> PeerJson.read(json.getBytes(UTF_8), SnapshotManifest.class))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatALaterVersionSaysBesideIsPassedOver() throws IOException {
        String later = MANIFEST.replace("\"epoch\":3", "\"epoch\":3,\"more\":[1]");
        assertThat(PeerJson.read(later.getBytes(UTF_8), SnapshotManifest.class))
                .isEqualTo(PeerJson.read(MANIFEST.getBytes(UTF_8), SnapshotManifest.class));
    }
}
