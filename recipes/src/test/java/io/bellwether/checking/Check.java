package io.bellwether.checking;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks histories in files: {@code Check [--slack MILLIS] FILE...}. Prints every breach, and for each file what was
 * checked. Ends with 0 if there is no breach, with 2 if there is one, with 1 if a file cannot be read.
 */
public final class Check {
    private static final long SLACK_MILLIS = 50;

    private Check() {}

    public static void main(String[] arguments) {
        List<String> files = List.of(arguments);
        long slackMillis = SLACK_MILLIS;
        if (files.size() > 1 && files.get(0).equals("--slack")) {
            slackMillis = Long.parseLong(files.get(1));
            files = files.subList(2, files.size());
        }
        int code = files.isEmpty() ? 1 : 0;
        for (String file : files) {
            code = Math.max(code, check(file, slackMillis));
        }
        System.exit(code);
    }

    private static int check(String file, long slackMillis) {
        try {
            History history = History.read(Path.of(file));
            List<Breach> breaches = history.breaches(slackMillis);
            breaches.forEach(breach -> System.out.println(file + ": " + breach));
            System.out.println(file + ": " + history.operations().size() + " operations, "
                    + history.transactions().size() + " transactions, " + breaches.size() + " breaches");
            return breaches.isEmpty() ? 0 : 2;
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(file + ": " + e);
            return 1;
        }
    }
}
