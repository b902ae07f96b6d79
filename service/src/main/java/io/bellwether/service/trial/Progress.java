package io.bellwether.service.trial;

import java.io.PrintStream;

/** How far it is, on stderr: a bar where a person looks at a terminal, otherwise a line now and then. */
final class Progress {
    private static final int WIDTH = 40;
    private static final int LINES = 4;

    private final PrintStream out;
    private final boolean bar;
    private String title = "";
    private int total = 1;
    private int shown;

    Progress(PrintStream out, boolean bar) {
        this.out = out;
        this.bar = bar;
    }

    synchronized void begin(String what, int steps) {
        title = what;
        total = Math.max(1, steps);
        shown = -1;
        at(0);
    }

    /** @param done of the steps; more than there are counts as all */
    synchronized void at(int done) {
        int reached = (int) Math.min((long) done * resolution() / total, resolution());
        if (reached == shown) {
            return;
        }
        shown = reached;
        if (bar) {
            out.printf(
                    "\r%-32s [%s%s] %3d %%",
                    title, "#".repeat(reached), " ".repeat(WIDTH - reached), reached * 100 / WIDTH);
        } else {
            out.println(title + ": " + reached * 100 / LINES + " %");
        }
        out.flush();
    }

    synchronized void end() {
        at(total);
        if (bar) {
            out.println();
        }
    }

    private int resolution() {
        return bar ? WIDTH : LINES;
    }
}
