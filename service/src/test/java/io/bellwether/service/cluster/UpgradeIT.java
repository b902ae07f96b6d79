package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes are brought to another build and back, one after another, while clients write. The other build differs in its version
 * alone: what two versions that understand each other may not do to clients is what is tried here.
 */
@Tag("operate")
@Timeout(400)
class UpgradeIT {
    private static final String OTHER = "9.9.9-other";

    @TempDir
    static Path folder;

    @Test
    void aNodeIsBroughtToAnotherBuildAndBackUnderLoad() throws IOException {
        Path other = otherBuild(folder.resolve("other.jar"));
        try (RealCluster cluster = new RealCluster(folder).withNodes(3)) {
            cluster.nodes().forEach(node -> node.set("COMPARE_EVERY", "1s"));
            cluster.heal();
            int acknowledged = 0;
            long longest = 0;
            List<NodeProcess> upgraded = inTurn(cluster);
            for (Path build : List.of(other, ServerProcess.jar())) {
                for (NodeProcess node : upgraded) {
                    Writers writers =
                            Writers.paced(cluster.others(node), 4, 200).during(Duration.ofSeconds(1));
                    long began = System.nanoTime();
                    node.process().terminate();
                    assertThat(node.ended(Duration.ofSeconds(30))).isIn(0, 143);
                    node.build(build).start();
                    cluster.awaitUp(List.of(node));
                    cluster.awaitMembership(cluster.nodes());
                    // Two versions side by side for a while: their states are told, and not compared.
                    longest = Math.max(longest, writers.longestSilenceMillis(began, System.nanoTime()));
                    writers.during(Duration.ofSeconds(3)).finish();
                    cluster.awaitInSync(cluster.nodes());
                    Audit.of(writers, cluster.nodes()).passes();
                    assertThat(writers.failures()).isEmpty();
                    acknowledged += writers.acknowledged().size();
                }
                long changed = versions(cluster).stream().filter(OTHER::equals).count();
                assertThat(changed).isEqualTo(build.equals(other) ? upgraded.size() : 0);
            }
            for (NodeProcess node : cluster.nodes()) {
                assertThat(node.process().output()).doesNotContain("state differs", "states differ", "state is wrong");
            }
            Figures.print("upgrade-and-back", "acknowledged=" + acknowledged + " failed=0 pause-longest-ms=" + longest);
        }
    }

    /** The leader last; in each build it alone. */
    private static List<NodeProcess> inTurn(RealCluster cluster) {
        NodeProcess leader = cluster.leader();
        if (!Figures.isFull()) {
            return List.of(leader);
        }
        List<NodeProcess> order = new ArrayList<>(cluster.others(leader));
        order.add(leader);
        return order;
    }

    private static List<String> versions(RealCluster cluster) {
        List<String> versions = new ArrayList<>();
        JsonNode view = cluster.leader().view().orElseThrow().json();
        for (JsonNode member : view.path("members")) {
            versions.add(member.path("version").asText());
        }
        assertThat(versions).hasSize(3);
        return versions;
    }

    private static Path otherBuild(Path target) throws IOException {
        try (InputStream file = Files.newInputStream(ServerProcess.jar());
                JarInputStream from = new JarInputStream(file)) {
            Manifest manifest = new Manifest(from.getManifest());
            manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, OTHER);
            try (OutputStream out = Files.newOutputStream(target);
                    JarOutputStream to = new JarOutputStream(out, manifest)) {
                to.setLevel(1);
                for (ZipEntry entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
                    to.putNextEntry(new ZipEntry(entry.getName()));
                    from.transferTo(to);
                }
            }
        }
        return target;
    }
}
