package io.bellwether.simulation;

/** What a process meets when its disk fails it: it stops, and tries nothing again (Rule 12.1). */
final class DiskFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What failed. */
    enum What {
        READ,
        WRITE,
        /** What was read is not what was written: the store is refused from now on (Rule 12.3). */
        DAMAGED
    }

    private final What what;

    DiskFailed(What what) {
        super("the disk failed: " + what, null, false, false);
        this.what = what;
    }

    What what() {
        return what;
    }
}
