package io.bellwether.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What writers were told, held against what nodes have. An acknowledged write stands on every node, with its value and
 * under its ETag; one that was refused with the outcome {@code none} stands nowhere; and all nodes have the same.
 *
 * @param lost acknowledged writes that a node lacks or has otherwise, each with its node
 * @param happened writes that were said not to happen, and did, each with its node
 */
record Audit(List<String> lost, List<String> happened) {
    static Audit of(Writers writers, Collection<NodeProcess> nodes) throws IOException {
        List<Writers.Written> acknowledged = writers.acknowledged();
        long last = acknowledged.stream()
                .mapToLong(write -> index(write.etag()))
                .max()
                .orElse(0);
        List<String> lost = new ArrayList<>();
        List<String> happened = new ArrayList<>();
        List<SortedMap<String, NodeProcess.Item>> everywhere = new ArrayList<>();
        for (NodeProcess node : nodes) {
            SortedMap<String, NodeProcess.Item> items = node.items(writers.prefix(), last);
            for (Writers.Written write : acknowledged) {
                if (!new NodeProcess.Item(index(write.etag()), write.value()).equals(items.get(write.key()))) {
                    lost.add(write.key() + " at " + write.etag() + " on " + node + ": " + items.get(write.key()));
                }
            }
            for (Writers.Failure failure : writers.failures()) {
                if (failure.outcome().equals("none") && items.containsKey(failure.key())) {
                    happened.add(failure + " on " + node);
                }
            }
            everywhere.add(items);
        }
        assertThat(everywhere)
                .as("records below %s on %s", writers.prefix(), nodes)
                .allSatisfy(items -> assertThat(differences(items, everywhere.get(0)))
                        .as("records that differ between two nodes")
                        .isEmpty());
        return new Audit(lost, happened);
    }

    private static List<Map.Entry<String, NodeProcess.Item>> differences(
            Map<String, NodeProcess.Item> one, Map<String, NodeProcess.Item> other) {
        List<Map.Entry<String, NodeProcess.Item>> differences = new ArrayList<>();
        one.entrySet().stream().filter(item -> !other.entrySet().contains(item)).forEach(differences::add);
        other.entrySet().stream().filter(item -> !one.entrySet().contains(item)).forEach(differences::add);
        return differences;
    }

    static long index(String etag) {
        return Long.parseLong(etag.replace("\"", ""));
    }

    /** Nothing acknowledged is lost, and nothing happened that was said not to. */
    Audit passes() {
        assertThat(lost).as("acknowledged writes that are lost").isEmpty();
        assertThat(happened).as("writes with the outcome none that happened").isEmpty();
        return this;
    }
}
