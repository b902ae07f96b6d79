package io.bellwether.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bellwether.fuzzing.FuzzTarget;
import io.bellwether.service.http.peer.PeerJson;
import io.bellwether.service.http.peer.SnapshotManifest;
import java.io.IOException;
import java.util.List;

/** What a node says of the copy of its state that another one is to fetch. */
final class SnapshotFuzz {
    private SnapshotFuzz() {}

    static List<FuzzTarget> targets() {
        return List.of(new Manifests());
    }

    private record Manifests() implements FuzzTarget {
        @Override
        public String name() {
            return "manifests of snapshots";
        }

        @Override
        public List<byte[]> samples() {
            String manifest = """
                    {"clusterId":"c","id":"0f","epoch":3,"index":12,"logTime":9,"promisedEpoch":3,"totalBytes":7,\
                    "files":[{"name":"CURRENT","bytes":3,"crc32c":4294967295},{"name":"000004.sst","bytes":4,"crc32c":1}]}""";
            return List.of(manifest.getBytes(UTF_8));
        }

        @Override
        public boolean take(byte[] input) {
            try {
                SnapshotFetching.content(PeerJson.read(input, SnapshotManifest.class));
                return true;
            } catch (IOException refused) {
                return false;
            }
        }
    }
}
