package io.bellwether.service.http.peer;

/** Bytes that are no batch of this format: damaged on the way, cut off, or sent by something else. */
final class MalformedBatchException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedBatchException(String what) {
        super(what);
    }

    MalformedBatchException(String what, Throwable cause) {
        super(what, cause);
    }
}
