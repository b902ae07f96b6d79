package io.bellwether.service.trial;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What happened in a quickstart.
 *
 * @param files how many are stored
 * @param bytes in all of them together
 * @param writes acknowledged by each node, by its name
 * @param skipped files that can't be stored, with the reason
 * @param failures requests that failed
 * @param differences files that came back otherwise than they were sent
 * @param killed the node that was leader and was killed
 * @param killedAfter files that were stored when it was
 * @param longestWait of a write that was under way then or came later
 * @param successor the node that leads afterwards
 * @param epoch of the new leader
 * @param survivors the nodes that lived on
 * @param back how long the killed node took from its start until it was in sync
 */
record Story(
        int files,
        long bytes,
        Map<String, Integer> writes,
        List<String> skipped,
        List<String> failures,
        List<String> differences,
        String killed,
        int killedAfter,
        Duration longestWait,
        String successor,
        long epoch,
        List<String> survivors,
        Duration back) {
    private static final int LINES_SHOWN = 20;

    boolean isGood() {
        return failures.isEmpty() && differences.isEmpty();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "stored", "%d files, %d bytes, through %s".formatted(files, bytes, shares()));
        line(
                text,
                "killed",
                "%s, the leader, with kill -9, after %d of %d files".formatted(killed, killedAfter, files));
        line(text, "", "%s leads since, in epoch %d".formatted(successor, epoch));
        line(
                text,
                "",
                "the longest wait of a write was %d ms; %d requests failed, none was repeated by the client"
                        .formatted(longestWait.toMillis(), failures.size()));
        line(text, "returned", "%s, in sync %d ms after its start".formatted(killed, back.toMillis()));
        line(
                text,
                "compared",
                differences.isEmpty()
                        ? "%d files on %s and %s: every byte is equal"
                                .formatted(files, String.join(", ", survivors), killed)
                        : "%d differences".formatted(differences.size()));
        list(text, "failed", failures);
        list(text, "differs", differences);
        if (!skipped.isEmpty()) {
            line(text, "skipped", skipped.size() + " files");
            list(text, "", skipped);
        }
        return text.toString();
    }

    ObjectNode json(ObjectMapper mapper) {
        ObjectNode json = mapper.createObjectNode().put("files", files).put("bytes", bytes);
        json.set("writes", mapper.valueToTree(writes));
        json.put("killed", killed)
                .put("killedAfterFiles", killedAfter)
                .put("leader", successor)
                .put("epoch", epoch)
                .put("longestWaitMillis", longestWait.toMillis())
                .put("returnedMillis", back.toMillis());
        json.set("failures", mapper.valueToTree(failures));
        json.set("differences", mapper.valueToTree(differences));
        json.set("skipped", mapper.valueToTree(skipped));
        return json;
    }

    private String shares() {
        return String.join(
                ", ",
                writes.entrySet().stream()
                        .map(entry -> entry.getKey() + " (" + entry.getValue() + " writes)")
                        .toList());
    }

    private static void list(StringBuilder text, String word, List<String> entries) {
        entries.stream().limit(LINES_SHOWN).forEach(entry -> line(text, word, entry));
        if (entries.size() > LINES_SHOWN) {
            line(text, "", "... and " + (entries.size() - LINES_SHOWN) + " more");
        }
    }

    private static void line(StringBuilder text, String word, String rest) {
        text.append("%-10s%s%n".formatted(word, rest));
    }
}
