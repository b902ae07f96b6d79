package io.bellwether.coordination;

/** Counts the answers to several questions; does something when all came, and nothing when one of them failed. */
final class Answers {
    private final Runnable complete;
    private int missing;
    private boolean failed;

    Answers(int questions, Runnable complete) {
        this.missing = questions;
        this.complete = complete;
    }

    void came(boolean good) {
        missing--;
        failed |= !good;
        if (missing == 0 && !failed) {
            complete.run();
        }
    }
}
