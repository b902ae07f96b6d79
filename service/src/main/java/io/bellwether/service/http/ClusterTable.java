package io.bellwether.service.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cluster as a table, for people and scripts: what is not known is a dash, so that columns stay countable. */
final class ClusterTable {
    private static final List<String> HEADER = List.of(
            "NODE", "ROLE", "IN-SYNC", "REACHABLE", "LAST", "APPLIED", "LAG", "LAG-MS", "VERSION", "STORE", "URL");

    private ClusterTable() {}

    static String of(ClusterView view) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        view.members().forEach(member -> rows.add(row(member)));
        StringBuilder table = new StringBuilder()
                .append("cluster=")
                .append(view.cluster())
                .append(" epoch=")
                .append(view.epoch())
                .append(" leader=")
                .append(shown(view.leader()))
                .append(" commitIndex=")
                .append(view.commitIndex())
                .append(" writeQuorum=")
                .append(shown(view.writeQuorum()))
                .append(" minInSync=")
                .append(shown(view.minInSync()))
                .append(" zookeeper=")
                .append(view.zookeeper().state())
                .append(view.paused() ? " paused" : "")
                .append(" seenBy=")
                .append(view.node())
                .append('\n');
        append(rows, table);
        return table.toString();
    }

    private static List<String> row(ClusterView.Member member) {
        return List.of(
                member.node(),
                member.role(),
                member.inSync() ? "yes" : "no",
                member.reachable() ? "yes" : "no",
                shown(member.lastIndex()),
                shown(member.appliedIndex()),
                shown(member.lagEntries()),
                shown(member.lagMillis()),
                shown(member.version()),
                member.store(),
                shown(member.url()));
    }

    private static String shown(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }

    /** @param rows of the same length, the header first */
    static void append(List<List<String>> rows, StringBuilder table) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                String cell = row.get(column);
                table.append(cell);
                boolean last = column == widths.length - 1;
                table.append(last ? "\n" : " ".repeat(widths[column] - cell.length() + 2));
            }
        }
    }
}
