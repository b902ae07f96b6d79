package io.bellwether.service.failpoints;

/** What a disk that refuses looks like from before its door. */
final class DoorFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    DoorFailed(Step step) {
        super("the failpoint at " + step + " makes the disk fail");
    }
}
