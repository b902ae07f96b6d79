package io.bellwether.checking;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must come before what. */
final class Graph {
    private final List<List<Edge>> leaving = new ArrayList<>();

    /** @param why in words that stand between the two */
    record Edge(int from, int to, String why) {}

    Graph(int nodes) {
        for (int i = 0; i < nodes; i++) {
            leaving.add(new ArrayList<>());
        }
    }

    void edge(int from, int to, String why) {
        if (from != to) {
            leaving.get(from).add(new Edge(from, to, why));
        }
    }

    /** A short cycle, if there is one; in linear time if there is none. */
    @Nullable
    List<Edge> cycle() {
        boolean[] acyclic = acyclic();
        List<Edge> shortest = null;
        for (int node = 0; node < leaving.size() && shortest == null; node++) {
            if (!acyclic[node]) {
                shortest = shortestThrough(node, acyclic);
            }
        }
        return shortest;
    }

    /** Takes away what nothing comes before, again and again: what is left is in a cycle or behind one. */
    private boolean[] acyclic() {
        int[] before = new int[leaving.size()];
        leaving.forEach(edges -> edges.forEach(edge -> before[edge.to()]++));
        boolean[] gone = new boolean[leaving.size()];
        ArrayDeque<Integer> free = new ArrayDeque<>();
        for (int node = 0; node < before.length; node++) {
            if (before[node] == 0) {
                free.add(node);
            }
        }
        while (!free.isEmpty()) {
            int node = free.remove();
            gone[node] = true;
            for (Edge edge : leaving.get(node)) {
                if (--before[edge.to()] == 0) {
                    free.add(edge.to());
                }
            }
        }
        return gone;
    }

    /** Breadth first among what is left. */
    private @Nullable List<Edge> shortestThrough(int start, boolean[] gone) {
        Edge[] reachedBy = new Edge[leaving.size()];
        ArrayDeque<Integer> reached = new ArrayDeque<>(List.of(start));
        while (!reached.isEmpty()) {
            int node = reached.remove();
            for (Edge edge : leaving.get(node)) {
                if (!gone[edge.to()] && reachedBy[edge.to()] == null) {
                    reachedBy[edge.to()] = edge;
                    if (edge.to() == start) {
                        return backFrom(start, reachedBy);
                    }
                    reached.add(edge.to());
                }
            }
        }
        return null;
    }

    private static List<Edge> backFrom(int start, Edge[] reachedBy) {
        List<Edge> cycle = new ArrayList<>();
        int node = start;
        do {
            cycle.add(reachedBy[node]);
            node = reachedBy[node].from();
        } while (node != start);
        Collections.reverse(cycle);
        return cycle;
    }
}
