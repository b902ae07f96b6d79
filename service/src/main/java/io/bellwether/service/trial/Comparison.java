package io.bellwether.service.trial;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads every file back from one node, from that node's own copy, and compares it with what was sent. */
final class Comparison {
    private final Map<String, Fingerprint> sent;
    private final long index;

    /** @param index what a node must have applied before its copy counts */
    Comparison(Map<String, Fingerprint> sent, long index) {
        this.sent = sent;
        this.index = index;
    }

    /** What differs, a line for each; empty when every byte is equal. */
    List<String> differencesAt(Server node, Progress progress) {
        progress.begin("Comparing " + sent.size() + " files on " + node.name(), sent.size());
        List<String> differences = new ArrayList<>();
        try (NodeClient client = new NodeClient(node)) {
            int done = 0;
            for (Map.Entry<String, Fingerprint> file : sent.entrySet()) {
                difference(client, file.getKey(), file.getValue())
                        .ifPresent(words -> differences.add(file.getKey() + " on " + node.name() + " " + words));
                progress.at(++done);
            }
        }
        progress.end();
        return differences;
    }

    private Optional<String> difference(NodeClient client, String key, Fingerprint expected) {
        try {
            NodeClient.Answer answer = client.getOwnCopy(key, index);
            if (answer.status() != 200) {
                return Optional.of("can't be read: " + answer);
            }
            Fingerprint found = Fingerprint.of(answer.body());
            return found.equals(expected) ? Optional.empty() : Optional.of("is " + found + ", sent was " + expected);
        } catch (IOException e) {
            return Optional.of("can't be read: " + e);
        }
    }
}
