package io.bellwether.service.failpoints;

/** Takes a thread of a process that is gone out of its code: it must do nothing more. */
final class Died extends RuntimeException {
    private static final long serialVersionUID = 1;

    Died() {
        super("this process is gone", null, false, false);
    }
}
