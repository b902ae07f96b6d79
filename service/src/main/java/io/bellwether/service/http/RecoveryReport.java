package io.bellwether.service.http;

import io.bellwether.replication.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operator reads before data is given up. No quotes and no backslashes in it: shells print it. */
final class RecoveryReport {
    private static final List<String> HEADER =
            List.of("NODE", "IN-SYNC", "ANSWERS", "LAST", "COMMITTED", "LAST-WRITTEN", "LEADER-HEARD", "STORE");

    private RecoveryReport() {}

    /** @param chosen stands in {@code nodes} */
    static String of(ReplicaId chosen, RecoverReply.Recorded record, List<RecoverReply.Node> nodes) {
        StringBuilder report = new StringBuilder()
                .append("record: epoch ")
                .append(record.epoch())
                .append(", claimed by ")
                .append(record.leader())
                .append("; in sync ")
                .append(String.join(
                        ",",
                        record.inSync().stream().map(ClusterView.Replica::node).toList()))
                .append(", of which ")
                .append(record.recoveryQuorum())
                .append(" could recover without loss; minInSync ")
                .append(record.minInSync())
                .append('\n');
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        nodes.forEach(node -> rows.add(row(node)));
        ClusterTable.append(rows, report);
        nodes.stream()
                .filter(node -> node.node().equals(chosen.node().name())
                        && node.store().equals(chosen.store().id()))
                .forEach(node -> tellOf(node, nodes, report));
        return report.toString();
    }

    private static List<String> row(RecoverReply.Node node) {
        return List.of(
                node.node(),
                node.inSync() ? "yes" : "no",
                node.reachable() ? "yes" : node.live() ? "no, but is live for ZooKeeper" : "no",
                node.lastIndex() == null ? "-" : node.lastIndex() + " of epoch " + node.lastEpoch(),
                shown(node.commitIndex()),
                shown(node.lastEntry()),
                shown(node.leaderHeard()),
                node.store());
    }

    private static String shown(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }

    private static void tellOf(RecoverReply.Node chosen, List<RecoverReply.Node> nodes, StringBuilder report) {
        String missing = String.join(
                ",",
                nodes.stream()
                        .filter(node -> node.inSync() && !node.reachable())
                        .map(RecoverReply.Node::node)
                        .toList());
        report.append("kept: what ")
                .append(chosen.node())
                .append(" has, up to index ")
                .append(shown(chosen.lastIndex()))
                .append(" of epoch ")
                .append(shown(chosen.lastEpoch()));
        if (chosen.lastEntry() != null) {
            report.append(", written ").append(chosen.lastEntry());
        }
        report.append("\nlost: everything that was acknowledged behind that. Nobody can know how much that is");
        if (!missing.isEmpty()) {
            report.append(": only ").append(missing).append(" could tell");
        }
        report.append(".\n");
        if (!chosen.inSync()) {
            report.append("      ")
                    .append(chosen.node())
                    .append(" is not in sync: writes were acknowledged without it.\n");
        }
        report.append("      ")
                .append(chosen.node())
                .append(
                        chosen.leaderHeard() == null
                                ? " has heard no leader since it started.\n"
                                : " last heard a leader at " + chosen.leaderHeard()
                                        + ": what was acknowledged later is not here.\n");
        if (!missing.isEmpty()) {
            report.append("first: switch ")
                    .append(missing)
                    .append(" off, or make sure that they are: if they are only cut off from here they may go on")
                    .append(
                            " acknowledging, and that is lost too. If a disk of theirs can be saved, save that instead.\n");
        }
    }
}
